package io.taskhistory.collector.audit;

import java.util.List;

/** The kernel's audit rules, and whether they have any effect. */
interface KernelRules {

  /**
   * What the kernel says of itself now.
   *
   * @throws AuditException where it does not answer
   */
  AuditStatus status();

  /** All rules that are in force, everybody's. */
  List<AuditRule> rules();

  /**
   * Adds a rule behind all others.
   *
   * @return false where it was there
   * @throws AuditException where that is refused
   */
  boolean add(AuditRule rule);

  /**
   * Removes a rule.
   *
   * @return false where it was not there
   */
  boolean remove(AuditRule rule);

  /** Switches audit on or off, which decides about everybody's rules. */
  void enable(boolean on);
}
