package io.taskhistory.api.service;

import io.taskhistory.collector.audit.AuditRole;
import io.taskhistory.collector.audit.AuditRule;
import io.taskhistory.collector.audit.TaskRules;
import java.util.List;

/**
 * What audit is to be used for.
 *
 * @param mode how its records are received
 * @param record what the kernel is to put on record for us
 * @param only conditions that narrow that, as after {@code auditctl -F}
 */
public record AuditUse(Mode mode, Recorded record, List<String> only) {

  /** How. */
  public enum Mode {
    /** Not at all. */
    OFF,
    /** As one of those that listen, beside an audit daemon or without one. */
    LISTEN,
    /** As the audit daemon. */
    DAEMON
  }

  /** What. */
  public enum Recorded {
    /** What an administrator's rules say. */
    NONE,
    /** Each exec. */
    EXEC,
    /** Each exec, fork, clone and exit. */
    ALL
  }

  public static final AuditUse NOT = new AuditUse(Mode.OFF, Recorded.EXEC, List.of());

  /** @throws IllegalArgumentException where a condition is none; the message is for a person */
  public AuditUse {
    only = List.copyOf(only);
    if (mode != Mode.OFF) {
      rules(record, only);
    }
  }

  public boolean isOn() {
    return mode != Mode.OFF;
  }

  AuditRole role() {
    return mode == Mode.DAEMON ? AuditRole.DAEMON : AuditRole.LISTENER;
  }

  List<AuditRule> rules() {
    return rules(record, only);
  }

  private static List<AuditRule> rules(Recorded record, List<String> only) {
    List<AuditRule> rules = switch (record) {
      case NONE -> List.of();
      case EXEC -> TaskRules.execs();
      case ALL -> TaskRules.all();
    };
    return rules.stream().map(rule -> narrowed(rule, only)).toList();
  }

  private static AuditRule narrowed(AuditRule rule, List<String> only) {
    AuditRule narrow = rule;
    for (String condition : only) {
      narrow = narrow.narrowed(condition);
    }
    return narrow;
  }
}
