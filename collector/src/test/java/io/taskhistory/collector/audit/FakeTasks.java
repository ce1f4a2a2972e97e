package io.taskhistory.collector.audit;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import java.util.HashMap;
import java.util.Map;

/** A /proc that shows what a test says, of processes with one thread each. */
final class FakeTasks implements ProcTasks {

  private record Shown(int ppid, long starttime, int namespaces) {}

  private final Map<Integer, Shown> shown = new HashMap<>();
  int lastTid = 1000;
  int tidsEnd = 1 << 15;

  void show(int tid, int ppid, long starttime) {
    show(tid, ppid, starttime, 1);
  }

  /** One that has a number in so many pid namespaces. */
  void show(int tid, int ppid, long starttime, int namespaces) {
    shown.put(tid, new Shown(ppid, starttime, namespaces));
  }

  void hide(int tid) {
    shown.remove(tid);
  }

  @Override
  public boolean read(int tid, TaskStat into) {
    Shown task = shown.get(tid);
    if (task != null) {
      into.tid = tid;
      into.ppid = task.ppid;
      into.starttime = task.starttime;
    }
    return task != null;
  }

  @Override
  public boolean readSettled(int tid, TaskStat into) {
    return read(tid, into);
  }

  @Override
  public int[] processes() {
    return shown.keySet().stream().mapToInt(tid -> tid).sorted().toArray();
  }

  @Override
  public boolean isTask(int tid) {
    return shown.containsKey(tid);
  }

  @Override
  public int[] threads(int tgid) {
    return new int[] {tgid};
  }

  @Override
  public int tgid(int tid) {
    return shown.containsKey(tid) ? tid : 0;
  }

  @Override
  public boolean placesStackAtRandom(int tid) {
    return true;
  }

  @Override
  public int pidNamespaces(int tid) {
    Shown task = shown.get(tid);
    return task == null ? 0 : task.namespaces;
  }

  @Override
  public int lastTid() {
    return lastTid;
  }

  @Override
  public int tidsEnd() {
    return tidsEnd;
  }
}
