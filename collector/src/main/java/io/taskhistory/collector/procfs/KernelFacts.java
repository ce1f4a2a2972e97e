package io.taskhistory.collector.procfs;

import io.taskhistory.collector.linux.CString;
import io.taskhistory.collector.linux.NativeFiles;
import io.taskhistory.collector.linux.SystemFacts;
import java.nio.charset.StandardCharsets;

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
   * @throws IllegalStateException where /proc is not mounted
   */
  public static KernelFacts read() {
    return new KernelFacts(line("random/boot_id"), SystemFacts.clockTicksPerSecond(),
        Integer.parseInt(line("pid_max")), line("osrelease"));
  }

  /** With one read: a sysctl's number is gone for a second one (proc_dointvec() in kernel/sysctl.c). */
  private static String line(String name) {
    NativeFiles files = new NativeFiles(256);
    int fd = files.open(CString.of("/proc/sys/kernel/" + name));
    int length = files.read(fd, 0);
    NativeFiles.close(fd);
    if (length < 1) {
      throw new IllegalStateException("/proc/sys/kernel/" + name + " cannot be read; /proc has to be mounted");
    }
    return new String(files.copy(length), StandardCharsets.US_ASCII).strip();
  }
}
