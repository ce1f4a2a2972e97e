package io.taskhistory.collector.tracking;

import io.taskhistory.collector.procfs.DetailsFiles;
import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.history.Details;
import io.taskhistory.history.RawText;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A /proc that shows what a test says, of processes with one thread each, and a clock that the test sets. */
final class ScriptedProc implements ProcTasks, DetailsFiles {

  static final long TICK = 10_000_000;

  private record Shown(int ppid, long start, String comm, long imprint) {}

  private final Map<Integer, Shown> shown = new ConcurrentHashMap<>();
  volatile long now = 100 * TICK;
  volatile @Nullable RuntimeException nextDetails;
  volatile Details details = Details.UNKNOWN.withoutCredentials();

  void show(int tid, int ppid, long start, String comm, long imprint) {
    shown.put(tid, new Shown(ppid, start, comm, imprint));
  }

  long now() {
    return now;
  }

  @Override
  public boolean read(int tid, TaskStat into) {
    Shown task = shown.get(tid);
    if (task == null) {
      return false;
    }
    into.tid = tid;
    into.ppid = task.ppid;
    into.starttime = task.start / TICK;
    into.comm = RawText.of(task.comm);
    into.startstack = task.imprint;
    into.state = 'S';
    into.flags = 0;
    return true;
  }

  @Override
  public boolean readSettled(int tid, TaskStat into) {
    return read(tid, into) && into.startstack != 0;
  }

  @Override
  public int[] processes() {
    return shown.keySet().stream().mapToInt(tid -> tid).sorted().toArray();
  }

  @Override
  public int[] threads(int tgid) {
    return shown.containsKey(tgid) ? new int[] {tgid} : new int[0];
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
  public @Nullable Reading read(int tgid) {
    RuntimeException broken = nextDetails;
    if (broken != null) {
      nextDetails = null;
      throw broken;
    }
    Shown task = shown.get(tgid);
    return task == null
        ? null
        : new Reading(details, RawText.of(task.comm), task.imprint, task.start / TICK, now);
  }
}
