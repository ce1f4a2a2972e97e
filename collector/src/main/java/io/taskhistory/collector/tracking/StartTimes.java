package io.taskhistory.collector.tracking;

import io.taskhistory.history.ClockLedger;

/**
 * Starts as events and as /proc tell them. Events carry nanoseconds on the monotonic clock; {@code starttime} of
 * {@code /proc/PID/stat} counts whole clock ticks on the boot clock (fs/proc/array.c: nsec_to_clock_t of
 * start_boottime), and is taken in copy_process() a little before the fork event's own time.
 */
final class StartTimes {

  /** From kernel/pid.c: when pids have gone round, those below that are not given again. */
  private static final int RESERVED_PIDS = 300;

  /** As long as clocks set out, how the one of a boot's ring stood to the boot clock is known to some ticks only. */
  private static final long CLOCKS_SET_OUT = 5_000_000_000L;

  private final ClockLedger ledger;
  private final long tick;

  StartTimes(ClockLedger ledger, long ticksPerSecond) {
    this.ledger = ledger;
    this.tick = 1_000_000_000L / ticksPerSecond;
  }

  /** The monotonic time of a start that /proc gives; never 0, which is the root's. */
  long ofTicks(long starttime) {
    return Math.max(1, ledger.ofBootClock(starttime * tick));
  }

  /** Whether a task that /proc says started at {@code starttime} can be the one that started at {@code start}. */
  private boolean isSame(long start, long starttime) {
    return Math.abs(ledger.bootClockAt(start, starttime * tick) / tick - starttime) <= 1;
  }

  /** Whether it can be that one also if its start was told as late as {@code nanos} after it. */
  boolean isSameOrBefore(long start, long starttime, long nanos) {
    long ticks = ledger.bootClockAt(start, starttime * tick) / tick - starttime;
    return ticks >= -1 && ticks <= 1 + nanos / tick;
  }

  /**
   * Whether both are of the first seconds of the boot and have a tid that is given only once, so that they are one
   * though their times may differ.
   */
  boolean isOfBoot(int tid, long start, long starttime) {
    return tid < RESERVED_PIDS && start < CLOCKS_SET_OUT && ofTicks(starttime) < CLOCKS_SET_OUT;
  }

  /** Whether what /proc shows at the task's tid is the task; never sure where its start is not known. */
  boolean isSame(Tracked tracked, long starttime) {
    return tracked.startKnown && isSame(tracked.task.start(), starttime);
  }

  /** Whether a start known from /proc and one known from an event can be the same. */
  boolean isSameStart(long start, long time) {
    return isSame(time, ledger.bootClockAt(start) / tick);
  }

  /** Whether a task that /proc says started at {@code starttime} had certainly done so by {@code time}. */
  boolean isBefore(long starttime, long time) {
    return (starttime + 1) * tick + 2 * ClockLedger.TOLERANCE <= ledger.bootClockAt(time);
  }

  /** Whether a task whose start is known from /proc had certainly started by {@code time}. */
  boolean isStartBefore(long start, long time) {
    return isBefore(ledger.bootClockAt(start) / tick, time);
  }
}
