package io.taskhistory.collector.tracking;

import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * The signals that were seen to be queued to one process, to the group or to any of its threads: of each of a few the
 * last origin. There to tell, should one of them end the process, whom it came from.
 *
 * <p>Why the last one queued is the one that killed (kernel/signal.c): {@code signal_generate} with result 0 is told
 * only of a signal that was queued. While a standard signal is pending, another of its number is not queued
 * (legacy_queue()). And once one is fatal, complete_signal() or do_group_exit() sets SIGNAL_GROUP_EXIT, and
 * prepare_signal() then queues no other. So nothing can have been queued after the deadly one. The exception is a
 * signal that is blocked and pending twice, for a thread and for the group: those two are not told apart.
 *
 * <p>Real-time signals queue up, so which of several was delivered last is not known: then nobody is named.
 */
final class SignalsSeen {

  /** The kernel's first real-time signal, SIGRTMIN of include/uapi/asm-generic/signal.h. */
  private static final int FIRST_REAL_TIME = 32;

  /** How many different signals are remembered. One more takes the place of the oldest, and the deadly one is young. */
  private static final int MOST = 4;

  private final @Nullable SignalOrigin[] last = new @Nullable SignalOrigin[MOST];
  /** A bit for each signal: seen, and seen more than once. */
  private long once;
  private long again;

  /**
   * Whom a signal came from, by what its {@code signal_generate} says.
   *
   * @param code {@code si_code}: above 0 the kernel made it (SI_KERNEL, which also stands for SEND_SIG_PRIV, and the
   *     reasons of faults), and user space cannot say so of what it sends to others (do_rt_sigqueueinfo())
   * @param sender the task that ran, null where it is not known
   */
  static SignalOrigin origin(long time, int signal, int code, boolean inInterrupt, @Nullable TaskId sender) {
    if (inInterrupt) {
      return new SignalOrigin(signal, time, SignalOrigin.Kind.INTERRUPT, code, null);
    }
    return code > 0
        ? new SignalOrigin(signal, time, SignalOrigin.Kind.KERNEL, code, null)
        : new SignalOrigin(signal, time, SignalOrigin.Kind.TASK, code, sender);
  }

  void add(SignalOrigin origin) {
    long bit = 1L << origin.signal() - 1;
    again |= once & bit;
    once |= bit;
    int oldest = 0;
    for (int i = 0; i < MOST; i++) {
      SignalOrigin known = last[i];
      if (known == null || known.signal() == origin.signal()) {
        last[i] = origin;
        return;
      }
      if (known.time() < time(oldest)) {
        oldest = i;
      }
    }
    last[oldest] = origin;
  }

  private long time(int i) {
    SignalOrigin origin = last[i];
    return origin == null ? Long.MIN_VALUE : origin.time();
  }

  /** Whom {@code signal} came from, that ended the process at {@code end}; null where that is not certain. */
  @Nullable SignalOrigin deadly(int signal, long end) {
    if (signal >= FIRST_REAL_TIME && (again & 1L << signal - 1) != 0) {
      return null;
    }
    for (SignalOrigin origin : last) {
      if (origin != null && origin.signal() == signal && origin.time() <= end) {
        return origin;
      }
    }
    return null;
  }
}
