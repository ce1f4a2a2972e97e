package io.taskhistory.collector.audit;

/**
 * Is told when audit does not see everything. All times are monotonic, in nanoseconds. All calls come from the keeper's
 * thread, one at a time, and are to return at once.
 */
public interface AuditListener {

  /**
   * Since {@code from}, or some time later, not all is reported: rules are missing, or audit is switched off. It goes
   * on until {@link #reported}.
   */
  void unreported(long from);

  /** From {@code to} at the latest on all is reported again, that was not since {@code from}. */
  void reported(long from, long to);

  /** Some time between {@code from} and {@code to} the kernel lost records before anybody got them. */
  void lost(long count, long from, long to);

  /**
   * We are not the audit daemon any more, since some time between {@code from} and {@code to}; it is told once.
   *
   * @param other who is; 0 for nobody
   */
  void daemonLost(int other, long from, long to);
}
