package io.taskhistory.collector.audit;

import io.taskhistory.collector.auditlog.Syscalls;
import io.taskhistory.collector.auditlog.Syscalls.Call;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * The rules by which audit tells of tasks: one for each architecture whose programs this machine runs, as numbers of
 * syscalls differ.
 *
 * <p>They are put behind all others. The kernel stops at the first rule that matches, and the record carries the key of
 * that one: in front, ours would take the key from what an administrator looks for. So an event can come with a key of
 * somebody else's, and what an administrator has excluded with a {@code never} stays excluded.
 *
 * <p>No rule can name the syscalls of x32 programs: their numbers have bit 30 set (__X32_SYSCALL_BIT), and a rule's
 * mask ends at 2047. Distributions' kernels do not run such programs unless booted with {@code syscall.x32=y}.
 */
public final class TaskRules {

  /** Marks what is ours. */
  public static final String KEY = "taskhistory";

  /** AUDIT_BITMASK_SIZE words of 32 bits. */
  private static final int MOST_SYSCALLS = 2048;

  private TaskRules() {}

  /** For successful and failed execs. */
  public static List<AuditRule> execs() {
    return rules(Call::isExec);
  }

  /** For execs, and everything by which a task begins or calls for its own end. */
  public static List<AuditRule> all() {
    return rules(call -> call != Call.OTHER);
  }

  private static List<AuditRule> rules(Predicate<Call> wanted) {
    return architectures().stream().map(arch -> AuditRule.always(arch, numbers(arch, wanted), KEY)).toList();
  }

  private static BitSet numbers(long arch, Predicate<Call> wanted) {
    BitSet numbers = new BitSet();
    for (int number = 0; number < MOST_SYSCALLS; number++) {
      numbers.set(number, wanted.test(Syscalls.call(arch, number)));
    }
    return numbers;
  }

  /** Whether or not the kernel was built to run programs of the second: it takes the rule all the same. */
  static List<Long> architectures() {
    String machine = System.getProperty("os.arch", "");
    return switch (machine) {
      case "amd64", "x86_64" -> List.of(Syscalls.X86_64, Syscalls.I386);
      case "aarch64" -> List.of(Syscalls.AARCH64, Syscalls.ARM);
      case "ppc64le" -> List.of(Syscalls.PPC64LE);
      case "s390x" -> List.of(Syscalls.S390X);
      case "riscv64" -> List.of(Syscalls.RISCV64);
      default -> throw new AuditException(AuditException.Reason.NOT_UNDERSTOOD,
          "audit rules for " + machine + " machines are not known; use another source");
    };
  }
}
