package io.taskhistory.store;

/**
 * When what was committed is made to survive a loss of power, in the words of auditd.conf(5). It survives the end of the
 * process in any case.
 */
public enum Flush {
  /** Whenever the kernel writes it out. */
  NONE,
  /** After every so many records; see {@link StoreSettings#freq}. */
  INCREMENTAL,
  /** With every commit: whatever can be queried survives. */
  SYNC
}
