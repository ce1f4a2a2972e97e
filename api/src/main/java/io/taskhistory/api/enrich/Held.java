package io.taskhistory.api.enrich;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who held one tid over a time of one boot, so that the next events there need not be looked up. */
final class Held {

  private final int tid;
  private final Boot boot;
  private final long from;
  private final long to;
  private final Known[] tasks;

  /**
   * @param tasks all that held it from {@code from} to {@code to}, the last one first
   * @param before what was known of the tid, from which nothing is forgotten that is still of use
   */
  Held(int tid, Boot boot, long from, long to, List<Task> tasks, @Nullable Held before) {
    this.tid = tid;
    this.boot = boot;
    this.from = from;
    this.to = to;
    this.tasks = new Known[tasks.size()];
    for (int i = 0; i < this.tasks.length; i++) {
      this.tasks[i] = known(tasks.get(i), before);
    }
  }

  private static Known known(Task task, @Nullable Held before) {
    if (before != null) {
      for (Known known : before.tasks) {
        if (known.task.tid() == task.tid() && known.task.start() == task.start()
            && known.task.boot().equals(task.boot())) {
          return known;
        }
      }
    }
    return new Known(task);
  }

  /** Whether all are in here that held that tid from {@code asked} to {@code until}: by what was looked up, and as long
   * as the first and the last of them lived beyond it. */
  boolean covers(int askedTid, Boot askedBoot, long asked, long until) {
    return tid == askedTid && boot.equals(askedBoot)
        && (from <= asked || tasks.length > 0 && tasks[tasks.length - 1].task.start() <= asked)
        && (until <= to || tasks.length > 0 && tasks[0].task.livedAt(to) && tasks[0].task.livedAt(until));
  }

  /** Adds those who held it at some time of that interval. */
  void within(WallTimes.Interval interval, List<Known> holders, List<WallTimes.Interval> when) {
    for (Known known : tasks) {
      if (known.task.livedWithin(interval.from(), interval.to())) {
        holders.add(known);
        when.add(interval);
      }
    }
  }
}
