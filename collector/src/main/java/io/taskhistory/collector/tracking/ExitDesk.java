package io.taskhistory.collector.tracking;

import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Gap;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where exits that the spine tells without a status meet the proc connector's reports, which have one, and the signals
 * that were seen. Nobody waits for it: an end is kept as it is known, and again when more is.
 *
 * <p><b>Whose report it is.</b> do_exit() in kernel/exit.c is traced early, then takes the task apart, lets the parent
 * know (exit_notify()) and only then reports to the connector. So a report never comes before its end; it comes at once
 * mostly, and at times after the tid was given to another, since that needs no more than exit_notify(). A report is
 * looked at once the spine has told everything up to its time, and is that of the only end of its tid that waits. Where
 * several do, and the last had the tid for no second, whoever had it before may have been put off between exit_notify()
 * and its report all that time: then any of them can be the one that reports now, also where every exit is reported,
 * and it is nobody's.
 *
 * <p><b>How long an end waits.</b> A second, and longer if its task is still there: to take a huge process apart takes
 * seconds, during which it holds its tid and is no zombie yet. So /proc is asked once for every process, half a second
 * after its end; and of one that is there still nobody may take the silence for a 0.
 *
 * <p><b>What a process ended with</b> is what its last task ended with, as in wait(2): synchronize_group_exit() makes
 * that the group's code. A signal ends all tasks of a process, so whichever of them reports one tells it for all, and
 * the one that dumped core tells that. Where another task ended with another code than 0 it may have been that which
 * ended the rest (exit_group(2)), with the last on its way out already: then nobody knows.
 */
final class ExitDesk {

  /** What the connector reports. */
  enum Reports {
    /** There is no connector: no status is ever known. */
    NONE,
    /** Exits other than with code 0. */
    NONZERO,
    /** Every exit. */
    ALL
  }

  /** How long after an end /proc is asked, and how long after that what is over by then has for its report. */
  private static final long LOOK_AFTER = Ending.REPORT_WITHIN / 2;

  /** How many reports at most wait for a spine that does not get on. */
  private static final int MOST_REPORTS = 1 << 16;

  /** Is told what became of each report. */
  interface Judge {

    Judge NONE = new Judge() { };

    /** The spine had told that end too. */
    default void agreed() {}

    /** It has not, long after it had told everything of that time. */
    default void untold(long time, int tid, int tgid) {}
  }

  private final HistoryWriter writer;
  private final Judge judge;
  private final Predicate<Tracked> isAlive;
  private final LongSupplier clock;
  private final WaitingEnds waiting = new WaitingEnds();
  private final WaitingEnds.Line fresh = new WaitingEnds.Line();
  private final WaitingEnds.Line looked = new WaitingEnds.Line();
  private final List<WaitingEnds.End> slow = new ArrayList<>();
  private final ExitReports reports = new ExitReports();
  private final ExitReports.Taker taker = this::take;
  private Reports expected;
  private long spine = -1;
  private long lostFrom = Long.MAX_VALUE;
  private long lostTo = -1;
  private long signalsWholeSince = -1;

  ExitDesk(HistoryWriter writer, Reports expected, Predicate<Tracked> isAlive, LongSupplier clock) {
    this(writer, expected, isAlive, clock, Judge.NONE);
  }

  /**
   * Makes one.
   *
   * @param isAlive whether /proc shows a task, and not as a zombie; asked once for every process, so it had better see
   *     cheaply that nobody has the tid ({@link io.taskhistory.collector.linux.SystemFacts#isTask})
   * @param clock the monotonic clock
   */
  ExitDesk(
      HistoryWriter writer, Reports expected, Predicate<Tracked> isAlive, LongSupplier clock, Judge judge) {
    this.writer = writer;
    this.judge = judge;
    this.expected = expected;
    this.isAlive = isAlive;
    this.clock = clock;
  }

  /** From here on the connector reports that; what is waited for is not any more. */
  void expect(Reports now) {
    expected = now;
    dropAll(fresh);
    dropAll(looked);
    slow.forEach(waiting::drop);
    slow.clear();
    reports.clear();
  }

  private void dropAll(WaitingEnds.Line line) {
    for (WaitingEnds.End end = line.poll(Long.MAX_VALUE); end != null; end = line.poll(Long.MAX_VALUE)) {
      waiting.drop(end);
    }
  }

  /** The exit of {@code task} was told, and has ended it: a thread, or a leader that had no other threads left. */
  void ended(Tracked task, long time) {
    int status = await(task, task.isLeader(), time);
    if (task.isLeader()) {
      task.process.lastStatus = status;
      conclude(task.process);
    } else {
      end(task, status);
    }
  }

  /** As {@link #ended} of a thread that was the last of its process, whose leader was gone: now that has ended too. */
  void endedLast(Tracked last, long time) {
    int status = await(last, true, time);
    end(last, status);
    last.process.lastStatus = status;
    conclude(last.process);
  }

  /** The exit of {@code leader} was told while other threads of its process live on. */
  void leaderLeft(Tracked leader, long time) {
    await(leader, false, time);
  }

  private int await(Tracked task, boolean isLast, long time) {
    if (expected != Reports.NONE) {
      fresh.add(waiting.add(task, isLast, time), time + LOOK_AFTER);
    }
    boolean isLost = isInLoss(time);
    task.process.unreported++;
    task.process.isReportLost |= isLost;
    return expected == Reports.NONZERO && !isLost ? Ending.UNREPORTED : Ending.UNKNOWN_STATUS;
  }

  private boolean isInLoss(long time) {
    return time <= lostTo && time >= lostFrom - Ending.REPORT_WITHIN;
  }

  /** A signal was queued for the process or one of its threads. */
  void signalled(TrackedProcess target, SignalOrigin origin) {
    SignalsSeen seen = target.signals;
    if (seen == null) {
      seen = new SignalsSeen();
      target.signals = seen;
    }
    seen.add(origin);
  }

  /** The spine has lost events until {@code to}, signals perhaps among them. */
  void signalsLost(long to) {
    signalsWholeSince = Math.max(signalsWholeSince, to);
  }

  /** The kernel, out of memory, has chosen the process to be killed. */
  void oomVictim(TrackedProcess target) {
    target.oomVictim = true;
  }

  /** The connector reports an exit. It may be ahead of the spine, or behind. */
  void reported(long time, int tid, int tgid, int waitStatus) {
    if (expected == Reports.NONE) {
      return;
    }
    if (reports.size() == MOST_REPORTS) {
      reports.clear();
      lost(spine, time);
      writer.gap(Ending.REPORTING_SOURCE, Math.max(0, Math.min(spine, time)), time, MOST_REPORTS, Gap.Cause.OVERFLOW);
    }
    reports.add(time, tid, tgid, waitStatus);
  }

  /**
   * The connector has lost reports. {@code Long.MAX_VALUE} for {@code to} says that it is gone, until another loss says
   * how long.
   */
  void lost(long from, long to) {
    lostFrom = from;
    lostTo = lostTo == Long.MAX_VALUE ? to : Math.max(lostTo, to);
    waiting.forEach(end -> {
      TrackedProcess process = end.task().process;
      process.isReportLost |= isInLoss(end.time);
      if (!process.leader.task.isLive()) {
        conclude(process);
      }
    });
  }

  /** Everything up to these times has been passed on, by the connector and by the spine. */
  void drained(long connector, long spineTime) {
    spine = Math.max(spine, spineTime);
    reports.offer(taker);
    long both = Math.min(connector, spine);
    look(both);
    for (WaitingEnds.End end = looked.poll(both); end != null; end = looked.poll(both)) {
      waiting.drop(end);
    }
    if (!slow.isEmpty()) {
      slow.removeIf(end -> isDone(end, both));
    }
  }

  /** What /proc says is newer than what has been drained: the time for a report begins when it was asked. */
  private void look(long both) {
    for (WaitingEnds.End end = fresh.poll(both); end != null; end = fresh.poll(both)) {
      long due = clock.getAsLong() + LOOK_AFTER;
      if (end.isLast && !end.isSettled() && isAlive.test(end.task())) {
        end.dueAt = due;
        slow.add(end);
        learn(end, Ending.UNKNOWN_STATUS);
      } else {
        looked.add(end, due);
      }
    }
  }

  /** Whether a slow one needs no more looking after. Once it is over it has a while left for its report. */
  private boolean isDone(WaitingEnds.End end, long both) {
    if (!end.isSettled()) {
      if (both < end.dueAt) {
        return false;
      }
      if (!end.isOver) {
        end.dueAt = clock.getAsLong() + LOOK_AFTER;
        end.isOver = !isAlive.test(end.task());
        return false;
      }
      if (expected == Reports.NONZERO && lostTo < end.time && !end.isDisputed) {
        learn(end, Ending.UNREPORTED);
      }
    }
    waiting.drop(end);
    return true;
  }

  /** Looks for the end that a report belongs to. The spine can tell one late, so for a while it is looked for again. */
  private boolean take(long time, int tid, int tgid, int waitStatus) {
    if (time > spine) {
      return false;
    }
    WaitingEnds.@Nullable End first = null;
    WaitingEnds.@Nullable End last = null;
    for (WaitingEnds.@Nullable End end = waiting.first(tid); end != null; end = waiting.next(end)) {
      if (isOf(end, tgid, time)) {
        first = first == null || isLongOver(last == null ? first : last, end, time) ? end : first;
        last = end;
      }
    }
    if (first == null) {
      boolean isTooLate = time < spine - Ending.REPORT_WITHIN;
      if (isTooLate) {
        judge.untold(time, tid, tgid);
      }
      return isTooLate;
    }
    if (first != last) {
      dispute(first, tgid, time);
    } else if (!first.isDisputed) {
      judge.agreed();
      first.task().process.unreported--;
      learn(first, waitStatus);
      waiting.settle(first);
    }
    return true;
  }

  private static boolean isOf(WaitingEnds.End end, int tgid, long time) {
    return end.time <= time && (tgid == TaskEvents.UNKNOWN_TID || end.task().task.tgid() == tgid);
  }

  /**
   * Whether the tid was {@code next}'s so long before {@code time} that it is not whoever had it before that reports.
   * A leader that had left gives it to a thread that execs: exchange_tids() in kernel/pid.c. From Linux 5.7 on that
   * leaves it the thread's old one, so what it then still reports is under that; a kernel that filters is later.
   */
  private boolean isLongOver(WaitingEnds.End before, WaitingEnds.End next, long time) {
    Task task = next.task().task;
    boolean isByExec = before.task() == next.task();
    long had = isByExec ? task.entry().time() : task.start();
    long late = isByExec && expected == Reports.NONZERO ? 0 : Ending.REPORT_WITHIN;
    return had >= before.time && time - had > late;
  }

  /** Nobody's: and as the others' reports are still to come, all of them go on waiting. */
  private void dispute(WaitingEnds.End first, int tgid, long time) {
    for (WaitingEnds.@Nullable End end = first; end != null; end = waiting.next(end)) {
      if (isOf(end, tgid, time)) {
        end.isDisputed = true;
        learn(end, Ending.UNKNOWN_STATUS);
      }
    }
  }

  private void learn(WaitingEnds.End end, int waitStatus) {
    Tracked task = end.task();
    TrackedProcess process = task.process;
    int signal = waitStatus < 0 ? 0 : waitStatus & 0x7f;
    if (signal != 0 && (process.signalStatus == 0 || (process.signalStatus & 0x7f) == signal)) {
      process.signalStatus |= waitStatus;
    }
    if (end.isLast) {
      process.lastStatus = waitStatus;
    } else if (waitStatus != 0) {
      boolean isSame = process.othersStatus == 0 || process.othersStatus == waitStatus;
      process.othersStatus = isSame ? waitStatus : Ending.UNKNOWN_STATUS;
    }
    if (!task.isLeader()) {
      end(task, waitStatus);
    }
    if (!process.leader.task.isLive()) {
      conclude(process);
    }
  }

  private void conclude(TrackedProcess process) {
    int status = process.lastStatus;
    if (process.signalStatus != 0) {
      status = process.signalStatus;
    } else if (process.othersStatus != 0 && process.othersStatus != status) {
      status = Ending.UNKNOWN_STATUS;
    } else if (status == Ending.UNREPORTED && process.isReportLost || status == 0 && process.unreported > 0) {
      status = Ending.UNKNOWN_STATUS;
    }
    end(process.leader, status);
  }

  private void end(Tracked tracked, int waitStatus) {
    Task task = tracked.task;
    Ending before = task.ending().orElseThrow();
    if (before.by() != null && before.waitStatus() == waitStatus) {
      return;
    }
    Ending now = new Ending(
        before.time(), waitStatus, by(tracked.process, waitStatus, before.time()), tracked.process.oomVictim);
    if (!now.equals(before)) {
      task.end(now);
      writer.save(task);
    }
  }

  private @Nullable SignalOrigin by(TrackedProcess process, int waitStatus, long end) {
    SignalsSeen seen = process.signals;
    if (seen == null || waitStatus < 0 || (waitStatus & 0x7f) == 0) {
      return null;
    }
    SignalOrigin origin = seen.deadly(waitStatus & 0x7f, end);
    return origin == null || origin.time() <= signalsWholeSince ? null : origin;
  }
}
