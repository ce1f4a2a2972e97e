package io.taskhistory.collector.trace;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What a trace source can be told.
 *
 * @param instance the name of its tracefs instance
 * @param buffer bytes that the kernel keeps for each processor
 * @param journals the directory of its journal, see {@link JournalDirectory}
 */
public record TraceSettings(String instance, long buffer, Path journals) {

  public static final String DEFAULT_INSTANCE = "taskhistory";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  static final long LEAST_BUFFER = 8 << 10;
  private static final long MOST_BUFFER = 16L << 30;

  public TraceSettings {
    if (!NAME.matcher(instance).matches()) {
      throw new IllegalArgumentException("a trace instance's name is of 1 to 64 letters, digits, _ and -");
    }
    if (buffer < LEAST_BUFFER || buffer > MOST_BUFFER) {
      throw new IllegalArgumentException(
          "a trace buffer has from " + LEAST_BUFFER + " to " + MOST_BUFFER + " bytes for each processor: " + buffer);
    }
  }
}
