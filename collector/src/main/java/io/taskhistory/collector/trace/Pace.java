package io.taskhistory.collector.trace;

/**
 * How long may be waited before the ring is looked at again. It is never waited for: what a task does must not have to
 * wake us.
 */
final class Pace {

  private static final long LEAST = 2_000_000L;
  private static final long BUSY = 20_000_000L;
  private static final long IDLE = 250_000_000L;

  private long interval = BUSY;

  /**
   * A drain is over.
   *
   * @param bytes how much it found on the busiest processor
   * @param buffer how much that processor's ring holds
   */
  void drained(long bytes, long buffer) {
    if (bytes > buffer / 4) {
      interval = Math.max(LEAST, Math.min(interval, BUSY) / 2);
    } else if (bytes > 0) {
      // What was shortened for a flood grows again as it did.
      interval = interval < BUSY ? Math.min(BUSY, interval * 2) : BUSY;
    } else {
      interval = Math.min(IDLE, Math.max(BUSY, interval + interval / 2));
    }
  }

  long nanos() {
    return interval;
  }
}
