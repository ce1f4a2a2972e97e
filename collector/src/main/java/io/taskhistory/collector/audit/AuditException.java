package io.taskhistory.collector.audit;

import io.taskhistory.collector.linux.LinuxException;

/** The kernel's audit system refuses something; the message says why and what to do about it. */
public final class AuditException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final Reason reason;

  /** Why. */
  public enum Reason {
    /** A capability is missing. */
    NOT_PERMITTED,
    /** The kernel has no audit, or it is out of reach in these namespaces. */
    NOT_HERE,
    /** Somebody else is the audit daemon. */
    DAEMON_EXISTS,
    /** The rules and the settings are locked until the next boot ({@code auditctl -e 2}). */
    LOCKED,
    /** The kernel does not know what it was asked for. */
    NOT_UNDERSTOOD,
    /** There was none. */
    NO_ANSWER,
    /** Something that no caller can do anything about. */
    FAILED
  }

  AuditException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  AuditException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  static AuditException locked() {
    return new AuditException(Reason.LOCKED, "the audit rules are locked (auditctl -e 2) until the next boot;"
        + " put those of taskhistory into /etc/audit/rules.d before the line -e 2, and reboot");
  }

  static AuditException notPermitted(String capability) {
    return new AuditException(Reason.NOT_PERMITTED, "audit needs " + capability + "; run the service as root,"
        + " or give it that capability (AmbientCapabilities= of its systemd unit)");
  }

  static AuditException notHere(String what) {
    return new AuditException(Reason.NOT_HERE, what + "; run the service on the host, or its container with --pid=host,"
        + " --network=host and without a user namespace");
  }

  /** The kernel's answer to {@code request} was an error number of errno(3). */
  static AuditException refused(String request, int errno) {
    String name = LinuxException.name(errno);
    if (LinuxException.is(errno, "EPERM") || LinuxException.is(errno, "EACCES")) {
      // Namespaces and capabilities have been looked at when the socket was opened; a security module remains.
      return new AuditException(Reason.NOT_PERMITTED, "the kernel refuses " + request + ": " + name
          + "; run the service as root in the host's pid namespace, with CAP_AUDIT_CONTROL");
    }
    if (LinuxException.is(errno, "ECONNREFUSED")) {
      return notHere("the kernel's audit does not answer " + request + " here: " + name
          + ", as in a user namespace, or where it was booted with audit=0");
    }
    if (LinuxException.is(errno, "EEXIST")) {
      return new AuditException(Reason.DAEMON_EXISTS, "there is an audit daemon already; stop it (service auditd stop),"
          + " or be a listener beside it");
    }
    if (LinuxException.is(errno, "EINVAL") || LinuxException.is(errno, "EOPNOTSUPP")) {
      return new AuditException(Reason.NOT_UNDERSTOOD, "this kernel does not understand " + request + ": " + name
          + "; use a newer one, or narrow the rules by other fields");
    }
    return new AuditException(Reason.FAILED, "the kernel's audit failed at " + request + ": " + name);
  }

  /** The socket itself could not be used. */
  static AuditException of(LinuxException e) {
    if (e.is("EPROTONOSUPPORT")) {
      return new AuditException(Reason.NOT_HERE, "this kernel has no audit: it needs CONFIG_AUDIT=y,"
          + " and CONFIG_AUDITSYSCALL=y for rules about syscalls", e);
    }
    if (e.is("ECONNREFUSED")) {
      return new AuditException(Reason.NOT_HERE, "the kernel's audit is not there: " + e.getMessage()
          + "; boot without audit=0, and run the service in the host's network namespace (--network=host)", e);
    }
    return new AuditException(e.is("EPERM") || e.is("EACCES") ? Reason.NOT_PERMITTED : Reason.FAILED,
        "the audit socket cannot be used: " + e.getMessage(), e);
  }
}
