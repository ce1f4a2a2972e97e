package io.taskhistory.collector.procfs;

import io.taskhistory.collector.linux.SystemFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What does not change while the kernel runs, but for {@code pidMax}.
 *
 * @param bootId {@code /proc/sys/kernel/random/boot_id}
 * @param clockTicksPerSecond the unit of {@link TaskStat#starttime}
 * @param pidMax {@code /proc/sys/kernel/pid_max}: tids are below it
 * @param release {@code /proc/sys/kernel/osrelease}
 */
public record KernelFacts(String bootId, long clockTicksPerSecond, int pidMax, String release) {

  /**
   * Those of the running kernel.
   *
   * @throws UncheckedIOException where /proc is not mounted
   */
  public static KernelFacts read() {
    return new KernelFacts(line("random/boot_id"), SystemFacts.clockTicksPerSecond(),
        Integer.parseInt(line("pid_max")), line("osrelease"));
  }

  private static String line(String name) {
    try {
      return Files.readString(Path.of("/proc/sys/kernel").resolve(name)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("/proc has to be mounted and readable: " + e.getMessage(), e);
    }
  }
}
