package io.taskhistory.collector.tracking;

import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import org.jspecify.annotations.Nullable;

/**
 * What holds whatever the spine is: who is meant by a tid, what a child has from its creator, what an exec appends.
 *
 * <p>What /proc shows is always newer than the events that are being applied. So a task that was taken from there can
 * turn out to be another than the one that an event names, or to have been called by its next name already.
 */
final class Ancestry {

  private final HistoryWriter writer;
  private final LiveTable live;
  private final Importer importer;
  private final NameResolver names;
  private final DetailsDesk details;
  private final Reconciler reconciler;
  private final StartTimes starts;

  /** When the last loss was over. */
  private long wholeSince;

  Ancestry(HistoryWriter writer, LiveTable live, Importer importer, NameResolver names, DetailsDesk details,
      Reconciler reconciler, StartTimes starts) {
    this.writer = writer;
    this.live = live;
    this.importer = importer;
    this.names = names;
    this.details = details;
    this.reconciler = reconciler;
    this.starts = starts;
  }

  /** Who certainly held {@code tid} at {@code time}, if need be brought in from /proc; null where nobody can tell. */
  @Nullable Tracked holder(int tid, long time) {
    if (tid == TaskEvents.UNKNOWN_TID) {
      return null;
    }
    Tracked known = live.certain(tid);
    if (known == null) {
      return importer.bring(tid, time);
    }
    return isMaybeOfPredecessor(known, time) ? null : known;
  }

  /** Whether an event can be about somebody who held the tid before the one whom /proc showed there later. */
  boolean isMaybeOfPredecessor(Tracked known, long time) {
    return known.seenAt >= time && time < known.heldSince && !starts.isStartBefore(known.task.start(), time);
  }

  /** Whether a start that an event tells is that of a task that was found in /proc before the event was drained. */
  boolean isAlreadySeen(Tracked known, long time) {
    return known.seenAt >= time && starts.isSameStart(known.task.start(), time);
  }

  /** Gives a process what it has from its creator, also if it was brought in from /proc before its event came. */
  void inherit(Tracked child, Tracked caller, long time, boolean callerAssumed) {
    Doubts doubts = caller.task.doubts();
    child.task.enter(caller.task.entryAt(time));
    Tracked leader = caller.process.leader;
    child.task.imprint(leader.seenAt < time ? leader.task.imprint() : 0); // else that can be of a later image
    child.isImageOpen = leader.isImageOpen || reconciler.isNeeded();
    child.task.doubt(callerAssumed ? doubts.withCreatorAssumed() : doubts);
    child.task.createdBy(caller.task.tid(), caller.task.start());
    if (caller.task.isLive()) {
      child.process.reapedBy(caller.process);
    } else {
      live.adopt(child.process);
    }
    writer.save(child.task);
  }

  /** Appends what a successful exec made of a process. */
  void append(Tracked leader, long time, RawText name) {
    leader.deadWhenSeen = false;
    names.changed(leader, time);
    Task task = leader.task;
    Entry before = task.entry();
    Entry entry = new Entry(before, Math.max(time, before.time() + 1), task.tid(), name,
        name.isKnown() ? Provenance.OBSERVED : Provenance.UNKNOWN);
    task.enter(entry);
    task.rename(name);
    writer.save(entry);
    writer.save(task);
    if (name.isKnown()) {
      task.imprint(0);
      leader.isImageOpen = false;
    } else if (time >= wholeSince) { // else what /proc shows can come of a rename or an exec that was lost
      names.read(leader.process, entry);
    }
    details.request(leader, entry);
  }

  /**
   * A snapshot that was read after this exec, or so shortly before its event that the new name can have been out (see
   * {@link NameResolver}), may show what the process became by it, not what it was before.
   */
  void forgetWhatWasSeenLater(Tracked leader, long time) {
    if (leader.seenAt > 0 && leader.seenAt + NameResolver.LONGEST_WAIT >= time) {
      forgetSnapshot(leader);
    }
  }

  /** What a process was called when it was found in /proc is not what its entry was called. */
  void forgetSnapshot(Tracked leader) {
    Entry entry = leader.task.entry();
    if (entry.provenance() == Provenance.SNAPSHOT && entry.pid() == leader.task.tid()) {
      entry.know(RawText.UNKNOWN, Provenance.UNKNOWN);
      writer.save(entry);
    }
  }

  /** A rename changes the comm of one task and adds no entry. */
  void renamed(long time, int tid, RawText name) {
    Tracked known = live.find(tid);
    if (known != null && known.isLeader()) {
      names.renamed(known.process, time, name); // also if it is not certain that it is this one
    }
    Tracked task = live.certain(tid);
    if (task != null) {
      rename(task, time, name);
    }
  }

  private void rename(Tracked task, long time, RawText name) {
    if (task.isLeader()) {
      task.process.renamedAt = time;
    }
    if (task.seenAt >= time) {
      return; // /proc showed the task after the rename: what it is called was read then
    }
    task.process.uniformComm &= task.process.running == 1;
    task.task.rename(name);
    writer.save(task.task);
  }

  /** When the last loss was over. */
  long wholeSince() {
    return wholeSince;
  }

  /** Events are missing: a gap that touches whatever lives, until /proc proves of a process that it missed nothing. */
  void lost(long from, long to, long count, Gap.Cause cause) {
    wholeSince = Math.max(wholeSince, to);
    names.lost(from);
    details.lost(to);
    reconciler.lost(from, to, count, cause);
  }
}
