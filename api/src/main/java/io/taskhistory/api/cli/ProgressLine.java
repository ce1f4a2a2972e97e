package io.taskhistory.api.cli;

import io.taskhistory.store.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/**
 * How far long work is, how fast it goes and how long it will take: a line on a person's terminal that is drawn again
 * and again in its place, or, where that is asked for without a terminal, a line every few seconds.
 */
final class ProgressLine implements Progress, AutoCloseable {

  /** Where it is shown. */
  enum Shown { NOT, IN_PLACE, IN_LINES }

  private static final long REDRAW = Duration.ofMillis(200).toNanos();
  private static final long NEXT_LINE = Duration.ofSeconds(5).toNanos();
  private static final double MEGABYTE = 1e6;
  private static final int BAR = 20;
  private static final String CLEARED = "\r\u001b[K";

  private final PrintWriter err;
  private final Shown shown;
  private final Terminal terminal;
  private String stage = "";
  private long start = System.nanoTime();
  private long drawn = start;
  private boolean isThere;

  /**
   * One that is not drawn yet.
   *
   * @param terminal how wide the line may be in its place: what goes on in the next line stays when it is drawn again
   */
  ProgressLine(PrintWriter err, Shown shown, Terminal terminal) {
    this.err = err;
    this.shown = shown;
    this.terminal = terminal;
  }

  /** So much of a check or a repair, in whatever units its stage has. */
  @Override
  public void at(String what, long done, long total) {
    if (!stage.equals(what)) {
      stage = what;
      start = System.nanoTime();
    }
    if (isDue()) {
      show(ofStage(what, done, total, drawn - start));
    }
  }

  /** So much of a text: records, and bytes of as many as there are, 0 where nobody knows. */
  void at(String records, long count, long position, long size) {
    if (isDue()) {
      show(ofText(records, count, position, size, drawn - start));
    }
  }

  private boolean isDue() {
    long now = System.nanoTime();
    if (shown == Shown.NOT || now - drawn < (shown == Shown.IN_PLACE ? REDRAW : NEXT_LINE)) {
      return false;
    }
    drawn = now;
    return true;
  }

  private void show(String text) {
    if (shown == Shown.IN_LINES) {
      err.println("taskhistory: " + text);
    } else {
      isThere = true;
      err.print(CLEARED + fit(text, terminal.width() - 1, terminal.ellipsis()));
    }
    err.flush();
  }

  /** {@code text} within so many columns: figures are worth more than the bar. */
  static String fit(String text, int columns, String mark) {
    boolean hasBar = text.startsWith("[") && Cells.width(text) > columns;
    return Cells.start(hasBar ? text.substring(text.indexOf(']') + 1).strip() : text, columns, mark);
  }

  static String ofStage(String what, long done, long total, long nanos) {
    double seconds = Math.max(nanos, 1) / 1e9;
    return total <= 0 || done > total
        ? String.format(Locale.ROOT, "%s: %,d, %,.0f/s", what, done, done / seconds)
        : String.format(Locale.ROOT, "%s: %,d of %,d, %d %%, %,.0f/s%s", what, done, total, 100 * done / total,
            done / seconds, left(done, total, seconds));
  }

  static String ofText(String records, long count, long position, long size, long nanos) {
    double seconds = Math.max(nanos, 1) / 1e9;
    String rate = String.format(Locale.ROOT, "%,d %s, %,.0f/s, %.1f MB/s", count, records, count / seconds,
        position / seconds / MEGABYTE);
    if (size <= 0) {
      return rate;
    }
    double share = Math.min(1, (double) position / size);
    int filled = (int) (share * BAR);
    return String.format(Locale.ROOT, "[%s%s] %3.0f %%  %s%s", "#".repeat(filled), " ".repeat(BAR - filled),
        100 * share, rate, left(position, size, seconds));
  }

  private static String left(long done, long total, double seconds) {
    if (done <= 0) {
      return "";
    }
    long left = (long) (seconds * (total - Math.min(done, total)) / done);
    return left < 3600 ? String.format(Locale.ROOT, ", %d:%02d left", left / 60, left % 60)
        : String.format(Locale.ROOT, ", %d:%02d:%02d left", left / 3600, left / 60 % 60, left % 60);
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (isThere) {
      isThere = false;
      err.print(CLEARED);
      err.flush();
    }
  }
}
