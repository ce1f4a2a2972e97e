package io.taskhistory.collector.logimport;

/**
 * How far the kernel has come in giving out pids, as far as a log tells. It gives them out in order and begins again at
 * {@link #RESERVED} after the highest ({@code alloc_pid()} in kernel/pid.c), so a number that it has not come to again
 * still belongs to whoever had it, or to nobody.
 *
 * <pre>
 *   position = turn · 2²² + pid       the newest pid that is known to have been given out
 *   hidden                            how many more were since, of which only that is known
 * </pre>
 */
final class PidCycle {

  /** RESERVED_PIDS of kernel/pid.c: numbers below are given out only once. */
  static final int RESERVED = 300;

  /** How far apart the order of clones and that of their records can be, in tasks. */
  static final int SLACK = 8;

  /** PID_MAX_DEFAULT of include/linux/threads.h; almost all machines have this limit or a higher one. */
  private static final int DEFAULT_END = 32_768;

  private static final int BITS = 22;
  private static final long MASK = (1L << BITS) - 1;
  private static final long NOWHERE = -1;

  private long position = NOWHERE;
  private long hidden;
  private long everHidden;
  private int highest = RESERVED + 1;
  private boolean hasTurned;

  boolean isNowhere() {
    return position == NOWHERE;
  }

  /** There is such a pid. */
  void exists(int pid) {
    highest = Math.max(highest, pid);
  }

  /** A new task was given {@code pid}. */
  void allocated(int pid) {
    highest = Math.max(highest, pid);
    if (position == NOWHERE) {
      position = pid;
      return;
    }
    int ahead = pid - pid(position);
    boolean isOfLastTurn = ahead > SLACK && pid(position) - RESERVED < SLACK && end() - pid < SLACK;
    if (ahead > 0 && !isOfLastTurn) {
      position += ahead;
      hidden = 0;
    } else if (ahead < -Math.max(SLACK, (highest - RESERVED) / 2)) { // by less: vfork(2) returns long after
      position = turn(position) + (1L << BITS) + pid;
      hidden = 0;
      hasTurned = true;
    }
  }

  /** {@code pid} was given out, not long ago. */
  void seen(int pid) {
    int ahead = pid - pid(position);
    if (position != NOWHERE && ahead > 0 && ahead < (end() - RESERVED) / 2) {
      position += ahead;
      highest = Math.max(highest, pid);
    }
  }

  /** So many tasks may have been made without their numbers being known. */
  void hidden(long count) {
    hidden = Math.min(hidden + Math.min(count, MASK), MASK);
    everHidden += Math.min(count, MASK);
  }

  long everHidden() {
    return everHidden;
  }

  long position() {
    return position;
  }

  /**
   * Where it stands with regard to {@code pid}, which is somebody's.
   *
   * @param isNew whether it was just given out, so that the position is at least there
   */
  long since(int pid, boolean isNew) {
    int ahead = pid - pid(position);
    boolean isThere = position != NOWHERE && ahead > 0 && (isNew && ahead < (end() - RESERVED) / 2 || isNext(pid));
    return isThere ? position + ahead : position;
  }

  /** The highest number before it begins again, as far as that can be told. */
  private int end() {
    return hasTurned ? highest : Math.max(highest, DEFAULT_END);
  }

  /** Whether {@code pid} is about what was due. */
  boolean isNext(int pid) {
    if (position == NOWHERE) {
      return false;
    }
    long ahead = pid - pid(position);
    if (ahead < -SLACK) {
      ahead += end() - RESERVED;
    }
    return ahead >= -SLACK && ahead <= SLACK + hidden;
  }

  /** Whether it can have come to {@code pid} again after it was at {@code since}. */
  boolean mayHavePassed(int pid, long since) {
    if (position == NOWHERE) {
      return false;
    }
    long next = turn(since) + pid;
    if (next <= since) {
      next += 1L << BITS;
    }
    return next <= furthest();
  }

  private long furthest() {
    long pid = pid(position) + hidden + SLACK;
    long length = Math.max(1, end() - RESERVED);
    long turns = pid > end() ? (pid - end() + length - 1) / length : 0;
    pid -= turns * length;
    return turn(position) + (turns << BITS) + pid;
  }

  private static int pid(long position) {
    return (int) (position & MASK);
  }

  private static long turn(long position) {
    return position < 0 ? 0 : position & ~MASK;
  }
}
