/**
 * The kernel's audit system: its netlink socket, its records as they come, its rules.
 *
 * <p>{@link io.taskhistory.collector.audit.AuditRecords} brings the records, as one of many listeners or as the audit
 * daemon; {@link io.taskhistory.collector.audit.AuditControl} asks and sets, with a socket of its own, so that no
 * answer stands behind records; {@link io.taskhistory.collector.audit.AuditKeeper} looks after the rules, the role and
 * the counters, with a thread of its own. That last is not for comfort: audit_receive() in kernel/audit.c puts whoever
 * asks for something to sleep while the backlog is over its limit, and a daemon that slept would be what keeps it
 * there.
 *
 * <p>What the kernel does with a record: audit_log_end() queues it, the thread kauditd takes it from there, sends a
 * copy to the multicast group, and the record itself to the daemon. A listener whose socket is full does not get it; a
 * daemon whose socket is full gets it later, from the retry queue. Without a daemon it is printed into the kernel log
 * and, in a kernel booted with {@code audit=1}, held for the next daemon. Each queue is as long as the backlog limit;
 * what does not fit is counted as lost.
 */
@NullMarked
package io.taskhistory.collector.audit;

import org.jspecify.annotations.NullMarked;
