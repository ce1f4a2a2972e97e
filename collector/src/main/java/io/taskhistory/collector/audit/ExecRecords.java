package io.taskhistory.collector.audit;

import io.taskhistory.collector.auditlog.AuditEvent;
import io.taskhistory.collector.auditlog.ExecDetails;
import io.taskhistory.collector.auditlog.SyscallFacts;
import io.taskhistory.collector.source.ExecRecord;
import java.util.function.LongUnaryOperator;

/** What an event that audit put together says of an exec. */
final class ExecRecords {

  /** A stamp is cut to whole milliseconds: audit_log_start() in kernel/audit.c. */
  private static final long CUT = 1_000_000;

  /** What the ledger that compares the clocks may be wrong by, between two readings. */
  private static final long SLACK = 1_000_000;

  private final long lag;
  private final LongUnaryOperator ofWall;

  ExecRecords(long lag, LongUnaryOperator ofWall) {
    this.lag = lag;
    this.ofWall = ofWall;
  }

  /** The monotonic time before which the event's syscall was not entered. */
  long enteredFrom(AuditEvent event) {
    return ofWall.applyAsLong(event.stamp()) - SLACK;
  }

  /** The record of a successful exec, received at {@code now}. */
  ExecRecord of(AuditEvent event, SyscallFacts call, long now) {
    long from = enteredFrom(event);
    return new ExecRecord(
        call.pid(), call.comm(), from, Math.min(now, from + lag + CUT + 2 * SLACK), now,
        ExecDetails.of(event, call));
  }
}
