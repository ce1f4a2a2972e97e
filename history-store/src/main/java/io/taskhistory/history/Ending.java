package io.taskhistory.history;

/**
 * How and when a task ended.
 *
 * @param time when; for a task that was found gone, the latest time at which it can have ended, or of an earlier boot
 *     the last at which it was followed
 * @param waitStatus the status as wait(2) gives it, or {@link #UNKNOWN_STATUS}
 */
public record Ending(long time, int waitStatus) {

  /** Nobody saw the exit. */
  public static final int UNKNOWN_STATUS = -1;

  public boolean isObserved() {
    return waitStatus != UNKNOWN_STATUS;
  }

  /** The signal that ended the task, 0 for none. */
  public int signal() {
    return isObserved() ? waitStatus & 0x7f : 0;
  }

  /** The exit code, meaningful where {@link #signal} is 0. */
  public int code() {
    return isObserved() ? waitStatus >> 8 & 0xff : 0;
  }

  public boolean dumpedCore() {
    return isObserved() && (waitStatus & 0x80) != 0;
  }
}
