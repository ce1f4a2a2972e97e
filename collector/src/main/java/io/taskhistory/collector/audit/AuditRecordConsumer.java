package io.taskhistory.collector.audit;

/** Takes records as they come. */
public interface AuditRecordConsumer {

  /**
   * A record: {@code audit(SECONDS.MILLIS:SERIAL): BODY}, without its type. The bytes are valid during the call only.
   *
   * @param type {@code nlmsg_type}, AUDIT_… of include/uapi/linux/audit.h
   */
  void record(int type, byte[] bytes, int from, int to);

  /**
   * Records did not fit into a listener's buffer: they come after all records that have been passed on, or among those
   * that are passed on until {@link AuditRecords#emptyAt} advances, and before all that come later.
   *
   * @param count how many; where the kernel (before 4.12) does not count them, 1
   */
  void lost(long count);
}
