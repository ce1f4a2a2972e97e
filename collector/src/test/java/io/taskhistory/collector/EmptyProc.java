package io.taskhistory.collector;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;

/** Shows nobody. */
final class EmptyProc implements ProcTasks {

  @Override
  public boolean read(int tid, TaskStat into) {
    return false;
  }

  @Override
  public boolean readSettled(int tid, TaskStat into) {
    return false;
  }

  @Override
  public int[] processes() {
    return new int[0];
  }

  @Override
  public int[] threads(int tgid) {
    return new int[0];
  }

  @Override
  public int tgid(int tid) {
    return 0;
  }

  @Override
  public boolean placesStackAtRandom(int tid) {
    return false;
  }
}
