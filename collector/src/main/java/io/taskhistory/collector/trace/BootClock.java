package io.taskhistory.collector.trace;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import java.util.List;

/**
 * Tells the monotonic time of what a boot's ring has stamped with another clock, {@code global} or {@code local}. Both
 * count nanoseconds of sched_clock(), from about the same start; but the monotonic clock is disciplined and its rate was
 * measured anew after the first second, so that the two drift apart.
 *
 * <p>Where they stand now is known from events that both rings have. How fast they drift follows from tasks that still
 * live: their clones are in the ring, and /proc tells when they started to the clock tick.
 */
final class BootClock {

  /** More drift than that is no drift: kernel/time/ntp.c allows 500 ppm, and a measured rate can be off by as much. */
  private static final double MOST_DRIFT = 2e-3;

  private final long reference;
  private final long offset;
  private final double drift;

  private BootClock(long reference, long offset, double drift) {
    this.reference = reference;
    this.offset = offset;
    this.drift = drift;
  }

  /** A task whose clone is in the ring, at {@code time} on the ring's clock, and which has not exited in it. */
  record Clone(int tid, long time) {}

  /**
   * Fits one.
   *
   * @param reference a time on the ring's clock
   * @param monotonic the same on the monotonic clock
   * @param clones of the tasks that live by what the ring says
   * @param tick nanoseconds of a tick of {@code starttime}
   * @param bootClockOffset what the boot clock is ahead of the monotonic one
   */
  static BootClock fit(
      long reference, long monotonic, List<Clone> clones, ProcTasks proc, long tick, long bootClockOffset) {
    long offset = monotonic - reference;
    double least = -MOST_DRIFT;
    double most = MOST_DRIFT;
    TaskStat stat = new TaskStat();
    for (Clone clone : clones) {
      double distance = reference - clone.time;
      if (distance <= tick || !proc.read(clone.tid, stat)) {
        continue;
      }
      // The start is within its tick; it is later by what the clocks have drifted apart since.
      double start = stat.starttime * (double) tick - bootClockOffset - clone.time - offset;
      double lower = -(start + tick) / distance;
      double upper = -start / distance;
      if (lower <= most && upper >= least) { // else the tid is another's, or the machine was suspended
        least = Math.max(least, lower);
        most = Math.min(most, upper);
      }
    }
    double drift = Math.max(least, Math.min(most, 0));
    return new BootClock(reference, offset, drift);
  }

  /** The monotonic time; never 0, which is the root's. */
  long monotonic(long time) {
    return Math.max(1, time + offset - (long) (drift * (reference - time)));
  }
}
