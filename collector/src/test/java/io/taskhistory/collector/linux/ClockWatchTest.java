package io.taskhistory.collector.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** That it tells of a step is seen in a guest, whose clock may be set. */
class ClockWatchTest {

  @Test
  void watch_clockThatNobodySets_tellsNothingAndEnds() {
    AtomicInteger told = new AtomicInteger();
    for (int i = 0; i < 20; i++) {
      new ClockWatch(told::incrementAndGet).close();
    }
    assertThat(told).hasValue(0);
    assertThat(Thread.getAllStackTraces().keySet()).noneMatch(thread -> thread.getName().equals("clock"));
  }
}
