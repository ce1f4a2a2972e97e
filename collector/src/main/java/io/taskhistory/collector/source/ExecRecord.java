package io.taskhistory.collector.source;

import io.taskhistory.history.Details;
import io.taskhistory.history.RawText;

/**
 * A successful exec as it was put on record by the kernel itself, so that nothing of it was read too late. When the
 * exec succeeded is not on record, but what that lies between.
 *
 * @param pid the process
 * @param comm what it was called afterwards
 * @param enteredFrom the earliest time, on the monotonic clock, at which exec can have been called
 * @param enteredTo the latest
 * @param toldAt when the record was received: later than the exec
 * @param details what is known of the process after it
 */
public record ExecRecord(int pid, RawText comm, long enteredFrom, long enteredTo, long toldAt, Details details) {}
