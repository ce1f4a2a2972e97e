package io.taskhistory.api.http;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts whoever shows a token that is none, and says so in the log, once a minute at most: whoever tries many must not
 * fill it. What was shown is never told; it may be a good one with a letter too many.
 */
final class WrongTokens {

  private static final Logger LOG = LoggerFactory.getLogger(WrongTokens.class);
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final LongAdder count = new LongAdder();
  private long told;
  private long toldAt = System.nanoTime() - QUIET_NANOS;

  /** One more. */
  void note(String address) {
    count.increment();
    tell(address);
  }

  private synchronized void tell(String address) {
    long now = System.nanoTime();
    if (now - toldAt >= QUIET_NANOS) {
      long all = count.sum();
      LOG.warn("{} wrong tokens were shown since this was last said, the latest by {}", all - told, address);
      told = all;
      toldAt = now;
    }
  }

  long count() {
    return count.sum();
  }
}
