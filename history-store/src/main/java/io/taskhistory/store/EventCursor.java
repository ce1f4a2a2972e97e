package io.taskhistory.store;

import io.taskhistory.history.Boot;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in the event log, between two events. To callers its text is opaque; it stays good across restarts of the
 * service and of the machine: {@code 5f0c1d2e3a4b-86400123-17}.
 *
 * @param boot the {@link Boot#key key} of a boot
 * @param row counts what was kept of that boot, without end
 * @param index how many events of that row stand before
 */
public record EventCursor(String boot, long row, int index) {

  private static final Pattern TEXT = Pattern.compile("([0-9a-f]{12})-(\\d{1,19})-(\\d{1,10})");

  public EventCursor {
    if (row < 0 || index < 0) {
      throw new IllegalArgumentException("not a place in the log: " + row + "-" + index);
    }
  }

  /** The cursor that {@link #toString} wrote, or empty for any other text. */
  public static Optional<EventCursor> parse(String text) {
    Matcher m = TEXT.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new EventCursor(m.group(1), Long.parseLong(m.group(2)), Integer.parseInt(m.group(3))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return boot + "-" + row + "-" + index;
  }
}
