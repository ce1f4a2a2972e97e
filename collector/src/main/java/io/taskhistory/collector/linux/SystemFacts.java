package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

/** What sysconf(3) tells. */
public final class SystemFacts {

  /** _SC_CLK_TCK of glibc's and musl's headers, the same on all machines. */
  private static final int SC_CLK_TCK = 2;

  private SystemFacts() {}

  /** The unit of starttime in proc_pid_stat(5): USER_HZ. */
  public static long clockTicksPerSecond() {
    long ticks = LIBC.sysconf(SC_CLK_TCK);
    if (ticks < 1) {
      throw new LinuxException("sysconf", Native.errno());
    }
    return ticks;
  }
}
