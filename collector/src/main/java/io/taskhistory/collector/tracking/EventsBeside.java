package io.taskhistory.collector.tracking;

import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.RawText;

/** What a source beside the spine tells: of tasks and entries that is nothing, since the spine alone makes these. */
interface EventsBeside extends TaskEvents {

  @Override
  default void cloned(
      long time, int callerTid, boolean callerAssumed, int childTid, int childTgid, long flags, RawText comm) {}

  @Override
  default void execed(long time, int tid, int oldTid, RawText name, RawText filename) {}

  @Override
  default void renamed(long time, int tid, RawText name) {}

  @Override
  default void exited(long time, int tid, int tgid, int waitStatus, int parentTgid) {}
}
