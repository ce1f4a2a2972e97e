package io.taskhistory.collector.trace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
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

  private static final Pattern MEMORY = Pattern.compile("(?m)^MemTotal:\\s*(\\d{1,15}) kB$");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  static final long LEAST_BUFFER = 8 << 10;
  private static final long MOST_BUFFER = 16L << 30;

  /** Holds a minute of 2,000 fork, exec and exit a second, at some 230 bytes, even where one processor does all. */
  private static final long BUFFER_OF_ONE = 32 << 20;
  private static final long BUFFER_OF_ALL = 128 << 20;
  private static final long LEAST_BUFFER_OF_ONE = 4 << 20;
  private static final int SHARE_OF_MEMORY = 32;

  public TraceSettings {
    if (!NAME.matcher(instance).matches()) {
      throw new IllegalArgumentException("a trace instance's name is of 1 to 64 letters, digits, _ and -");
    }
    if (buffer < LEAST_BUFFER || buffer > MOST_BUFFER) {
      throw new IllegalArgumentException(
          "a trace buffer has from " + LEAST_BUFFER + " to " + MOST_BUFFER + " bytes for each processor: " + buffer);
    }
  }

  /**
   * As much buffer as fits a machine.
   *
   * @param cpus how many processors are online
   * @param memory bytes that it has
   * @return bytes for each processor
   */
  public static long defaultBuffer(int cpus, long memory) {
    long wanted = Math.max(LEAST_BUFFER_OF_ONE, Math.min(BUFFER_OF_ONE, BUFFER_OF_ALL / cpus));
    return Math.max(LEAST_BUFFER, Math.min(wanted, memory / SHARE_OF_MEMORY / cpus));
  }

  /**
   * The default size of this machine's buffer.
   *
   * @throws UncheckedIOException where /proc does not tell
   */
  public static long defaultBuffer() {
    try {
      String memory = Files.readString(Path.of("/proc/meminfo"));
      Matcher total = MEMORY.matcher(memory);
      if (!total.find()) {
        throw new IOException("/proc/meminfo has no MemTotal");
      }
      return defaultBuffer(online(), Long.parseLong(total.group(1)) << 10);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where /sys is hidden there is no trace buffer either, which is for others to say. */
  private static int online() {
    try {
      return online(Files.readString(Path.of("/sys/devices/system/cpu/online")));
    } catch (IOException e) {
      return Runtime.getRuntime().availableProcessors();
    }
  }

  /** Counts a list such as {@code 0-3,8}: the "List format" of cpuset(7). */
  static int online(String list) {
    int count = 0;
    for (String range : list.strip().split(",")) {
      String[] ends = range.split("-");
      count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
    }
    return count;
  }
}
