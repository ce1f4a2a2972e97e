package io.taskhistory.collector.audit;

import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Gap;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Carries what the rules' keeper finds missing from its thread to that of the source, where it becomes gaps. A time in
 * which nothing is reported may have no end: its beginning is told at once, and of the rest ever more, at ever longer
 * intervals.
 */
final class GapNotices implements AuditListener {

  /** How long to wait before a gap that is still open is told to have grown, in nanoseconds. */
  private static final long FIRST_GROWTH = 10_000_000_000L;
  private static final long LAST_GROWTH = 3_600_000_000_000L;

  private sealed interface Notice {}

  private record Unreported(long from) implements Notice {}

  private record Reported(long to) implements Notice {}

  private record Lost(long count, long from, long to) implements Notice {}

  private final Queue<Notice> notices = new ConcurrentLinkedQueue<>();
  private volatile int other = -1;
  private long toldUntil = -1;
  private long growth;
  private long losses;
  private long lost;

  @Override
  public void unreported(long from) {
    notices.add(new Unreported(from));
  }

  @Override
  public void reported(long from, long to) {
    notices.add(new Reported(to));
  }

  @Override
  public void lost(long count, long from, long to) {
    notices.add(new Lost(count, from, to));
  }

  @Override
  public void daemonLost(int other, long from, long to) {
    this.other = other;
  }

  /** Who is the audit daemon in our place, 0 where nobody is; -1 while we are. */
  int other() {
    return other;
  }

  /** How many records the kernel has lost, and how often. */
  long lost() {
    return lost;
  }

  long losses() {
    return losses;
  }

  /** Passes on, at {@code now}, what has been noticed; for the source's thread. */
  void passOn(TaskEvents events, long now) {
    for (Notice notice = notices.poll(); notice != null; notice = notices.poll()) {
      if (notice instanceof Unreported since) {
        toldUntil = since.from;
        growth = 0;
      } else if (notice instanceof Reported until) {
        tell(events, until.to);
        toldUntil = -1;
      } else if (notice instanceof Lost some) {
        losses++;
        lost += some.count;
        events.lost(some.from, some.to, some.count, Gap.Cause.OVERFLOW);
      }
    }
    if (toldUntil >= 0 && now - toldUntil >= growth) {
      growth = Math.max(FIRST_GROWTH, Math.min(LAST_GROWTH, 2 * growth));
      tell(events, now);
    }
  }

  private void tell(TaskEvents events, long until) {
    if (toldUntil >= 0 && until > toldUntil) {
      events.lost(toldUntil, until, Gap.UNCOUNTED, Gap.Cause.INTERFERENCE);
      toldUntil = until;
    }
  }
}
