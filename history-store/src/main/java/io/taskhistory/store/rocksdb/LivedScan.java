package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Ending;
import io.taskhistory.history.Task;
import io.taskhistory.store.LiveTasks;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** Finds the processes that lived within some time among all that ended after its beginning, one by one. */
final class LivedScan {

  static final Comparator<Task> BY_START = Comparator.comparingLong(Task::start).thenComparingInt(Task::tid);

  private final Database database;
  private final Contents contents;
  private final LiveTasks live;
  private final StoredTasks tasks;
  private final BootRows boot;

  LivedScan(Database database, Contents contents, LiveTasks live, StoredTasks tasks, BootRows boot) {
    this.database = database;
    this.contents = contents;
    this.live = live;
    this.tasks = tasks;
    this.boot = boot;
  }

  List<Task> page(long from, long to, int most) {
    TreeSet<Task> lived = new TreeSet<>(BY_START);
    if (boot == contents.present()) {
      lived.addAll(live.processes(from, to));
    }
    Periods periods = contents.periods();
    int index = boot.boot.index();
    try (Scan scan = database.scan(Family.TASKS)) {
      for (int i = periods.indexOf(index, from); periods.isOf(index, i); i++) {
        add(scan, periods, i, from, to, most, lived);
      }
    }
    return lived.stream().limit(most).toList();
  }

  private void add(Scan scan, Periods periods, int period, long from, long to, int most, TreeSet<Task> lived) {
    TaskRecord record = new TaskRecord();
    int number = periods.get(period).number();
    for (boolean is = scan.from(Keys.task(number, 0, 0)); is && Keys.period(scan.key()) == number; is = scan.next()) {
      byte[] key = scan.key();
      record.decode(Keys.u32(key, 4), Keys.taskStart(key), scan.value());
      if (!record.isThread() && isWithin(record, from, to)
          && (lived.size() < most || lived.last().start() >= record.start)) {
        lived.add(tasks.task(periods, period, boot, record));
        if (lived.size() > most) {
          lived.pollLast();
        }
      }
    }
  }

  /** As {@link Task#livedWithin}. */
  private static boolean isWithin(TaskRecord record, long from, long to) {
    Ending ending = record.ending;
    return ending != null && record.start <= to && from < ending.time() && record.start < ending.time();
  }
}
