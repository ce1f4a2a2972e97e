package io.taskhistory.collector.tracking;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.SignalOrigin.Kind;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which the events of an exact source (see {@link
 * io.taskhistory.collector.source.EventSource#isExact EventSource}) become tasks and entries. Such a source names the
 * task that called clone, brings the name of each exec, and tells every exit before the tid can be another's: so while
 * nothing is lost the table alone decides, and /proc is not asked.
 *
 * <p>/proc comes in where the stream has no beginning (what lived before it was recorded) and after a loss; then, as
 * ever, nothing is attributed to a task of which it is not certain that it held the tid at the time.
 */
final class ExactRules implements TaskEvents {

  /** CLONE_PARENT and CLONE_THREAD of include/uapi/linux/sched.h. */
  private static final long CLONE_PARENT = 0x8000;
  private static final long CLONE_THREAD = 0x1_0000;

  /** The idle task of the first processor, which made init and kthreadd: rest_init() in init/main.c. */
  private static final int BOOT_TASK = 0;

  private final HistoryWriter writer;
  private final LiveTable live;
  private final ProcTasks proc;
  private final Importer importer;
  private final NameResolver names;
  private final Reconciler reconciler;
  private final StartTimes starts;
  private final Ancestry ancestry;
  private final ExitDesk exits;

  ExactRules(HistoryWriter writer, LiveTable live, ProcTasks proc, Importer importer, NameResolver names,
      Reconciler reconciler, StartTimes starts, Ancestry ancestry, ExitDesk exits) {
    this.writer = writer;
    this.live = live;
    this.proc = proc;
    this.importer = importer;
    this.names = names;
    this.reconciler = reconciler;
    this.starts = starts;
    this.ancestry = ancestry;
    this.exits = exits;
  }

  /** A new process gets the history of the process that called clone; a new thread shares its process's. */
  @Override
  public void cloned(
      long time, int callerTid, boolean callerAssumed, int childTid, int childTgid, long flags, RawText comm) {
    live.at(time);
    Tracked caller = callerTid == BOOT_TASK ? null : ancestry.holder(callerTid, time);
    boolean isThread = flags == UNKNOWN_FLAGS ? isThreadInProc(childTid) : (flags & CLONE_THREAD) != 0;
    Tracked known = live.find(childTid);
    if (known != null && ancestry.isAlreadySeen(known, time) && known.isLeader() != isThread) {
      known.seenAt = 0; // from here on its events tell all
      known.deadWhenSeen = false;
      if (caller != null && !isThread) {
        ancestry.forgetSnapshot(known); // what its events tell takes the place of that
        inherit(known, caller, time, callerAssumed, flags);
      }
      return;
    }
    if (known != null) {
      live.supersede(known, time);
    }
    if (isThread) {
      threadCreated(time, caller, childTid, comm);
    } else if (callerTid == BOOT_TASK) {
      live.add(named(Task.leader(writer.boot(), childTid, time, writer.root()), comm));
    } else if (caller == null) {
      importer.orphan(childTid, time);
    } else {
      Task child = Task.leader(writer.boot(), childTid, time, caller.task.entryAt(time));
      inherit(live.add(named(child, comm.isKnown() ? comm : caller.task.comm())), caller, time, callerAssumed, flags);
    }
  }

  /** Of a clone whose flags were lost only /proc can tell what it made; of one that is gone nothing is lost with it. */
  private boolean isThreadInProc(int tid) {
    int tgid = proc.tgid(tid);
    return tgid != 0 && tgid != tid;
  }

  private static Task named(Task task, RawText comm) {
    task.rename(comm);
    return task;
  }

  private void inherit(Tracked child, Tracked caller, long time, boolean callerAssumed, long flags) {
    ancestry.inherit(child, caller, time, callerAssumed);
    if (flags != UNKNOWN_FLAGS && (flags & CLONE_PARENT) != 0) {
      child.process.reapedBy(caller.process.reaper());
    }
  }

  private void threadCreated(long time, @Nullable Tracked caller, int tid, RawText comm) {
    if (caller == null) {
      return; // its process is not known either, or will be brought in with all its threads
    }
    Task leader = caller.process.leader.task;
    Task thread = Task.thread(leader, tid, Math.max(time, leader.start()));
    thread.rename(comm);
    thread.createdBy(caller.task.tid(), caller.task.start());
    live.addThread(caller.process, thread);
  }

  /**
   * A successful exec appends an entry. All other threads of the process have ended before (de_thread() in fs/exec.c);
   * where one of them called it, it goes on under the leader's pid, and nobody reports the end of its own tid.
   */
  @Override
  public void execed(long time, int tid, int oldTid, RawText name, RawText filename) {
    live.at(time);
    names.changed(live.find(tid), time);
    Tracked known = live.certain(tid);
    if (known != null && ancestry.isMaybeOfPredecessor(known, time)) {
      ancestry.forgetWhatWasSeenLater(known, time);
      return;
    }
    Tracked leader = ancestry.holder(tid, time);
    if (leader == null || !leader.isLeader()) {
      leader = importer.unheardOf(tid, time - 1);
    }
    TrackedProcess process = leader.process;
    while (process.firstThread != null) {
      live.endThread(process.firstThread, time, Ending.UNKNOWN_STATUS);
    }
    process.unaccounted = 0;
    process.leaderExited = false;
    process.running = 1;
    ancestry.forgetWhatWasSeenLater(leader, time);
    if (process.renamedAt >= 0 && process.renamedAt <= leader.seenAt) {
      ancestry.forgetSnapshot(leader); // it was seen between this exec's new name and its event
    }
    ancestry.append(leader, time, name);
  }

  /** A rename changes the comm of one task and adds no entry. */
  @Override
  public void renamed(long time, int tid, RawText name) {
    live.at(time);
    ancestry.renamed(time, tid, name);
  }

  /** An exit ends the task; the end of a leader is the end of its process only once no other thread lives. */
  @Override
  public void exited(long time, int tid, int tgid, int waitStatus, int parentTgid) {
    live.at(time);
    Tracked task = live.find(tid);
    if (task == null || isOfPredecessor(task, time)) {
      return;
    }
    TrackedProcess process = task.process;
    boolean sure = live.isSure(task);
    if (task.isLeader()) {
      process.leaderHasExited();
    } else {
      live.endThread(task, time, waitStatus);
    }
    if (process.running <= 0 && reconciler.isNeeded() && proc.isTask(process.leader.task.tid())) {
      importer.addThreads(process.leader); // the start of one may be among what was lost
    }
    names.changed(process, time);
    if (process.running <= 0) {
      live.endProcess(process, time, waitStatus);
    }
    if (sure) {
      awaitStatus(task, time);
    }
  }

  /** Of a task that may have been another by then, no report can be said to be its. */
  private void awaitStatus(Tracked task, long time) {
    boolean isOver = task.process.running <= 0;
    if (task.isLeader() ? isOver : !isOver) {
      exits.ended(task, time);
    } else if (task.isLeader()) {
      exits.leaderLeft(task, time);
    } else {
      exits.endedLast(task, time);
    }
  }

  /**
   * Whether an exit is that of somebody who held the tid before one who was found in /proc. A task that is found there
   * and started while events were recorded has its own clone among them: until that comes, an exit is another's, unless
   * /proc shows that it is over anyway.
   */
  private boolean isOfPredecessor(Tracked known, long time) {
    return known.seenAt > 0 && time < known.heldSince && !known.deadWhenSeen
        && !starts.isStartBefore(known.task.start(), time) && live.isAlive(known);
  }

  @Override
  public void signalled(
      long time, int senderTid, int targetTid, int signal, int code, boolean toGroup, boolean inInterrupt) {
    live.at(time);
    Tracked target = live.certain(targetTid);
    if (target == null || signal < 1 || signal > SignalOrigin.HIGHEST) {
      return;
    }
    Kind kind = inInterrupt ? Kind.INTERRUPT : code > 0 ? Kind.KERNEL : Kind.TASK;
    Tracked sender = kind == Kind.TASK && senderTid > 0 ? live.certain(senderTid) : null;
    exits.signalled(
        target.process, new SignalOrigin(signal, time, kind, code, sender == null ? null : sender.task.id()));
  }

  @Override
  public void oomVictim(long time, int tid) {
    live.at(time);
    Tracked victim = live.certain(tid);
    if (victim != null) {
      exits.oomVictim(victim.process);
    }
  }

  @Override
  public void lost(long from, long to, long count, Gap.Cause cause) {
    exits.signalsLost(to);
    ancestry.lost(from, to, count, cause);
  }
}
