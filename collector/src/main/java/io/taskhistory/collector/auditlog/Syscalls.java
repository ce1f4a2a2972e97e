package io.taskhistory.collector.auditlog;

import java.util.ArrayList;
import java.util.List;

/**
 * The syscalls by which processes come, change and go, by {@code arch} (AUDIT_ARCH_… of include/uapi/linux/audit.h) and
 * {@code syscall}: the numbers differ from one architecture to another, and a 64-bit machine runs programs of two.
 *
 * <p>Numbers are those of arch/x86/entry/syscalls, arch/arm/tools, arch/s390/kernel/syscalls,
 * arch/powerpc/kernel/syscalls and include/uapi/asm-generic/unistd.h.
 */
public final class Syscalls {

  /** What a syscall does to processes. */
  public enum Call {
    FORK, VFORK, CLONE, CLONE3, EXECVE, EXECVEAT, EXIT, EXIT_GROUP,
    /** Something else. */
    OTHER;

    public boolean isExec() {
      return this == EXECVE || this == EXECVEAT;
    }

    /** Whether it makes a task. */
    public boolean isClone() {
      return this == FORK || this == VFORK || this == CLONE || this == CLONE3;
    }

    public boolean isExit() {
      return this == EXIT || this == EXIT_GROUP;
    }
  }

  public static final long X86_64 = 0xc000003eL;
  public static final long I386 = 0x40000003L;
  public static final long AARCH64 = 0xc00000b7L;
  public static final long ARM = 0x40000028L;
  public static final long PPC64LE = 0xc0000015L;
  public static final long S390X = 0x80000016L;
  public static final long RISCV64 = 0xc00000f3L;

  /** __X32_SYSCALL_BIT of arch/x86/include/uapi/asm/unistd.h: same arch, other numbers. */
  private static final int X32 = 0x4000_0000;

  private record Number(long arch, int number, Call call) {}

  private static final List<Number> NUMBERS = new ArrayList<>();

  static {
    numbers(X86_64, 57, 58, 56, 59, 322, 60, 231);
    number(X86_64, X32 + 57, Call.FORK);
    number(X86_64, X32 + 58, Call.VFORK);
    number(X86_64, X32 + 56, Call.CLONE);
    number(X86_64, X32 + 435, Call.CLONE3);
    number(X86_64, X32 + 520, Call.EXECVE);
    number(X86_64, X32 + 545, Call.EXECVEAT);
    number(X86_64, X32 + 60, Call.EXIT);
    number(X86_64, X32 + 231, Call.EXIT_GROUP);
    numbers(I386, 2, 190, 120, 11, 358, 1, 252);
    numbers(ARM, 2, 190, 120, 11, 387, 1, 248);
    numbers(PPC64LE, 2, 189, 120, 11, 362, 1, 234);
    numbers(S390X, 2, 190, 120, 11, 354, 1, 248);
    numbers(AARCH64, -1, -1, 220, 221, 281, 93, 94);
    numbers(RISCV64, -1, -1, 220, 221, 281, 93, 94);
  }

  private Syscalls() {}

  private static void numbers(
      long arch, int fork, int vfork, int clone, int execve, int execveat, int exit, int exitGroup) {
    number(arch, fork, Call.FORK);
    number(arch, vfork, Call.VFORK);
    number(arch, clone, Call.CLONE);
    number(arch, 435, Call.CLONE3); // the same everywhere, as all that came after 5.0
    number(arch, execve, Call.EXECVE);
    number(arch, execveat, Call.EXECVEAT);
    number(arch, exit, Call.EXIT);
    number(arch, exitGroup, Call.EXIT_GROUP);
  }

  private static void number(long arch, int number, Call call) {
    if (number >= 0) {
      NUMBERS.add(new Number(arch, number, call));
    }
  }

  /** What that syscall is; {@link Call#OTHER} for all others, and for architectures that are not in here. */
  public static Call call(long arch, long number) {
    for (Number known : NUMBERS) {
      if (known.number == number && known.arch == arch) {
        return known.call;
      }
    }
    return Call.OTHER;
  }

  /** Which of the arguments of clone holds its flags: clone(2), "C library/kernel differences". */
  static Field cloneFlags(long arch) {
    return arch == S390X ? Field.A1 : Field.A0;
  }
}
