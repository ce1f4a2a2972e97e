package io.taskhistory.collector.audit;

/** As what the kernel's audit records are received. */
public enum AuditRole {
  /**
   * One of any number in the multicast group, beside an audit daemon or without one. Gets nothing from before, and
   * nothing that does not fit into its buffer.
   */
  LISTENER,
  /** The audit daemon, of which there is one. Gets what the kernel held while there was none. */
  DAEMON
}
