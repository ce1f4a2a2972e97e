package io.taskhistory.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How and when a task ended.
 *
 * @param time when; for a task that was found gone, the latest time at which it can have ended, or of an earlier boot
 *     the last at which it was followed
 * @param waitStatus the status as wait(2) gives it, or {@link #UNKNOWN_STATUS}, or {@link #UNREPORTED}
 * @param by whom the signal came from that ended it; null where none did, or nobody knows
 * @param oomVictim whether the kernel, out of memory, had chosen its process to be killed
 */
public record Ending(long time, int waitStatus, @Nullable SignalOrigin by, boolean oomVictim) {

  /** Nobody saw the exit. */
  public static final int UNKNOWN_STATUS = -1;

  /** The source that tells exit codes was asked for those other than 0 only, and has told none: see {@link #known}. */
  public static final int UNREPORTED = -2;

  /** The source that tells exit codes, as in {@code --source}. */
  public static final String REPORTING_SOURCE = "proc";

  /** How long a report can take from the end to its source, in nanoseconds. */
  public static final long REPORT_WITHIN = 1_000_000_000L;

  public Ending {
    if (by != null && by.signal() != signal(waitStatus)) {
      throw new IllegalArgumentException("status " + waitStatus + " is not that of " + by);
    }
  }

  /** One of which only the status is known. */
  public Ending(long time, int waitStatus) {
    this(time, waitStatus, null, false);
  }

  /** Whether the status was told. */
  public boolean isObserved() {
    return waitStatus >= 0;
  }

  /** The signal that ended the task, 0 for none. */
  public int signal() {
    return signal(waitStatus);
  }

  private static int signal(int waitStatus) {
    return waitStatus < 0 ? 0 : waitStatus & 0x7f;
  }

  /** The exit code, meaningful where {@link #signal} is 0. */
  public int code() {
    return isObserved() ? waitStatus >> 8 & 0xff : 0;
  }

  public boolean dumpedCore() {
    return isObserved() && (waitStatus & 0x80) != 0;
  }

  /**
   * This ending as a reader may take it. That nothing was reported means 0 only if a report would have come: its source
   * was whole from the end until {@link #REPORT_WITHIN} after it, and everything until then is applied. Else the status
   * is unknown.
   *
   * @param gaps those of the task's boot
   * @param watermark that of the task's boot
   */
  public Ending known(List<Gap> gaps, long watermark) {
    if (waitStatus != UNREPORTED) {
      return this;
    }
    long due = time + REPORT_WITHIN;
    boolean isWhole = watermark >= due && gaps.stream().noneMatch(
        gap -> gap.source().equals(REPORTING_SOURCE) && gap.from() < due && gap.to() >= time);
    return new Ending(time, isWhole ? 0 : UNKNOWN_STATUS, null, oomVictim);
  }
}
