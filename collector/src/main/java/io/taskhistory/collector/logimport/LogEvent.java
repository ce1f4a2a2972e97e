package io.taskhistory.collector.logimport;

import io.taskhistory.collector.auditlog.AuditEvent;
import io.taskhistory.collector.auditlog.Syscalls.Call;
import io.taskhistory.collector.auditlog.SyscallFacts;
import org.jspecify.annotations.Nullable;

/** One event of a log, on its way from the file to the rules. */
final class LogEvent {

  final long stamp;
  final long serial;
  final int type;
  final int pid;

  /** The audit event, where it is about a syscall. */
  final @Nullable AuditEvent event;

  /** By which signal the process was about to end; 0 for all other events. */
  final int signal;

  /** The child that a clone was found to have made before its own turn came. */
  @Nullable LogProcess child;

  private LogEvent(long stamp, long serial, int type, int pid, @Nullable AuditEvent event, int signal) {
    this.stamp = stamp;
    this.serial = serial;
    this.type = type;
    this.pid = pid;
    this.event = event;
    this.signal = signal;
  }

  static LogEvent of(AuditEvent event) {
    return new LogEvent(
        event.stamp(), event.serial(), event.type(), event.pid(), event.call() == null ? null : event, 0);
  }

  /** A signal that ends the process and may dump core: audit_core_dumps() in kernel/auditsc.c. */
  static LogEvent abend(long stamp, long serial, int type, int pid, int signal) {
    return new LogEvent(stamp, serial, type, pid, null, signal);
  }

  @Nullable SyscallFacts call() {
    return event == null ? null : event.call();
  }

  /** Whether a task was made, and with what number as its caller sees it. */
  boolean isClone() {
    SyscallFacts call = call();
    return call != null && call.call().isClone() && call.success() && call.exit() > 0
        && call.exit() <= Integer.MAX_VALUE;
  }

  int childNumber() {
    SyscallFacts call = call();
    return call == null ? -1 : (int) call.exit();
  }

  boolean isExec() {
    SyscallFacts call = call();
    return call != null && call.call().isExec() && call.success();
  }

  boolean isExitGroup() {
    SyscallFacts call = call();
    return call != null && call.call() == Call.EXIT_GROUP;
  }
}
