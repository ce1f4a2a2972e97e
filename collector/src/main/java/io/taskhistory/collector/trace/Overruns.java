package io.taskhistory.collector.trace;

import io.taskhistory.history.Gap;

/** Tells how many events of one processor were overwritten, so that the sum is what the kernel counts. */
final class Overruns {

  /** How many have been told was in a journal that is gone. */
  static final long UNKNOWN = -1;

  private final int cpu;
  private final Journal journal;
  private final CpuStats stats;
  private boolean estimated;

  Overruns(int cpu, Journal journal, CpuStats stats) {
    this.cpu = cpu;
    this.journal = journal;
    this.stats = stats;
  }

  /**
   * How many were overwritten right before a page, or {@link Gap#UNCOUNTED}. Where the page had no room for the number,
   * the kernel's count of all that were tells, which can be ahead of the page by what is overwritten right now; what is
   * told too much then is told less with the next.
   *
   * @param stored what the page says, or {@link Gap#UNCOUNTED}
   */
  long before(long stored) {
    long told = journal.overrunsTold(cpu);
    if (told == UNKNOWN) {
      stats.refresh();
      journal.overrunsTold(cpu, stats.overrun());
      estimated = true;
      return stored;
    }
    long count = stored;
    if (stored == Gap.UNCOUNTED || estimated) {
      stats.refresh();
      long all = stats.overrun() - told;
      count = stored == Gap.UNCOUNTED ? all : Math.min(stored, all);
      estimated = stored == Gap.UNCOUNTED;
    }
    if (count <= 0) {
      return Gap.UNCOUNTED;
    }
    journal.overrunsTold(cpu, told + count);
    return count;
  }
}
