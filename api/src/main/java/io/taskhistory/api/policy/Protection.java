package io.taskhistory.api.policy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Says whom nobody may freeze: this process and those above it, kernel threads, and what an administrator needs to come
 * in and see what is wrong. The latter are known by their programs, as anybody can take their names, and only where they
 * run as a user of the system's, so that nobody evades by starting one of them.
 */
final class Protection {

  /** login.defs(5), SYS_UID_MAX: who has a higher one is a person. */
  private static final int LAST_SYSTEM_UID = 999;

  /** From include/linux/sched.h. */
  private static final long PF_KTHREAD = 0x0020_0000;

  private static final String SSHD = "sshd";
  private static final Set<String> PROGRAMS = Set.of(SSHD, "dropbear", "systemd-journald", "systemd-logind",
      "systemd-udevd", "rsyslogd", "syslogd", "syslog-ng", "agetty", "mingetty", "getty", "login", "sulogin",
      "dbus-daemon", "dbus-broker", "dbus-broker-launch", "auditd", "busybox");
  private static final String DELETED = " (deleted)";

  /** Positions after the name in proc_pid_stat(5). */
  private static final int PPID = 1;
  private static final int FLAGS = 6;

  private final Path proc;
  private final Set<Integer> ours = new HashSet<>();

  Protection() {
    this(Path.of("/proc"));
  }

  private Protection(Path proc) {
    this.proc = proc;
    int pid = (int) ProcessHandle.current().pid();
    while (pid > 0 && ours.add(pid)) {
      try {
        pid = Integer.parseInt(stat(pid)[PPID]);
      } catch (IOException e) {
        pid = 0;
      }
    }
  }

  /** Why these may not be frozen, one of them for all; empty where they may. */
  Optional<String> reason(Collection<Integer> pids) {
    for (int pid : pids) {
      Optional<String> reason = reason(pid);
      if (reason.isPresent()) {
        return reason;
      }
    }
    return Optional.empty();
  }

  private Optional<String> reason(int pid) {
    if (pid == 0) { // how cgroup.procs shows those outside of our pid namespace
      return Optional.of("processes of another pid namespace are in it");
    }
    if (pid == 1 || ours.contains(pid)) {
      return Optional.of(pid == ProcessHandle.current().pid() ? "this service itself (process " + pid + ") is in it"
          : "process " + pid + ", which is above this service, is in it");
    }
    try {
      String[] stat = stat(pid);
      if ((Long.parseLong(stat[FLAGS]) & PF_KTHREAD) != 0) {
        return Optional.of("the kernel's thread " + pid + " is in it");
      }
      String program = program(pid);
      return isNeeded(pid, program, Integer.parseInt(stat[PPID]))
          ? Optional.of(program + " (process " + pid + "), which is needed to recover, is in it") : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty(); // it has ended
    } catch (IOException e) {
      return Optional.of(isAlive(pid) ? "it cannot be told what process " + pid + " runs (" + e.getMessage() + ")" : "")
          .filter(reason -> !reason.isEmpty());
    }
  }

  /** Of sshd the one that listens: those that serve somebody are its children. */
  private boolean isNeeded(int pid, String program, int parent) throws IOException {
    String name = program.substring(program.lastIndexOf('/') + 1);
    if (!PROGRAMS.contains(name) || uid(pid) > LAST_SYSTEM_UID) {
      return false;
    }
    try {
      return !name.equals(SSHD) || !program(parent).equals(program);
    } catch (IOException e) {
      return true;
    }
  }

  /** Its path, in whatever mount namespace; that of a file that was replaced as before. */
  private String program(int pid) throws IOException {
    String path = Files.readSymbolicLink(proc.resolve(pid + "/exe")).toString();
    return path.endsWith(DELETED) ? path.substring(0, path.length() - DELETED.length()) : path;
  }

  private boolean isAlive(int pid) {
    return Files.exists(proc.resolve(Integer.toString(pid)));
  }

  /** The real uid, by proc_pid_status(5). Whom its directory belongs to says nothing: see PR_SET_DUMPABLE in prctl(2). */
  private long uid(int pid) throws IOException {
    for (String line : Files.readString(proc.resolve(pid + "/status"), StandardCharsets.ISO_8859_1).split("\n")) {
      if (line.startsWith("Uid:")) {
        return Long.parseLong(line.substring("Uid:".length()).strip().split("\\s+")[0]);
      }
    }
    throw new IOException("its uid is not told");
  }

  /** The fields after the name, which can have anything in it. */
  private String[] stat(int pid) throws IOException {
    String line = Files.readString(proc.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
    String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ");
    if (fields.length <= FLAGS) {
      throw new IOException("its stat is cut off");
    }
    return fields;
  }
}
