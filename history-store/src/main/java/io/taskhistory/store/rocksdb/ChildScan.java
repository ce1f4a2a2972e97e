package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One walk over the tasks that another created. They stand in the period of their start and in all those that they
 * lived into, so each is looked for where it started, or in the first period that is kept; that way they come in the
 * asked order. A key says who was once taken for the creator: where the task names another by now, it is not this one's.
 */
final class ChildScan {

  /** By how much a start that /proc told in clock ticks can be after one that an event told. */
  private static final long TICK = 10_000_000;

  private final Periods periods;
  private final StoredTasks tasks;
  private final BootRows boot;
  private final TaskId creator;

  ChildScan(Periods periods, StoredTasks tasks, BootRows boot, TaskId creator) {
    this.periods = periods;
    this.tasks = tasks;
    this.boot = boot;
    this.creator = creator;
  }

  List<Task> page(Scan scan, @Nullable Task after, int most) {
    List<Task> found = new ArrayList<>();
    int index = boot.boot.index();
    long start = after == null ? Math.max(0, creator.start() - TICK) : after.start();
    int afterTid = after == null ? -1 : after.tid();
    int own = periods.indexOf(index, start);
    for (int i = own; periods.isOf(index, i); i++) {
      int period = periods.get(i).number();
      byte[] first = i == own
          ? Keys.child(period, creator.tid(), creator.start(), start, afterTid + 1)
          : Keys.child(period, creator.tid(), creator.start(), periods.get(i).from(), 0);
      for (boolean more = scan.from(first); more; more = scan.next()) {
        byte[] key = scan.key();
        if (!Keys.isChildOf(key, period, creator.tid(), creator.start())) {
          break;
        }
        if (found.size() == most) {
          return found;
        }
        Task child = tasks.get(boot, Keys.childTid(key), Keys.childStart(key));
        if (child != null && child.creatorTid() == creator.tid() && child.creatorStart() == creator.start()) {
          found.add(child);
        }
      }
    }
    return found;
  }
}
