/**
 * History from audit logs alone: what a log proves of tasks that nobody followed, of another machine or another month.
 *
 * <p>What can be relied on, all of it in kernel/auditsc.c and kernel/audit.c: the records of a syscall are written when
 * it returns, and then get the next serial, so serials are in the order in which syscalls returned, and no number is left
 * out of what was written; the stamp is from when the syscall was entered, a clock tick coarse; {@code pid} and
 * {@code ppid} are processes, numbered as the log's machine numbers them; {@code exit} of a clone is numbered as its
 * caller's pid namespace does; who is killed writes nothing, and so does who execs or clones without a rule for it.
 */
@NullMarked
package io.taskhistory.collector.logimport;

import org.jspecify.annotations.NullMarked;
