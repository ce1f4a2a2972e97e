package io.taskhistory.history;

import org.jspecify.annotations.Nullable;

/**
 * Whom a signal came from.
 *
 * @param signal its number, as in signal(7)
 * @param time when it was queued
 * @param code {@code si_code} of sigaction(2)
 * @param sender the task that sent it, or null where that is not known; only where the kind is {@link Kind#TASK}
 */
public record SignalOrigin(int signal, long time, Kind kind, int code, @Nullable TaskId sender) {

  /** The highest signal: _NSIG of include/uapi/asm-generic/signal.h. */
  public static final int HIGHEST = 64;

  /** Who made a signal. The order is that of the bytes on disk: only ever append. */
  public enum Kind {
    /** A task, with kill(2) or one of its kin. */
    TASK,
    /** The kernel, for something that the task that got it did, or for the machine's sake: a fault, no memory left. */
    KERNEL,
    /** The kernel in an interrupt, where the task that runs is there by accident: a timer, a terminal's Ctrl-C. */
    INTERRUPT
  }

  public SignalOrigin {
    if (signal < 1 || signal > HIGHEST) {
      throw new IllegalArgumentException("not a signal: " + signal);
    }
    if (sender != null && kind != Kind.TASK) {
      throw new IllegalArgumentException("a signal of kind " + kind + " has no sender: " + sender);
    }
  }
}
