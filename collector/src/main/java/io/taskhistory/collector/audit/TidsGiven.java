package io.taskhistory.collector.audit;

import io.taskhistory.collector.procfs.ProcTasks;

/**
 * How far the kernel has come in giving tids, to whomever. It gives them in order and begins anew at the end
 * (alloc_pid() in kernel/pid.c calls idr_alloc_cyclic()). So a tid that somebody held can be another's only once the
 * kernel has come by it again, however few were given since.
 *
 * <pre>
 *   place   0 ──────── tid ──────────── round ──────── round + tid ──── at ─►
 *                      ▲ given to A                    ▲ can be given to B
 * </pre>
 */
final class TidsGiven {

  /** Where a new round begins: RESERVED_PIDS of kernel/pid.c. */
  private static final int RESERVED = 300;

  /** Of how large a part of a round it is looked again, since the kernel goes on. */
  private static final int PART = 4;

  private final ProcTasks proc;
  private int round;
  private int last;
  private long at;
  private long onRecord;

  TidsGiven(ProcTasks proc) {
    this.proc = proc;
    last = proc.lastTid();
    at = last;
    round = round();
  }

  private int round() {
    return Math.max(1, proc.tidsEnd() - RESERVED);
  }

  /** Looks how far the kernel has come. */
  void look() {
    int now = proc.lastTid();
    long step = Math.floorMod(now - last, round);
    while (onRecord - step > round / 2) {
      step += round; // more than once round since the last look
    }
    at += step;
    if (now < last && round() != round) {
      round = round(); // somebody has changed it: nothing is known any more
      at = now + (at / round + 2) * round;
    }
    last = now;
    onRecord = 0;
  }

  /** A clone is on record. */
  void given() {
    if (++onRecord >= round / PART) {
      look();
    }
  }

  /** The place at which a tid was given the last time, if somebody has it. */
  long placeOf(int tid) {
    if (Math.floorMod(tid - at, round) < round / PART) {
      look();
    }
    return at - Math.floorMod(at - tid, round);
  }

  /** As {@link #placeOf}, where the kernel may have come by since somebody had it: the place before that then. */
  long safePlaceOf(int tid) {
    long place = placeOf(tid);
    return at - place < round / PART ? place - round : place;
  }

  /** Whether a tid that was given at that place can be another's by now. */
  boolean canHaveComeRound(long place) {
    if (place + round - at < round / PART) {
      look();
    }
    return at >= place + round;
  }
}
