package io.taskhistory.collector.audit;

import io.taskhistory.collector.procfs.ProcTasks;

/**
 * How many tids the kernel has given, to whomever. It gives them in order and begins anew at the end (alloc_pid() in
 * kernel/pid.c calls idr_alloc_cyclic()), so that a tid that was just given up is not given again before all others were.
 *
 * <p>Counted are those by which {@link ProcTasks#lastTid} has advanced from one look to the next, or the clones on record
 * if those are more. Records are behind /proc; so half a round is taken for a whole one.
 */
final class TidsGiven {

  /** Where a new round begins: RESERVED_PIDS of kernel/pid.c. */
  private static final int RESERVED = 300;

  private final ProcTasks proc;
  private int round;
  private int last;
  private long count;
  private long onRecord;

  TidsGiven(ProcTasks proc) {
    this.proc = proc;
    last = proc.lastTid();
    round = round();
  }

  private int round() {
    return Math.max(1, proc.tidsEnd() - RESERVED);
  }

  /** Looks how far the kernel has come. */
  void look() {
    int now = proc.lastTid();
    if (now < last) {
      round = round(); // it can be changed at any time
    }
    count += Math.max(Math.floorMod(now - last, round), onRecord);
    last = now;
    onRecord = 0;
  }

  /** A clone is on record. */
  void given() {
    onRecord++;
  }

  long count() {
    return count + onRecord;
  }

  /** Whether a tid that somebody held at that count can be another's by now. */
  boolean canHaveComeRound(long since) {
    return count() - since >= round / 2;
  }
}
