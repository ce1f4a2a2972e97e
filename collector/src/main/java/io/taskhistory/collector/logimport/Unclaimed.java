package io.taskhistory.collector.logimport;

import io.taskhistory.history.Entry;
import io.taskhistory.history.RawText;
import org.jspecify.annotations.Nullable;

/**
 * A clone that returned, whose child no record has named yet.
 *
 * @param entry where its caller stood
 * @param comm what its caller was called, which the child is too; {@code exe} likewise
 * @param callerPpid its caller's parent
 * @param flags of clone(2); {@link io.taskhistory.collector.auditlog.SyscallFacts#UNKNOWN} where they are
 * @param stamp when it was called, by the wall clock; {@code time} when it returned
 * @param since where the pids stood
 * @param hiddenBefore how many were hidden then
 * @param isNext whether the number was what was due
 * @param older the one before that returned the same number
 */
record Unclaimed(
    LogProcess caller, Entry entry, RawText comm, RawText exe, int callerPpid, long flags, long stamp, long time,
    long since, long hiddenBefore, boolean isNext, @Nullable Unclaimed older) {

  /** So many with one number are remembered. */
  private static final int MOST = 4;

  /** The same with fewer behind it. */
  Unclaimed trimmed() {
    return trimmed(MOST);
  }

  private Unclaimed trimmed(int most) {
    Unclaimed rest = older == null || most == 1 ? null : older.trimmed(most - 1);
    return rest == older ? this : new Unclaimed(
        caller, entry, comm, exe, callerPpid, flags, stamp, time, since, hiddenBefore, isNext, rest);
  }
}
