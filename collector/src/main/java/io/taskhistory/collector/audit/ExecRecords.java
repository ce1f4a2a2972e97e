package io.taskhistory.collector.audit;

import io.taskhistory.collector.auditlog.AuditEvent;
import io.taskhistory.collector.auditlog.SyscallFacts;
import io.taskhistory.collector.source.ExecRecord;
import io.taskhistory.history.Details;
import io.taskhistory.history.RawText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/** What an event that audit put together says of an exec. */
final class ExecRecords {

  /** A stamp is cut to whole milliseconds: audit_log_start() in kernel/audit.c. */
  private static final long CUT = 1_000_000;

  /** What the ledger that compares the clocks may be wrong by, between two readings. */
  private static final long SLACK = 1_000_000;

  private static final byte[] PTS = "pts".getBytes(StandardCharsets.US_ASCII);

  private final long tick;
  private final LongUnaryOperator ofWall;

  ExecRecords(long tick, LongUnaryOperator ofWall) {
    this.tick = tick;
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
        call.pid(), call.comm(), from, Math.min(now, from + tick + CUT + 2 * SLACK), now, details(event, call));
  }

  /** What /proc alone knows stays unknown. */
  private static Details details(AuditEvent event, SyscallFacts call) {
    return new Details(call.exe(), event.program(), event.argv(), event.argvTruncated(), event.cwd(), call.uid(),
        call.euid(), call.gid(), call.egid(), call.auid(), call.ses(), terminal(call.tty()), RawText.UNKNOWN,
        RawText.UNKNOWN, Details.UNKNOWN_NUMBER);
  }

  /** {@code pts0} as {@code pts/0}, which is how everybody else writes it; {@code (none)} is no terminal. */
  private static RawText terminal(RawText tty) {
    if (!tty.isKnown()) {
      return RawText.EMPTY;
    }
    byte[] name = tty.toByteArray();
    if (name.length <= PTS.length || !Arrays.equals(name, 0, PTS.length, PTS, 0, PTS.length)
        || name[PTS.length] < '0' || name[PTS.length] > '9') {
      return tty;
    }
    byte[] path = new byte[name.length + 1];
    System.arraycopy(name, 0, path, 0, PTS.length);
    path[PTS.length] = '/';
    System.arraycopy(name, PTS.length, path, PTS.length + 1, name.length - PTS.length);
    return RawText.of(path);
  }
}
