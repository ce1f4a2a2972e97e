package io.taskhistory.collector.tracking;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that live, by tid, and how they leave.
 *
 * <p>After events were lost nobody knows whether a tid still belongs to the task that the table has there: the end of
 * one and the start of another may be among what is missing. So each loss begins a new <em>epoch</em>, and the first
 * event that names a tid in it is believed only after /proc has shown the same task there ({@link #certain}): since a
 * task holds its tid without interruption, it then held it at the time of the event too. Without this a child could be
 * given to whoever had its parent's tid before.
 *
 * <p>A source with a buffer for each processor can lose the events of one and keep those of another from the same time.
 * As long as such a time lasts ({@link #at}) nothing becomes certain: /proc is asked for every event.
 */
final class LiveTable {

  /** How long an exit that has not been reported is waited for, in nanoseconds, before it is given up. */
  private static final long PATIENCE = 1_000_000_000L;

  /** How long an ended process is remembered, in nanoseconds: a loss comes to light a heartbeat of its source later. */
  private static final long MEMORY = 3_000_000_000L;

  /** An end that was noticed because the tid had a new holder. */
  private record Owed(Task task, long noticedAt) {}

  private final HistoryWriter writer;
  private final ProcTasks proc;
  private final StartTimes starts;
  private final TidTable<Tracked> tasks = new TidTable<>();
  private final Deque<Owed> owed = new ArrayDeque<>();
  private final Deque<Tracked> lately = new ArrayDeque<>();
  private final TaskStat stat = new TaskStat();
  private int epoch;
  private long doubtfulUntil = Long.MIN_VALUE;
  private boolean inGap;

  LiveTable(HistoryWriter writer, ProcTasks proc, StartTimes starts) {
    this.writer = writer;
    this.proc = proc;
    this.starts = starts;
  }

  int epoch() {
    return epoch;
  }

  /** From here on no tid is certain until /proc has confirmed it; before {@code until} that has to be each time. */
  void doubtAll(long until) {
    epoch++;
    doubtfulUntil = Math.max(doubtfulUntil, until);
  }

  /** What comes next happened at {@code time}. */
  void at(long time) {
    inGap = time < doubtfulUntil;
  }

  /** The epoch of what is sure now: an older one where nothing can be. */
  private int presentEpoch() {
    return inGap ? epoch - 1 : epoch;
  }

  int size() {
    return tasks.size();
  }

  /** Whom the table has at {@code tid}, certain or not. */
  @Nullable Tracked find(int tid) {
    return tasks.get(tid);
  }

  /** Who certainly holds {@code tid}, and has since before now; null where nobody known does. */
  @Nullable Tracked certain(int tid) {
    Tracked known = tasks.get(tid);
    if (known == null || isSure(known)) {
      return known;
    }
    return confirm(known) ? known : null;
  }

  /** Whether it is certain that {@code known} holds its tid, without asking anybody. */
  boolean isSure(Tracked known) {
    return known.epoch == epoch && !inGap;
  }

  /**
   * Who holds {@code tid} now. What /proc shows is newer than what has been drained: where one of its answers names a
   * tid, the table's holder may have ended and the event be still to come.
   */
  @Nullable Tracked present(int tid) {
    Tracked known = tasks.get(tid);
    return known != null && confirm(known) ? known : null;
  }

  private boolean confirm(Tracked known) {
    boolean same = proc.read(known.task.tid(), stat) && starts.isSame(known, stat.starttime);
    if (same) {
      known.epoch = presentEpoch();
    }
    return same;
  }

  void forEach(Consumer<? super Tracked> action) {
    tasks.forEach(action);
  }

  /** A process that is new to the table. */
  Tracked add(Task leader) {
    Tracked tracked = new Tracked(leader, presentEpoch());
    tasks.put(leader.tid(), tracked);
    writer.save(leader);
    return tracked;
  }

  /** A thread that is new to the table. */
  Tracked addThread(TrackedProcess process, Task thread) {
    Tracked tracked = new Tracked(thread, process, presentEpoch());
    process.addThread(tracked);
    tasks.put(thread.tid(), tracked);
    writer.save(thread);
    return tracked;
  }

  /** A thread other than the leader is no more. */
  void endThread(Tracked thread, long time, int waitStatus) {
    thread.process.removeThread(thread);
    close(thread, time, waitStatus);
    writer.save(thread.task);
  }

  /** As {@link #endThread} of one that /proc no longer shows: its exit was lost, or is to come, or it has exec'd. */
  void endUnseen(Tracked thread, long time) {
    endThread(thread, time, Ending.UNKNOWN_STATUS);
    thread.process.unaccounted++;
  }

  /** A process with whatever threads it has left is no more. */
  void endProcess(TrackedProcess process, long time, int waitStatus) {
    leave(process, time, waitStatus);
    writer.save(process.leader.task);
  }

  /**
   * {@code known} no longer holds its tid, as somebody else got it at {@code time}, and no exit was reported. Of a thread
   * none is if it calls exec: its tid is free as soon as it has the leader's (de_thread() in fs/exec.c), and the exec's
   * event comes later. Else the exit was among what was lost.
   */
  void supersede(Tracked known, long time) {
    TrackedProcess process = known.process;
    if (known.isLeader()) {
      process.overUnseen = true;
      endProcess(process, time, Ending.UNKNOWN_STATUS);
      return;
    }
    boolean nothingIsLost = isSure(known);
    endUnseen(known, time);
    if (process.running == 0 && nothingIsLost) {
      process.leaderExited = false;
      process.running = 1;
    } else if (process.running == 0) {
      endWithLastThread(process, time, Ending.UNKNOWN_STATUS);
    }
  }

  /**
   * {@code known} no longer holds its tid, as somebody else got it at {@code time}. The connector reports an exit when
   * the tid may already have been given away (do_exit() calls exit_notify() before proc_exit_connector()), so its own
   * exit is waited for a little, for the sake of the exit code.
   */
  void endUnreported(Tracked known, long time) {
    TrackedProcess process = known.process;
    if (known.isLeader()) {
      process.overUnseen = true;
      endProcess(process, time, Ending.UNKNOWN_STATUS);
      if (process.leaderExited) {
        return;
      }
    } else {
      endUnseen(known, time);
      if (process.running == 0) {
        endWithLastThread(process, time, Ending.UNKNOWN_STATUS);
      }
    }
    owed.add(new Owed(known.task, time));
  }

  /**
   * The leader has exited and so have all other threads, or their tids have other holders. Among the latter may be one
   * that took the leader's pid in an exec whose event is still to come: then /proc shows the process alive.
   */
  void endWithLastThread(TrackedProcess process, long time, int waitStatus) {
    if (process.unaccounted > 0 && isAlive(process.leader)) {
      process.leaderExited = false;
      process.running = 1;
    } else {
      endProcess(process, time, waitStatus);
    }
  }

  /** Whether /proc shows this very task, and not as a zombie. */
  boolean isAlive(Tracked tracked) {
    return proc.read(tracked.task.tid(), stat) && starts.isSame(tracked, stat.starttime) && !stat.isDead();
  }

  /** Whether an exit may be that of a task that {@link #endUnreported} has ended already. */
  boolean isOwed(int tid, int tgid) {
    for (Owed one : owed) {
      if (one.task.tid() == tid && one.task.tgid() == tgid) {
        return true;
      }
    }
    return false;
  }

  /** Takes an exit event for a task that {@link #endUnreported} has ended already. */
  void settleOwed(int tid, int tgid, int waitStatus) {
    for (Owed one : owed) {
      if (one.task.tid() == tid && one.task.tgid() == tgid) {
        owed.remove(one);
        if (waitStatus != Ending.UNKNOWN_STATUS) {
          one.task.end(new Ending(one.task.ending().orElseThrow().time(), waitStatus));
          writer.save(one.task);
        }
        return;
      }
    }
  }

  /** The processes that have ended since {@code time}, which is not long ago. */
  void forEachEndedSince(long time, Consumer<? super Tracked> action) {
    for (Tracked leader : lately) {
      if (endOf(leader) > time) {
        action.accept(leader);
      }
    }
  }

  /** Which process that has ended lately had {@code tid} at {@code time}; null where none is known. */
  @Nullable Tracked ended(int tid, long time) {
    for (Tracked leader : lately) {
      if (leader.task.tid() == tid && leader.task.start() <= time && time <= endOf(leader)) {
        return leader;
      }
    }
    return null;
  }

  private static long endOf(Tracked leader) {
    return leader.task.ending().orElseThrow().time();
  }

  /** Waits no longer, at {@code time}, for the exits that should have come long before. */
  void forgetOwed(long time) {
    while (!lately.isEmpty() && endOf(lately.peek()) + MEMORY < time) {
      lately.remove();
    }
    while (!owed.isEmpty() && owed.peek().noticedAt + PATIENCE < time) {
      owed.remove();
    }
  }

  private void leave(TrackedProcess process, long time, int waitStatus) {
    while (process.firstThread != null) {
      endThread(process.firstThread, time, Ending.UNKNOWN_STATUS);
    }
    close(process.leader, time, waitStatus);
    process.reapedBy(null);
    for (TrackedProcess child = process.firstChild(); child != null; child = process.firstChild()) {
      child.reapedBy(null);
      adopt(child);
    }
  }

  /** Asks /proc who takes care of an orphan now. */
  void adopt(TrackedProcess child) {
    Task task = child.leader.task;
    if (proc.read(task.tid(), stat) && starts.isSame(child.leader, stat.starttime)) {
      Tracked reaper = present(stat.ppid);
      if (reaper != null && reaper.process != child) {
        child.reapedBy(reaper.process);
        writer.save(task);
      }
    }
  }

  private void close(Tracked tracked, long time, int waitStatus) {
    tracked.task.end(new Ending(Math.max(time, tracked.task.start()), waitStatus));
    tasks.remove(tracked.task.tid(), tracked);
    if (tracked.isLeader()) {
      lately.add(tracked);
    }
  }
}
