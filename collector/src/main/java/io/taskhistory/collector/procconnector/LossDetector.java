package io.taskhistory.collector.procconnector;

import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Gap;
import java.util.Arrays;

/**
 * Notices that events are missing, and says so where in the stream they are.
 *
 * <p><b>By number.</b> send_msg() in cn_proc.c numbers the messages of each processor ({@code local_event.count}, 32
 * bits that wrap), also those that it then fails to send. A processor's first message is its base: what came before it
 * nobody asked for. A step of more than one is a loss of that many less one, somewhere after that processor's last
 * message. A step backwards is a message that was overtaken (kernels before 4.7 number and send separately), which is
 * no loss.
 *
 * <p><b>By overflow.</b> The socket reports ENOBUFS once, ahead of what it had queued by then, and takes nothing more
 * in until all of that is received (NETLINK_S_CONGESTED in net/netlink/af_netlink.c). So what is missing is missing
 * after exactly the {@code backlog}. The next message mostly shows by its number how many those were; the processors
 * that lost some too tell it by theirs when they speak again. Where the next message has no step, or there is none, the
 * loss is reported as uncounted: its number comes with those.
 *
 * <p>Where the kernel filters what it sends (Linux 6.6 and later) the numbers tell nothing: what a filter keeps from us
 * has one too. Then an overflow is the only sign, and nobody counts.
 */
final class LossDetector {

  /** The kernel does not tell how much it had queued. */
  static final int UNKNOWN_BACKLOG = Integer.MAX_VALUE;

  /** More processors than any kernel is built for; a message that names another is not counted. */
  private static final int MAX_CPUS = 1 << 16;

  private final boolean isNumbered;
  private int[] expected = new int[64];
  private long[] lastOf = new long[64];
  private boolean[] heard = new boolean[64];
  /** The latest time in any message, or at which the socket was empty; nothing before it is missing. */
  private long last;
  private boolean overflowed;
  private int backlog;
  private long skipped;
  private long least;
  private long losses;

  /** Starts at {@code time}: what is before it nobody asked for. */
  LossDetector(long time) {
    this(time, true);
  }

  /** As {@link #LossDetector(long)}, of messages whose numbers count if {@code isNumbered}. */
  LossDetector(long time, boolean isNumbered) {
    this.isNumbered = isNumbered;
    last = time;
  }

  /** A message is to be passed on next; tells {@code events} of a loss before it. */
  void next(ProcEventMessage message, TaskEvents events) {
    int cpu = message.cpu();
    long time = message.timestamp();
    boolean numbered = isNumbered && cpu >= 0 && cpu < MAX_CPUS;
    int missing = 0;
    long from = last;
    if (numbered) {
      reserve(cpu);
      int step = heard[cpu] ? message.sequence() - expected[cpu] : 0;
      missing = Math.max(step, 0);
      if (heard[cpu] && missing > 0) {
        from = Math.min(from, lastOf[cpu]);
      }
      if (step >= 0) {
        expected[cpu] = message.sequence() + 1;
      }
    }
    if (overflowed && (backlog == 0 || missing > 0 && backlog == UNKNOWN_BACKLOG)) {
      overflowed = false;
      report(from, time, missing, Gap.Cause.OVERFLOW, events);
    } else if (missing > 0) {
      report(from, time, missing, Gap.Cause.SEQUENCE, events);
    }
    if (overflowed && backlog != UNKNOWN_BACKLOG) {
      backlog--;
    }
    last = Math.max(last, time);
    if (numbered) {
      heard[cpu] = true;
      lastOf[cpu] = Math.max(lastOf[cpu], time);
    }
  }

  /**
   * The socket has reported an overflow.
   *
   * @param queued how many messages from before it are still to come
   */
  void overflowed(int queued, TaskEvents events) {
    if (overflowed) {
      overflowed = false;
      report(last, last, 0, Gap.Cause.OVERFLOW, events);
    }
    overflowed = true;
    backlog = queued;
  }

  /**
   * The socket was found empty: whatever is missing is missing before {@code after}.
   *
   * @param before a time before it was looked at
   */
  void drained(long before, long after, TaskEvents events) {
    if (overflowed) {
      overflowed = false;
      report(last, after, 0, Gap.Cause.OVERFLOW, events);
    }
    if (!isNumbered) {
      last = Math.max(last, before); // so few messages come that the last one's time would be long ago
    }
  }

  /** Events that are known to be lost; for an overflow that no number has told more of yet, one. */
  long lost() {
    return Math.max(skipped, least);
  }

  /** How often a loss was reported. */
  long losses() {
    return losses;
  }

  private void report(long from, long to, int missing, Gap.Cause cause, TaskEvents events) {
    losses++;
    skipped += missing;
    if (missing == 0) {
      least = lost() + 1;
    }
    events.lost(from, Math.max(from, to), missing == 0 ? Gap.UNCOUNTED : missing, cause);
  }

  private void reserve(int cpu) {
    if (cpu >= expected.length) {
      int length = Integer.highestOneBit(cpu) << 1;
      expected = Arrays.copyOf(expected, length);
      lastOf = Arrays.copyOf(lastOf, length);
      heard = Arrays.copyOf(heard, length);
    }
  }
}
