package io.taskhistory.collector.audit;

/**
 * How the kernel's audit stood when it was asked last.
 *
 * @param at when that was, by the monotonic clock
 * @param lost records that the kernel has lost since the keeper was opened
 * @param lostBefore records that it had lost before, since the boot
 * @param backlog records that wait for kauditd
 * @param backlogLimit how many may; 0 for any number
 * @param backlogWaitTime how long a task may be kept waiting where more do, in jiffies
 * @param waited how long tasks have been kept waiting since the boot, in jiffies; 0 before Linux 5.9
 * @param enabled 0 off, 1 on, 2 locked
 * @param daemon the audit daemon's pid; 0 for none
 * @param rules how it stands with the rules
 * @param advice what an administrator should know
 */
public record AuditStats(long at, long lost, long lostBefore, long backlog, long backlogLimit, long backlogWaitTime,
    long waited, int enabled, int daemon, RulesState rules, String advice) {}
