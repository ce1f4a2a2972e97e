package io.taskhistory.api.boot;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How large the ring has to be in which a boot is recorded until the service takes it over.
 *
 * @param startedSoFar tasks started since the boot
 * @param processes how many the rings are to hold
 * @param mebibytes for each processor
 * @param cpus processors, each with a ring
 */
record BootBuffer(long startedSoFar, long processes, long mebibytes, int cpus) {

  /** Of a fork, an exec and an exit with what goes with them: five events of 46 bytes, measured on 6.1 and 6.12. */
  static final int BYTES_PER_PROCESS = 230;

  /** Whoever starts the service by hand, and not early, takes so long. */
  private static final double SECONDS = 600;
  /** A distribution's boot with its initramfs takes a few thousand. */
  private static final long LEAST_PROCESSES = 10_000;
  /** One processor can take it all; where there are many it does not. */
  private static final int CPUS_THAT_SHARE = 4;
  private static final long MOST_MEBIBYTES = 64;
  /** Of the memory that the machine has. */
  private static final int SHARE = 16;
  private static final int MEBI = 1 << 20;

  private static final Pattern STARTED = Pattern.compile("(?m)^processes (\\d{1,18})$");
  private static final Pattern TOTAL = Pattern.compile("(?m)^MemTotal:\\s+(\\d{1,15}) kB$");
  private static final Pattern CPU = Pattern.compile("(?m)^cpu\\d+ ");

  static BootBuffer of(HostFiles files) {
    // proc_stat(5): forks since the boot, threads among them, and a line for each processor that is on.
    String stat = files.read("/proc/stat").orElse("");
    long started = number(STARTED, stat);
    int cpus = Math.max(1, (int) CPU.matcher(stat).results().count());
    double uptime = uptime(files.read("/proc/uptime").orElse(""));
    long processes = Math.max(LEAST_PROCESSES, (long) (started * Math.min(1, SECONDS / uptime)));
    long needed = processes * BYTES_PER_PROCESS * Math.min(CPUS_THAT_SHARE, cpus) / cpus;
    long affordable = number(TOTAL, files.read("/proc/meminfo").orElse("")) * 1024 / SHARE / cpus;
    long mebibytes = 1;
    while (mebibytes * MEBI < needed && mebibytes < MOST_MEBIBYTES
        && (affordable == 0 || 2 * mebibytes * MEBI <= affordable)) {
      mebibytes *= 2;
    }
    return new BootBuffer(started, processes, mebibytes, cpus);
  }

  private static double uptime(String text) {
    Matcher m = Pattern.compile("(\\d{1,12}(?:\\.\\d+)?) .*\\s*").matcher(text);
    return m.matches() ? Math.max(1, Double.parseDouble(m.group(1))) : SECONDS;
  }

  private static long number(Pattern pattern, String text) {
    Matcher m = pattern.matcher(text);
    return m.find() ? Long.parseLong(m.group(1)) : 0;
  }

  String parameter() {
    return mebibytes + "M";
  }

  /** Of all processors, in bytes. */
  long memory() {
    return mebibytes * MEBI * cpus;
  }

  /** How many processes a ring holds of which one processor starts all. */
  long held() {
    return mebibytes * MEBI / BYTES_PER_PROCESS;
  }
}
