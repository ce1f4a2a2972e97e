package io.taskhistory.collector.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What this process may do.
 *
 * @param effective the capabilities that are in effect, of those we know
 * @param inInitialPidNamespace whether pids are those of the host
 * @param inInitialUserNamespace whether uids are those of the host
 */
public record Privileges(Set<Capability> effective, boolean inInitialPidNamespace, boolean inInitialUserNamespace) {

  /** The capabilities that following tasks can need, numbered as in include/uapi/linux/capability.h. */
  public enum Capability {
    /** Reads files of all users. */
    CAP_DAC_READ_SEARCH(2),
    /** Signals all processes. */
    CAP_KILL(5),
    /** Subscribes to the proc connector and forces the size of its buffer. */
    CAP_NET_ADMIN(12),
    /** Sees the images, the stacks and the memory of all processes in /proc. */
    CAP_SYS_PTRACE(19),
    /** Mounts tracefs, among much else. */
    CAP_SYS_ADMIN(21),
    /** Sets audit rules. */
    CAP_AUDIT_CONTROL(30),
    /** Reads the audit log by multicast. */
    CAP_AUDIT_READ(37);

    private final int number;

    Capability(int number) {
      this.number = number;
    }
  }

  /** PROC_PID_INIT_INO and PROC_USER_INIT_INO of include/linux/proc_ns.h (PID_NS_INIT_INO … of uapi/linux/nsfs.h). */
  private static final String INITIAL_PID_NAMESPACE = "pid:[4026531836]";
  private static final String INITIAL_USER_NAMESPACE = "user:[4026531837]";

  public Privileges {
    effective = Set.copyOf(effective);
  }

  /** Those of the present process. What /proc does not tell counts as not given. */
  public static Privileges read() {
    try {
      return new Privileges(effective(Files.readAllLines(Path.of("/proc/thread-self/status"))),
          is("/proc/self/ns/pid", INITIAL_PID_NAMESPACE), is("/proc/self/ns/user", INITIAL_USER_NAMESPACE));
    } catch (IOException e) {
      return new Privileges(Set.of(), false, false);
    }
  }

  public boolean has(Capability capability) {
    return effective.contains(capability);
  }

  /**
   * Whether the proc connector answers us: cn_proc_mcast_ctl() in drivers/connector/cn_proc.c ignores, without a word,
   * everybody outside of the initial pid and user namespaces.
   */
  public boolean inInitialNamespaces() {
    return inInitialPidNamespace && inInitialUserNamespace;
  }

  /** {@code CapEff:} of proc_pid_status(5), 64 bits in hexadecimal. */
  static Set<Capability> effective(List<String> status) {
    Set<Capability> effective = EnumSet.noneOf(Capability.class);
    for (String line : status) {
      if (line.startsWith("CapEff:")) {
        long bits = Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16);
        for (Capability capability : Capability.values()) {
          if ((bits >>> capability.number & 1) != 0) {
            effective.add(capability);
          }
        }
      }
    }
    return effective;
  }

  /** A namespace that the kernel was not built with has no link; then all are in the initial one. */
  private static boolean is(String link, String target) throws IOException {
    Path path = Path.of(link);
    return Files.notExists(path, LinkOption.NOFOLLOW_LINKS)
        || Files.readSymbolicLink(path).toString().equals(target);
  }
}
