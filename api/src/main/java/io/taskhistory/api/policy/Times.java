package io.taskhistory.api.policy;

import io.taskhistory.collector.linux.Clocks;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The clocks that limits go by, in nanoseconds.
 *
 * @param monotonic the one that events are stamped by
 * @param running since the boot, the time that the machine was suspended included
 * @param wall since 1970
 */
record Times(LongSupplier monotonic, LongSupplier running, LongSupplier wall) {

  static final Times REAL = new Times(Clocks::monotonic, Clocks::bootClock, Times::wallNow);

  private static long wallNow() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
