package io.taskhistory.collector.tracking;

import io.taskhistory.history.Ending;
import io.taskhistory.history.Gap;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What the connector is good for beside an exact spine: it fills in what that lacks, and creates nothing. What it loses
 * is a gap of its own, which touches no history.
 */
final class BesideEvents implements EventsBeside {

  /** How many changes at most wait for a spine that does not get on. */
  private static final int MOST_CHANGES = 1 << 14;

  private final HistoryWriter writer;
  private final LiveTable live;
  private final ExitDesk exits;
  private final Deque<Change> changes = new ArrayDeque<>();

  /** A uid or gid of the task's process changed. */
  private record Change(long time, int tid) {}

  BesideEvents(HistoryWriter writer, LiveTable live, ExitDesk exits) {
    this.writer = writer;
    this.live = live;
    this.exits = exits;
  }

  @Override
  public void exited(long time, int tid, int tgid, int waitStatus, int parentTgid) {
    exits.reported(time, tid, tgid, waitStatus);
  }

  @Override
  public void uidChanged(long time, int tid, int ruid, int euid) {
    credentialsChanged(time, tid);
  }

  @Override
  public void gidChanged(long time, int tid, int rgid, int egid) {
    credentialsChanged(time, tid);
  }

  /** The connector may be ahead of the spine, which has then not told of the process yet. */
  private void credentialsChanged(long time, int tid) {
    if (changes.size() == MOST_CHANGES) {
      drained(changes.element().time);
    }
    changes.add(new Change(time, tid));
  }

  /**
   * The spine has told everything up to {@code time}. Details that were read after the entry and after such a change have
   * other credentials than the entry's; if the tid is another's by now, its credentials are left unknown at worst.
   */
  void drained(long time) {
    for (Change change = changes.peek(); change != null && change.time <= time; change = changes.peek()) {
      changes.remove();
      Tracked task = live.find(change.tid);
      if (task != null) {
        task.process.credentialsChangedAt = change.time;
      }
    }
  }

  @Override
  public void lost(long from, long to, long count, Gap.Cause cause) {
    writer.gap(Ending.REPORTING_SOURCE, from, to, count, cause);
    exits.lost(from, to);
  }
}
