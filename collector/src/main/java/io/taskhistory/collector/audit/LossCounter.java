package io.taskhistory.collector.audit;

/** The kernel's count of lost records, which wraps around at 32 bits, and which others may set back. For one thread. */
final class LossCounter {

  private static final long WRAP = 1L << 32;

  /** A step of more than that within seconds is no loss but a count that was set back. */
  private static final long PLAUSIBLE = 1L << 31;

  private final long before;
  private long last;
  private long lost;

  LossCounter(long now) {
    before = now;
    last = now;
  }

  /** Notes the count; how many have been lost since the last call. */
  long next(long now) {
    long step = now - last & WRAP - 1;
    if (step >= PLAUSIBLE) {
      step = now;
    }
    last = now;
    lost += step;
    return step;
  }

  long lost() {
    return lost;
  }

  /** What the count was at first. */
  long before() {
    return before;
  }
}
