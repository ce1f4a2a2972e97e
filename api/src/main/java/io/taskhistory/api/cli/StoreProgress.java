package io.taskhistory.api.cli;

import io.taskhistory.store.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** The line on a person's terminal that says how far a check or a repair is; drawn again and again in its place. */
final class StoreProgress implements Progress, AutoCloseable {

  private static final long REDRAW = Duration.ofMillis(200).toNanos();
  private static final String CLEARED = "\r\u001b[K";

  private final PrintWriter err;
  private final boolean isShown;
  private long drawn = System.nanoTime();
  private boolean isThere;

  StoreProgress(PrintWriter err, boolean isShown) {
    this.err = err;
    this.isShown = isShown;
  }

  @Override
  public void at(String what, long done, long total) {
    long now = System.nanoTime();
    if (isShown && now - drawn >= REDRAW) {
      drawn = now;
      isThere = true;
      err.print(CLEARED + text(what, done, total));
      err.flush();
    }
  }

  static String text(String what, long done, long total) {
    return total <= 0 || done > total
        ? String.format(Locale.ROOT, "%s: %,d", what, done)
        : String.format(Locale.ROOT, "%s: %,d of %,d, %d %%", what, done, total, 100 * done / total);
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (isThere) {
      err.print(CLEARED);
      err.flush();
    }
  }
}
