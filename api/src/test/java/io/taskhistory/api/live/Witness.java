package io.taskhistory.api.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What /proc shows to a plain reader. */
final class Witness {

  /** PF_KTHREAD of include/linux/sched.h. */
  private static final long KERNEL_THREAD = 0x0020_0000;

  /** Of include/linux/threads.h: below it only the first tasks of a boot are. */
  private static final int RESERVED_PIDS = 300;

  /** Some fields of {@code /proc/PID/stat}; the comm as ISO 8859-1, a character a byte. */
  record Stat(int pid, String comm, char state, int ppid, int pgrp, int session, long flags, long starttime) {

    boolean isKernelThread() {
      return (flags & KERNEL_THREAD) != 0;
    }

    boolean isDead() {
      return state == 'Z' || state == 'X';
    }
  }

  private Witness() {}

  /** Empty where nobody has that tid. */
  static Optional<Stat> stat(int tid) {
    try {
      String line = new String(Files.readAllBytes(Path.of("/proc/" + tid + "/stat")), StandardCharsets.ISO_8859_1);
      int open = line.indexOf('(');
      int close = line.lastIndexOf(')');
      // proc_pid_stat(5): the state is field 3, ppid 4, pgrp 5, session 6, flags 9, starttime 22.
      String[] fields = line.substring(close + 2).split(" ");
      return Optional.of(new Stat(tid, line.substring(open + 1, close), fields[0].charAt(0),
          Integer.parseInt(fields[1]), Integer.parseInt(fields[2]), Integer.parseInt(fields[3]),
          Long.parseLong(fields[6]), Long.parseLong(fields[19])));
    } catch (IOException e) {
      return Optional.empty(); // ENOENT, or ESRCH where it ended between open and read
    }
  }

  /** How the test itself came to be, as far as /proc can tell: an entry for each process on the way up. */
  static Lineage ownLineage() {
    Deque<Lineage.Step> steps = new ArrayDeque<>();
    for (int pid = (int) ProcessHandle.current().pid(); pid != 0; ) {
      Stat stat = stat(pid).orElseThrow();
      steps.push(Lineage.Step.of(stat.comm, pid));
      pid = stat.ppid;
    }
    steps.push(new Lineage.Step("swapper/0", 1));
    return new Lineage(List.copyOf(steps));
  }

  /**
   * All that can truly be said of a child that the test has started, even by somebody who saw it between its fork and
   * its execs: java forks, and runs a program that runs the program.
   */
  static Lineage lineage(int child) {
    return ownLineage().and("java", child).and("jspawnhelper", child)
        .and(Lineage.escaped(stat(child).orElseThrow().comm), child);
  }

  static int[] processes() {
    return numbers(Path.of("/proc"));
  }

  static int[] threads(int pid) {
    return numbers(Path.of("/proc/" + pid + "/task"));
  }

  private static int[] numbers(Path directory) {
    String[] names = directory.toFile().list();
    return names == null
        ? new int[0]
        : Arrays.stream(names).filter(name -> name.matches("[0-9]+")).mapToInt(Integer::parseInt).sorted().toArray();
  }

  /** A tid that nobody has, and that the kernel, which counts upwards, gives to nobody else soon. */
  static int freeTid() {
    int last = number("/proc/sys/kernel/ns_last_pid");
    int limit = number("/proc/sys/kernel/pid_max");
    Set<Integer> taken = takenNumbers();
    for (int back = 500; back < limit; back++) {
      int tid = (last + limit - back) % limit;
      if (tid > RESERVED_PIDS && !taken.contains(tid)) {
        return tid;
      }
    }
    throw new IllegalStateException("no tid below " + limit + " is free");
  }

  /** The kernel gives such a file out in one read or not at all. */
  private static int number(String path) {
    try (InputStream in = Files.newInputStream(Path.of(path))) {
      return Integer.parseInt(new String(in.readNBytes(32), StandardCharsets.US_ASCII).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A session and a process group keep their number as long as they have members. */
  private static Set<Integer> takenNumbers() {
    Set<Integer> taken = new HashSet<>();
    for (int pid : processes()) {
      Arrays.stream(threads(pid)).forEach(taken::add);
      stat(pid).ifPresent(stat -> taken.addAll(List.of(stat.pgrp, stat.session)));
    }
    return taken;
  }
}
