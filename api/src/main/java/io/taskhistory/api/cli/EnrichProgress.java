package io.taskhistory.api.cli;

import io.taskhistory.api.audit.EnrichmentCounts;
import io.taskhistory.api.input.TextInput;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** The line on a person's terminal that says how far an enrichment is; drawn again and again in its place. */
final class EnrichProgress {

  private static final long REDRAW = Duration.ofMillis(200).toNanos();
  private static final long MIB = 1 << 20;
  private static final int WIDTH = 24;
  private static final String CLEARED = "\r\u001b[K";

  private final PrintWriter err;
  private final TextInput input;
  private final long start = System.nanoTime();
  private long drawn = start;
  private boolean isShown;

  EnrichProgress(PrintWriter err, TextInput input) {
    this.err = err;
    this.input = input;
  }

  /** Draws it, unless it has just been drawn. */
  void show(EnrichmentCounts counts) {
    long now = System.nanoTime();
    if (now - drawn >= REDRAW) {
      drawn = now;
      isShown = true;
      err.print(CLEARED + text(counts.lines(), input.position(), input.size(), now - start));
      err.flush();
    }
  }

  /** Takes it away. */
  void clear() {
    if (isShown) {
      err.print(CLEARED);
      err.flush();
    }
  }

  static String text(long lines, long position, long size, long nanos) {
    double seconds = nanos / 1e9;
    String rate = String.format(Locale.ROOT, "%,d lines, %,.0f/s, %.1f MiB/s", lines, lines / seconds,
        position / seconds / MIB);
    if (size <= 0 || position <= 0) {
      return rate;
    }
    double share = Math.min(1, (double) position / size);
    long left = (long) (seconds / share - seconds);
    int done = (int) (share * WIDTH);
    return String.format(Locale.ROOT, "[%s%s] %3.0f %%  %s, %d:%02d left", "#".repeat(done),
        " ".repeat(WIDTH - done), 100 * share, rate, left / 60, left % 60);
  }
}
