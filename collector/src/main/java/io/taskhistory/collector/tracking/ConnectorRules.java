package io.taskhistory.collector.tracking;

import io.taskhistory.collector.source.ExecRecord;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which the events of a source that is not exact become tasks and entries. The proc connector names
 * {@code real_parent} for the caller of a clone, brings no names, and reports an exit when the tid may already be
 * another's; audit knows no threads and not every exit. One method an event; each says which rule it is.
 *
 * <p>Whatever an event refers to and the table does not have (its start was lost, or lay before the source was opened)
 * is brought in from /proc, if that can still tell, or else stands as unknown. Nothing is ever attributed to a task of
 * which it is not certain that it held the tid at the time: see {@link LiveTable}.
 */
final class ConnectorRules implements TaskEvents {

  private final HistoryWriter writer;
  private final LiveTable live;
  private final Importer importer;
  private final NameResolver names;
  private final Reconciler reconciler;
  private final StartTimes starts;
  private final Ancestry ancestry;
  private final RecordedExecs recorded;
  private boolean followsThreads = true;

  ConnectorRules(HistoryWriter writer, LiveTable live, Importer importer, NameResolver names, Reconciler reconciler,
      StartTimes starts, Ancestry ancestry, RecordedExecs recorded) {
    this.writer = writer;
    this.live = live;
    this.importer = importer;
    this.names = names;
    this.reconciler = reconciler;
    this.starts = starts;
    this.ancestry = ancestry;
    this.recorded = recorded;
  }

  /** Whether the spine tells of threads; else an exit is that of a whole process. */
  void followsThreads(boolean follows) {
    followsThreads = follows;
  }

  /** A new process gets the history of the process that called clone; a new thread shares its process's. */
  @Override
  public void cloned(
      long time, int callerTid, boolean callerAssumed, int childTid, int childTgid, long flags, RawText comm) {
    if (childTid != childTgid) {
      threadCreated(time, callerTid, childTid, childTgid);
      return;
    }
    Tracked caller = caller(callerTid, time);
    Tracked known = live.find(childTid);
    if (known != null && ancestry.isAlreadySeen(known, time) && known.isLeader()) {
      known.seenAt = 0; // from here on its events tell all
      known.deadWhenSeen = false;
      if (caller != null) {
        ancestry.forgetSnapshot(known); // what its events tell takes the place of that
        ancestry.inherit(known, caller, time, callerAssumed);
      }
      return;
    }
    if (known != null) {
      live.endUnreported(known, time);
    }
    if (caller == null) {
      importer.unheardOf(childTid, time);
      return;
    }
    Task child = Task.leader(writer.boot(), childTid, time, caller.task.entryAt(time));
    child.rename(caller.task.comm());
    ancestry.inherit(live.add(child), caller, time, callerAssumed);
  }

  /** Where a clone is told only once its child has shown itself, the caller can be over. */
  private @Nullable Tracked caller(int tid, long time) {
    Tracked ended = followsThreads || live.find(tid) != null ? null : live.ended(tid, time);
    return ended == null ? ancestry.holder(tid, time) : ended;
  }

  private void threadCreated(long time, int callerTid, int tid, int tgid) {
    Tracked leader = ancestry.holder(tgid, time);
    Tracked known = live.find(tid);
    if (leader == null || !leader.isLeader()) {
      if (known != null) {
        live.endUnreported(known, time);
      }
      return;
    }
    if (known != null && known.process == leader.process && ancestry.isAlreadySeen(known, time)) {
      return;
    }
    if (known != null) {
      live.endUnreported(known, time);
    }
    Task thread = Task.thread(leader.task, tid, Math.max(time, leader.task.start()));
    thread.rename(leader.process.commOfNewThread());
    Tracked caller = callerTid == UNKNOWN_TID ? null : live.certain(callerTid);
    if (caller != null) {
      thread.createdBy(caller.task.tid(), caller.task.start());
    }
    live.addThread(leader.process, thread);
  }

  /**
   * A successful exec appends an entry, and ends all other threads of the process. Where one of those called it, it
   * takes over the leader's pid, and nobody reports the end of its own tid.
   */
  @Override
  public void execed(long time, int tid, int oldTid, RawText name, RawText filename) {
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
    endOtherThreads(process, time);
    ancestry.forgetWhatWasSeenLater(leader, time);
    ancestry.append(leader, time, name);
  }

  private void endOtherThreads(TrackedProcess process, long time) {
    int ended = 0;
    while (process.firstThread != null) {
      live.endThread(process.firstThread, time, Ending.UNKNOWN_STATUS);
      ended++;
    }
    process.unaccounted = process.leaderExited ? 0 : process.unaccounted + ended;
    process.leaderExited = false;
    process.running = 1;
    process.uniformComm = true;
  }

  @Override
  public void execRecorded(ExecRecord exec) {
    recorded.execRecorded(exec);
  }

  /** A rename changes the comm of one task and adds no entry. */
  @Override
  public void renamed(long time, int tid, RawText name) {
    ancestry.renamed(time, tid, name);
  }

  /** An exit ends the task; the end of a leader is the end of its process only once no other thread lives. */
  @Override
  public void exited(long time, int tid, int tgid, int waitStatus, int parentTgid) {
    Tracked task = live.find(tid);
    if (task != null && (task.task.tgid() != tgid || isOfPredecessor(task, time))) {
      task = null;
    }
    boolean isOwed = live.isOwed(tid, tgid);
    if (isOwed && (task == null || live.isAlive(task))) {
      live.settleOwed(tid, tgid, waitStatus);
      return;
    }
    if (task == null) {
      exitedUnderExec(tgid);
      return;
    }
    if (isOwed) { // both are over: whose exit this is cannot be told
      live.settleOwed(tid, tgid, Ending.UNKNOWN_STATUS);
    }
    int status = isOwed || live.certain(tid) != task ? Ending.UNKNOWN_STATUS : waitStatus;
    if (!task.isLeader()) {
      TrackedProcess process = task.process;
      live.endThread(task, time, status);
      if (process.running == 0) {
        names.changed(process, time);
        live.endWithLastThread(process, time, status);
      }
    } else if (!followsThreads) {
      names.changed(task, time);
      live.endProcess(task.process, time, status);
    } else if (!isFormerLeader(task)) {
      leaderExited(task, time, status, parentTgid);
    }
  }

  /** Whether an exit is that of somebody who held the tid before one who was found in /proc. */
  private boolean isOfPredecessor(Tracked known, long time) {
    return known.seenAt > 0 && !known.deadWhenSeen && (known.seenAt >= time || live.isAlive(known));
  }

  private void exitedUnderExec(int tgid) {
    Tracked leader = live.find(tgid);
    if (leader != null && leader.isLeader() && leader.process.unaccounted > 0) {
      leader.process.unaccounted--;
    }
  }

  /**
   * Whether an exit of a leader was that of the one before, whose pid an exec gave to another of its threads: reported
   * late, as the connector's report comes last in do_exit(). Then /proc still shows the process alive.
   */
  private boolean isFormerLeader(Tracked leader) {
    if (leader.process.unaccounted == 0) {
      return false;
    }
    leader.process.unaccounted = 0;
    return live.isAlive(leader);
  }

  private void leaderExited(Tracked leader, long time, int waitStatus, int parentTgid) {
    TrackedProcess process = leader.process;
    names.changed(process, time);
    Tracked parent = parentTgid > 0 ? live.find(parentTgid) : null;
    if (parent != null && parent.process != process) {
      process.reapedBy(parent.process);
    }
    process.leaderHasExited();
    if (process.running <= 0 && reconciler.isNeeded()) {
      importer.addThreads(leader); // the start of one may be among what was lost
    }
    if (process.running <= 0) {
      live.endProcess(process, time, waitStatus);
    }
  }

  @Override
  public void uidChanged(long time, int tid, int ruid, int euid) {
    credentialsChanged(time, tid);
  }

  @Override
  public void gidChanged(long time, int tid, int rgid, int egid) {
    credentialsChanged(time, tid);
  }

  private void credentialsChanged(long time, int tid) {
    Tracked task = live.certain(tid);
    if (task != null) {
      task.process.credentialsChangedAt = time;
    }
  }

  @Override
  public void lost(long from, long to, long count, Gap.Cause cause) {
    ancestry.lost(from, to, count, cause);
  }
}
