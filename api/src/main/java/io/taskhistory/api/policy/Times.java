package io.taskhistory.api.policy;

import io.taskhistory.collector.linux.Clocks;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The clocks that limits go by, in nanoseconds.
 *
 * @param monotonic the one that events are stamped by
 * @param wall since 1970
 */
record Times(LongSupplier monotonic, LongSupplier wall) {

  static final Times REAL = new Times(Clocks::monotonic, Times::wallNow);

  private static long wallNow() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
