package io.taskhistory.collector.audit;

/** How it stands with the rules by which audit tells of tasks. */
public enum RulesState {
  /** They are in force. */
  IN_FORCE("the audit rules are in force"),
  /** Somebody has removed some, and they will be put back. */
  REMOVED("audit rules were removed, and will be put back"),
  /** Somebody has removed some again and again; they are not put back any more. */
  GIVEN_UP("audit rules were removed again and again, so they are left to the administrator; to have them back restart"
      + " the service"),
  /** Some are missing, and nothing may be added until the next boot. */
  LOCKED(String.valueOf(AuditException.locked().getMessage())),
  /** Audit is switched off, and it is not ours to switch on. */
  OFF("audit is switched off; switch it on (auditctl -e 1), or boot with audit=1"),
  /** A rule keeps the kernel from looking at what tasks do. */
  HINDERED("the audit rule '-a never,task' hides all tasks that are created while it is there; remove it"
      + " (auditctl -d never,task, and from /etc/audit/rules.d)"),
  /** The kernel did not take them. */
  REFUSED("the kernel does not take the audit rules");

  private final String advice;

  RulesState(String advice) {
    this.advice = advice;
  }

  /** What an administrator should know. */
  public String advice() {
    return advice;
  }
}
