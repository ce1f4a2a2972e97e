package io.taskhistory.collector.tracking;

import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import io.taskhistory.store.HistoryWriter;

/**
 * What the connector is good for beside an exact spine: it fills in what that lacks, and creates nothing. What it loses
 * is a gap of its own, which touches no history.
 */
final class BesideEvents implements TaskEvents {

  private final HistoryWriter writer;
  private final LiveTable live;
  private final ExitDesk exits;

  BesideEvents(HistoryWriter writer, LiveTable live, ExitDesk exits) {
    this.writer = writer;
    this.live = live;
    this.exits = exits;
  }

  @Override
  public void cloned(
      long time, int callerTid, boolean callerAssumed, int childTid, int childTgid, long flags, RawText comm) {}

  @Override
  public void execed(long time, int tid, int oldTid, RawText name, RawText filename) {}

  @Override
  public void renamed(long time, int tid, RawText name) {}

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

  /**
   * Details that were read after the entry and before the change have other credentials than the entry's. That the
   * spine may not be as far, or further, does no harm: at worst credentials are left unknown.
   */
  private void credentialsChanged(long time, int tid) {
    Tracked task = live.find(tid);
    if (task != null) {
      task.process.credentialsChangedAt = time;
    }
  }

  @Override
  public void lost(long from, long to, long count, Gap.Cause cause) {
    writer.gap(Ending.REPORTING_SOURCE, from, to, count, cause);
    exits.lost(from, to);
  }
}
