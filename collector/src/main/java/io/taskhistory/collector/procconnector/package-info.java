/**
 * The kernel's process events connector as a source: {@code drivers/connector/cn_proc.c}, every task's clone, exec,
 * exit and changes of name and identity, multicast over netlink.
 *
 * <p>One event goes through: {@link io.taskhistory.collector.linux.NetlinkSocket} receives up to 256 datagrams with one
 * call into memory of its own; a {@code ProcEventMessage} is laid over each; {@code LossDetector} looks at its sequence
 * number; {@code ProcEvents} makes the call that says what happened. Nothing is allocated on the way.
 * {@code SourceBenchmark} in the tests prints what that costs.
 *
 * <p>What the connector does not tell: names (an exec comes without its comm), who called clone ({@code real_parent} is
 * reported, the caller's own parent where CLONE_PARENT or CLONE_THREAD was given), the old tid of a thread that execs.
 */
@NullMarked
package io.taskhistory.collector.procconnector;

import org.jspecify.annotations.NullMarked;
