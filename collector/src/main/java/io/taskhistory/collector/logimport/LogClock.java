package io.taskhistory.collector.logimport;

import io.taskhistory.collector.auditlog.SyscallFacts;
import io.taskhistory.collector.auditlog.Syscalls.Call;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.HistoryWriter;

/**
 * Times that follow the order of a log's serials, near to its stamps. Stamps repeat within a clock tick, are from when
 * a syscall was entered and not from when it returned, and go back when somebody sets the clock; serials do none of that.
 * So each event is later than the one before, if by a nanosecond, and where the wall clock was set back the ledger says
 * so.
 */
final class LogClock {

  /** CLONE_VFORK of include/uapi/linux/sched.h: such a clone returns when the child has exec'd or ended. */
  private static final long CLONE_VFORK = 0x4000;

  /** What returns at once has a stamp that is not older than this, or the clock was set. */
  private static final long STEP = 2_000_000_000L;

  private final HistoryWriter writer;
  private long now;
  private long offset;

  LogClock(HistoryWriter writer) {
    this.writer = writer;
    this.now = Math.max(0, writer.watermark());
    this.offset = writer.boot().clock().wallAt(now) - now;
  }

  /** The time of the event whose turn it is. */
  long at(LogEvent event) {
    if (isWrittenAtOnce(event) && event.stamp - offset < now - STEP) {
      now++;
      offset = event.stamp - now;
      ClockLedger.Row row = new ClockLedger.Row(now, offset, 0);
      if (writer.boot().clock().observe(row)) {
        writer.clock(row);
      }
      return now;
    }
    now = Math.max(now + 1, of(event.stamp));
    return now;
  }

  /** What programs say has the time at which they said it. */
  private static boolean isWrittenAtOnce(LogEvent event) {
    SyscallFacts call = event.call();
    return call == null || call.call().isExit() || call.call() == Call.FORK
        || call.call() == Call.CLONE && (call.flags() & CLONE_VFORK) == 0;
  }

  /** A time of its own, right after whatever has happened. */
  long next() {
    return ++now;
  }

  long now() {
    return now;
  }

  /** The time at which the clock, as it stands, showed {@code stamp}. */
  long of(long stamp) {
    return Math.max(1, stamp - offset);
  }
}
