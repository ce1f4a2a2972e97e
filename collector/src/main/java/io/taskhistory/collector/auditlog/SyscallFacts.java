package io.taskhistory.collector.auditlog;

import io.taskhistory.history.RawText;

/**
 * What a SYSCALL record says: audit_log_exit() and audit_log_task_info() in kernel/auditsc.c and kernel/audit.c. The
 * task is described as it was when the syscall returned.
 *
 * @param call what the syscall does to processes
 * @param hasResult whether there are {@code success} and {@code exit}; a syscall that ends its caller has none
 * @param exit what it returned; of a clone the child, as the caller's pid namespace numbers it
 * @param flags of a clone, {@link #UNKNOWN} of any other, and of clone3, whose are in memory
 * @param code what the caller of exit or exit_group ends with; {@link #UNKNOWN} for any other
 * @param ppid the process that is its parent by then
 * @param pid the process (until Linux 4.12 the thread)
 * @param auid who logged in; 4294967295 where nobody did
 * @param ses the session; 4294967295 where there is none
 * @param tty as {@code pts1}; unknown for {@code (none)}
 */
public record SyscallFacts(
    Syscalls.Call call, long arch, long number, boolean hasResult, boolean success, long exit, long flags,
    long code, int ppid, int pid, long auid, long uid, long gid, long euid, long egid, long ses, RawText tty,
    RawText comm, RawText exe, RawText key) {

  /** A number that the record does not have. */
  public static final long UNKNOWN = -1;

  static SyscallFacts of(AuditRecord record) {
    long arch = record.hex(Field.ARCH, UNKNOWN);
    long number = record.decimal(Field.SYSCALL);
    Syscalls.Call call = Syscalls.call(arch, number);
    long flags = call == Syscalls.Call.CLONE ? record.hex(Syscalls.cloneFlags(arch), UNKNOWN) : UNKNOWN;
    long code = call.isExit() && record.has(Field.A0) ? record.hex(Field.A0, 0) & 0xff : UNKNOWN;
    long exit = record.decimal(Field.EXIT);
    return new SyscallFacts(call, arch, number, record.has(Field.SUCCESS), record.isSuccess(), exit, flags, code,
        record.pid(Field.PPID), record.pid(Field.PID), id(record, Field.AUID), id(record, Field.UID),
        id(record, Field.GID), id(record, Field.EUID), id(record, Field.EGID), id(record, Field.SES),
        record.text(Field.TTY), record.text(Field.COMM), record.text(Field.EXE), record.text(Field.KEY));
  }

  private static long id(AuditRecord record, Field field) {
    return Math.max(UNKNOWN, record.decimal(field));
  }
}
