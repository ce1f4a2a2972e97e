package io.taskhistory.collector.tracking;

import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which events become tasks and entries. One method an event; each says which rule it is.
 *
 * <p>Whatever an event refers to and the table does not have (its start was lost, or lay before the source was opened)
 * is brought in from /proc, if that can still tell, or else stands as unknown. Nothing is ever attributed to a task of
 * which it is not certain that it held the tid at the time: see {@link LiveTable}.
 */
final class TaskTracker implements TaskEvents {

  private final HistoryWriter writer;
  private final LiveTable live;
  private final Importer importer;
  private final NameResolver names;
  private final DetailsDesk details;
  private final Reconciler reconciler;
  private final StartTimes starts;

  TaskTracker(HistoryWriter writer, LiveTable live, Importer importer, NameResolver names, DetailsDesk details,
      Reconciler reconciler, StartTimes starts) {
    this.writer = writer;
    this.live = live;
    this.importer = importer;
    this.names = names;
    this.details = details;
    this.reconciler = reconciler;
    this.starts = starts;
  }

  /** A new process gets the history of the process that called clone; a new thread shares its process's. */
  @Override
  public void cloned(
      long time, int callerTid, boolean callerAssumed, int childTid, int childTgid, long flags, RawText comm) {
    if (childTid != childTgid) {
      threadCreated(time, callerTid, childTid, childTgid);
      return;
    }
    Tracked caller = holder(callerTid, time);
    Tracked known = live.find(childTid);
    if (known != null && isAlreadySeen(known, time) && known.isLeader()) {
      known.seenAt = 0; // from here on its events tell all
      known.deadWhenSeen = false;
      inherit(known, caller, time, callerAssumed);
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
    inherit(live.add(child), caller, time, callerAssumed);
  }

  /** Gives a process what it has from its creator, also if it was brought in from /proc before its event came. */
  private void inherit(Tracked child, @Nullable Tracked caller, long time, boolean callerAssumed) {
    if (caller == null) {
      return;
    }
    Doubts doubts = caller.task.doubts();
    child.task.enter(caller.task.entryAt(time));
    child.task.imprint(caller.process.leader.task.imprint());
    child.task.doubt(callerAssumed ? doubts.withCreatorAssumed() : doubts);
    child.task.createdBy(caller.task.tid(), caller.task.start());
    child.process.reapedBy(caller.process);
    writer.save(child.task);
  }

  private void threadCreated(long time, int callerTid, int tid, int tgid) {
    Tracked leader = holder(tgid, time);
    Tracked known = live.find(tid);
    if (leader == null || !leader.isLeader()) {
      if (known != null) {
        live.endUnreported(known, time);
      }
      return;
    }
    if (known != null && known.process == leader.process && isAlreadySeen(known, time)) {
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

  /** Whether a start that an event tells is that of a task that was found in /proc before the event was drained. */
  private boolean isAlreadySeen(Tracked known, long time) {
    return known.seenAt >= time && starts.isSameStart(known.task.start(), time);
  }

  /**
   * A successful exec appends an entry, and ends all other threads of the process. Where one of those called it, it
   * takes over the leader's pid, and nobody reports the end of its own tid.
   */
  @Override
  public void execed(long time, int tid, int oldTid, RawText name, RawText filename) {
    Tracked known = live.certain(tid);
    if (known != null && isMaybeOfPredecessor(known, time)) {
      forgetWhatWasSeenLater(known, time);
      return;
    }
    Tracked leader = holder(tid, time);
    if (leader == null || !leader.isLeader()) {
      leader = importer.unheardOf(tid, time - 1);
    }
    TrackedProcess process = leader.process;
    endOtherThreads(process, time);
    forgetWhatWasSeenLater(leader, time);
    leader.deadWhenSeen = false;
    names.changed(process, time);
    Task task = leader.task;
    Entry before = task.entry();
    Entry entry = new Entry(before, Math.max(time, before.time() + 1), tid, name,
        name.isKnown() ? Provenance.OBSERVED : Provenance.UNKNOWN);
    task.enter(entry);
    task.rename(name);
    writer.save(entry);
    writer.save(task);
    if (!name.isKnown()) {
      names.read(process, entry);
    }
    details.request(leader, entry);
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

  /**
   * A snapshot that was read after this exec, or so shortly before its event that the new name can have been out (see
   * {@link NameResolver}), may show what the process became by it, not what it was before.
   */
  private void forgetWhatWasSeenLater(Tracked leader, long time) {
    Entry entry = leader.task.entry();
    boolean isLate = leader.seenAt > 0 && leader.seenAt + NameResolver.LONGEST_WAIT >= time;
    if (isLate && entry.provenance() == Provenance.SNAPSHOT && entry.pid() == leader.task.tid()) {
      entry.know(RawText.UNKNOWN, Provenance.UNKNOWN);
      writer.save(entry);
    }
  }

  /** A rename changes the comm of one task and adds no entry. */
  @Override
  public void renamed(long time, int tid, RawText name) {
    Tracked task = live.certain(tid);
    if (task == null) {
      return;
    }
    if (task.isLeader()) {
      names.renamed(task.process, time, name);
      task.process.renamedAt = time;
    }
    if (task.seenAt >= time) {
      return; // /proc showed the task after the rename: what it is called was read then
    }
    task.process.uniformComm &= task.process.running == 1;
    task.task.rename(name);
    writer.save(task.task);
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
  public void sessionStarted(long time, int tid) {}

  @Override
  public void traced(long time, int tid, int tracerTid) {}

  @Override
  public void coreDumped(long time, int tid) {}

  @Override
  public void signalled(
      long time, int senderTid, int targetTid, int signal, int code, boolean toGroup, boolean inInterrupt) {}

  @Override
  public void oomVictim(long time, int tid) {}

  /** Events are missing: a gap that touches whatever lives, until /proc proves of a process that it missed nothing. */
  @Override
  public void lost(long from, long to, long count, Gap.Cause cause) {
    names.lost(from);
    details.lost(to);
    reconciler.lost(from, to, count, cause);
  }

  private @Nullable Tracked holder(int tid, long time) {
    if (tid == UNKNOWN_TID) {
      return null;
    }
    Tracked known = live.certain(tid);
    if (known == null) {
      return importer.bring(tid, time);
    }
    return isMaybeOfPredecessor(known, time) ? null : known;
  }

  /** Whether an event can be about somebody who held the tid before the one whom /proc showed there later. */
  private boolean isMaybeOfPredecessor(Tracked known, long time) {
    return known.seenAt >= time && !starts.isStartBefore(known.task.start(), time);
  }
}
