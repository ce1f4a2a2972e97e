package io.taskhistory.api.ask;

import io.taskhistory.store.HistoryReader;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Measures coverage when asked, at most once a second: it looks at every live process. */
public final class CoverageGauge {

  private static final long LIFETIME = TimeUnit.SECONDS.toNanos(1);

  private final HistoryReader reader;
  private @Nullable Coverage last;
  private long measuredAt;

  public CoverageGauge(HistoryReader reader) {
    this.reader = reader;
  }

  public synchronized Coverage coverage() {
    Coverage known = last;
    if (known == null || System.nanoTime() - measuredAt >= LIFETIME) {
      known = Coverage.of(reader);
      last = known;
      measuredAt = System.nanoTime();
    }
    return known;
  }
}
