package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jnr.constants.platform.Errno;

/** What sysconf(3), uname(2) and kill(2) tell. */
public final class SystemFacts {

  /** _SC_CLK_TCK of glibc's and musl's headers, the same on all machines. */
  private static final int SC_CLK_TCK = 2;

  private static final int ESRCH = Errno.ESRCH.intValue();

  private static final Pattern RELEASE = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");

  private SystemFacts() {}

  /** The unit of starttime in proc_pid_stat(5): USER_HZ. */
  public static long clockTicksPerSecond() {
    long ticks = LIBC.sysconf(SC_CLK_TCK);
    if (ticks < 1) {
      throw new LinuxException("sysconf", Native.errno());
    }
    return ticks;
  }

  /**
   * Whether any task has {@code tid}, zombies among them. To find that /proc has no such file costs several times more.
   * Signal 0 is sent to nobody, and what kill(2) calls a pid can be any thread's.
   */
  public static boolean isTask(int tid) {
    return LIBC.kill(tid, 0) == 0 || Native.errno() != ESRCH;
  }

  /** Whether the kernel is Linux {@code major.minor} or later; distributions may have added to an earlier one. */
  public static boolean isLinux(int major, int minor) {
    return isAtLeast(System.getProperty("os.version", ""), major, minor); // the JVM has it from uname(2)
  }

  /** Whether {@code release}, as in {@code uname -r}, is that version or later; false for what is no release. */
  static boolean isAtLeast(String release, int major, int minor) {
    Matcher m = RELEASE.matcher(release);
    return m.lookingAt()
        && (Integer.parseInt(m.group(1)) > major
            || Integer.parseInt(m.group(1)) == major && Integer.parseInt(m.group(2)) >= minor);
  }
}
