package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Logged;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.LiveTasks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads tasks back. An ended task is in the period of its end, under its start; tids do not overlap, so in each period
 * the holder at a time is the last that started by then, or it is in another period.
 *
 * <p>Live tasks come first in every lookup, and the periods are looked at only after them: a commit publishes in the
 * opposite order, so that a task that ends is never in neither.
 */
final class StoredTasks {

  private final Database database;
  private final Contents contents;
  private final LiveTasks live;
  private final StoredEntries entries;

  StoredTasks(Database database, Contents contents, LiveTasks live, StoredEntries entries) {
    this.database = database;
    this.contents = contents;
    this.live = live;
    this.entries = entries;
  }

  /** Whoever held the tid at that time of that boot. */
  @Nullable Task at(BootRows boot, int tid, long time) {
    if (boot == contents.present()) {
      Task living = live.get(tid, time);
      if (living != null) {
        return living;
      }
    }
    Periods periods = contents.periods();
    int index = boot.boot.index();
    try (Scan scan = database.scan(Family.TASKS)) {
      for (int i = periods.indexOf(index, time); periods.isOf(index, i); i++) {
        TaskRecord found = lastStartedBy(scan, periods.get(i).number(), tid, time);
        if (found != null && found.ending != null && time < found.ending.time()) {
          return task(periods, i, boot, found);
        }
      }
    }
    return null;
  }

  /** All who held the tid at some time from {@code from} to {@code to}, the last one first. */
  List<Task> within(BootRows boot, int tid, long from, long to) {
    List<Task> held = boot == contents.present() ? live.get(tid, from, to) : new ArrayList<>(1);
    if (!held.isEmpty() && held.get(held.size() - 1).start() <= from) {
      return held;
    }
    Periods periods = contents.periods();
    int index = boot.boot.index();
    try (Scan scan = database.scan(Family.TASKS)) {
      for (int i = periods.indexOf(index, from); periods.isOf(index, i); i++) {
        // Periods after that are of interest only for whoever held it then and ended much later.
        if (periods.get(i).from() > to && isHeldAt(held, to)) {
          break;
        }
        addWithin(scan, periods, i, boot, tid, from, to, held);
      }
    }
    held.sort(Comparator.comparingLong(Task::start).reversed());
    return held;
  }

  private static boolean isHeldAt(List<Task> held, long time) {
    for (Task task : held) {
      if (task.livedAt(time)) {
        return true;
      }
    }
    return false;
  }

  private void addWithin(
      Scan scan, Periods periods, int period, BootRows boot, int tid, long from, long to, List<Task> held) {
    int number = periods.get(period).number();
    for (boolean is = isAt(scan, number, tid, to); is; is = scan.previous() && Keys.isTaskOf(scan.key(), number, tid)) {
      TaskRecord record = record(scan, tid);
      Ending ending = record.ending;
      if (ending == null || ending.time() <= record.start || isAmong(held, record.start)) {
        continue;
      }
      if (ending.time() <= from) {
        return;
      }
      held.add(task(periods, period, boot, record));
    }
  }

  /** Between the two looks a task can have left the live ones. */
  private static boolean isAmong(List<Task> held, long start) {
    for (Task task : held) {
      if (task.start() == start) {
        return true;
      }
    }
    return false;
  }

  /** The live holder of the tid, else the last of all; one that lived no time only where the boot has no other. */
  @Nullable Task last(int tid) {
    Task living = live.get(tid);
    if (living != null) {
      return living;
    }
    Periods periods = contents.periods();
    try (Scan scan = database.scan(Family.TASKS)) {
      int first;
      for (int last = periods.size() - 1; last >= 0; last = first - 1) {
        first = firstOfBoot(periods, last);
        BootRows boot = contents.boot(periods.get(last).boot());
        if (boot == null) {
          return null;
        }
        for (int i = last; i >= first; i--) {
          TaskRecord found = lastStartedBy(scan, periods.get(i).number(), tid, Long.MAX_VALUE);
          if (found != null) {
            return task(periods, i, boot, found);
          }
        }
        for (int i = last; i >= first; i--) {
          if (isAt(scan, periods.get(i).number(), tid, Long.MAX_VALUE)) {
            return task(periods, i, boot, record(scan, tid));
          }
        }
      }
    }
    return null;
  }

  private static int firstOfBoot(Periods periods, int index) {
    int first = index;
    while (first > 0 && periods.get(first - 1).boot() == periods.get(index).boot()) {
      first--;
    }
    return first;
  }

  /** The last that held the tid and had started by then; one that lived no time held it at none. */
  private static @Nullable TaskRecord lastStartedBy(Scan scan, int period, int tid, long time) {
    for (boolean is = isAt(scan, period, tid, time); is;
        is = scan.previous() && Keys.isTaskOf(scan.key(), period, tid)) {
      TaskRecord found = record(scan, tid);
      if (found.ending == null || found.ending.time() > found.start) {
        return found;
      }
    }
    return null;
  }

  private static boolean isAt(Scan scan, int period, int tid, long time) {
    return scan.backFrom(Keys.task(period, tid, time)) && Keys.isTaskOf(scan.key(), period, tid);
  }

  private static TaskRecord record(Scan scan, int tid) {
    return new TaskRecord().decode(tid, Keys.taskStart(scan.key()), scan.value());
  }

  /** The one task with that tid and start, live or ended. */
  @Nullable Task get(BootRows boot, int tid, long start) {
    return getFrom(boot, 0, tid, start);
  }

  /** The same; if it has ended, in the period with the index {@code first} or later. */
  @Nullable Task getFrom(BootRows boot, int first, int tid, long start) {
    if (boot == contents.present()) {
      Task living = living(tid, start);
      if (living != null) {
        return living;
      }
    }
    Periods periods = contents.periods();
    int index = boot.boot.index();
    for (int i = Math.max(first, periods.indexOf(index, start)); periods.isOf(index, i); i++) {
      byte[] value = database.get(Family.TASKS, Keys.task(periods.get(i).number(), tid, start));
      if (value != null) {
        return task(periods, i, boot, new TaskRecord().decode(tid, start, value));
      }
    }
    return null;
  }

  private @Nullable Task living(int tid, long start) {
    Task top = live.get(tid);
    if (top != null && top.start() == start) {
      return top;
    }
    Task behind = live.get(tid, start);
    return behind != null && behind.start() == start ? behind : null;
  }

  /** The task of a record that was found in the period with the index {@code near}. */
  Task task(Periods periods, int near, BootRows rows, TaskRecord record) {
    Entry entry = entries.entry(
        periods, near, new EntryRef(rows.boot.index(), record.entryTime, record.entryPid));
    Task leader = record.isThread() ? leader(rows, record, entry) : null;
    return make(rows, record, entry, leader);
  }

  /** The task of a record, its entry and, of a thread, its leader. */
  static Task make(BootRows rows, TaskRecord record, Entry entry, @Nullable Task leader) {
    Boot boot = rows.boot;
    Task task = leader == null
        ? Task.leader(boot, record.tid, record.start, entry)
        : Task.thread(leader, record.tid, record.start);
    if (record.creatorStart != TaskRecord.NOBODY) {
      task.createdBy(record.creatorTid, record.creatorStart);
    }
    if (record.reaperStart != TaskRecord.NOBODY) {
      task.reapedBy(new TaskId(boot.key(), record.reaperTid, record.reaperStart));
    }
    RawText comm = record.comm;
    task.rename(comm == null ? entry.name() : comm);
    if (leader == null) {
      task.doubt(doubts(rows, record));
    }
    task.imprint(record.imprint);
    task.log(Logged.BIRTH);
    Ending ending = record.ending(boot);
    if (ending != null) {
      task.end(ending);
      task.log(Logged.END);
    }
    return task;
  }

  private static Doubts doubts(BootRows rows, TaskRecord record) {
    return !record.creatorAssumed && record.gaps.length == 0
        ? Doubts.NONE
        : new Doubts(record.creatorAssumed, record.gaps.length == 0 ? List.of() : rows.gaps(record.gaps));
  }

  /** A thread's leader as it lives or is kept. Should it be neither, the thread's record says enough to stand in. */
  private Task leader(BootRows rows, TaskRecord thread, Entry entry) {
    Task leader = get(rows, thread.tgid, thread.leaderStart);
    return leader != null && leader.isLeader() ? leader : standIn(rows, thread, entry);
  }

  static Task standIn(BootRows rows, TaskRecord thread, Entry entry) {
    Task leader = Task.leader(rows.boot, thread.tgid, thread.leaderStart, entry);
    leader.rename(entry.name());
    leader.doubt(doubts(rows, thread));
    return leader;
  }
}
