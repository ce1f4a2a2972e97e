package io.taskhistory.history;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one task for ever, across pid reuse, restarts and reboots. To callers its text is opaque; it is made of the
 * first 12 hex digits of the boot id, the tid, and the start on the monotonic clock as known when the task was first
 * seen: {@code 5f0c1d2e3a4b-3787-61400123456}.
 */
public record TaskId(String boot, int tid, long start) {

  private static final Pattern TEXT = Pattern.compile("([0-9a-f]{12})-(\\d{1,10})-(\\d{1,19})");

  public TaskId {
    if (boot.length() != Boot.KEY_LENGTH || tid < 0 || start < 0) {
      throw new IllegalArgumentException("not a task: " + boot + "-" + tid + "-" + start);
    }
  }

  /** The id that {@link #toString} wrote, or empty for any other text. */
  public static Optional<TaskId> parse(String text) {
    Matcher m = TEXT.matcher(text);
    if (!m.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new TaskId(m.group(1), Integer.parseInt(m.group(2)), Long.parseLong(m.group(3))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return boot + "-" + tid + "-" + start;
  }
}
