package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Ending;
import io.taskhistory.history.Gap;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What has to hold between the rows of a store: each belongs to a period that is kept, the way from each task to the
 * root is there in its own period, and what is named is there.
 */
final class RowCheck {

  private final Database database;
  private final Contents contents;
  private final Set<EntryRef> known;
  private final int mostKnown;
  private final TaskRecord record = new TaskRecord();
  private final EventCheck events;
  private final LineageCheck lineages;

  /** {@code known} are entries that were found, each under the number of its period instead of its boot. */
  RowCheck(Database database, Contents contents, Set<EntryRef> known, int mostKnown) {
    this.database = database;
    this.contents = contents;
    this.known = known;
    this.mostKnown = mostKnown;
    this.events = new EventCheck(contents, this);
    this.lineages = new LineageCheck(database);
  }

  /** Tells what is wrong. A row that cannot be decoded throws what its decoder throws. */
  void row(Family family, byte[] key, byte[] value, Consumer<String> wrong) {
    switch (family) {
      case META -> { }
      case LIVE -> live(key, value, wrong);
      case TASKS -> task(key, value, wrong);
      case ENTRIES -> entry(key, value, wrong);
      case DETAILS -> details(key, value, wrong);
      case CHILDREN -> child(key, wrong);
      case EVENTS -> {
        int index = period(key, wrong);
        if (index >= 0) {
          events.row(key, value, contents.periods().get(index), wrong);
        }
      }
      case LINEAGES -> {
        if (period(key, wrong) >= 0) {
          lineages.lineage(key, value, wrong);
        }
      }
      case POSTINGS -> {
        if (period(key, wrong) >= 0) {
          lineages.posting(key, wrong);
        }
      }
    }
  }

  /** The index of the period with a number; -1 where it is not kept. */
  static int indexOf(Periods periods, int number) {
    int low = 0;
    int high = periods.size() - 1;
    while (low <= high) {
      int middle = low + high >>> 1;
      int found = periods.get(middle).number();
      if (found == number) {
        return middle;
      }
      if (found < number) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  private int period(byte[] key, Consumer<String> wrong) {
    int index = indexOf(contents.periods(), Keys.period(key));
    if (index < 0 || contents.boot(contents.periods().get(index).boot()) == null) {
      wrong.accept("its period " + Keys.period(key) + ", or the boot of that, is not kept");
      return -1;
    }
    return index;
  }

  boolean hasEntry(int period, long time, int pid) {
    EntryRef ref = new EntryRef(period, time, pid);
    if (known.contains(ref)) {
      return true;
    }
    boolean is = database.get(Family.ENTRIES, Keys.entry(period, time, pid)) != null;
    if (is && known.size() < mostKnown) {
      known.add(ref);
    }
    return is;
  }

  private void live(byte[] key, byte[] value, Consumer<String> wrong) {
    record.decode(Keys.liveTid(key), Keys.liveStart(key), value);
    if (record.ending != null) {
      wrong.accept("a live task has an end");
    }
    references(contents.present(), contents.periods().current().number(), wrong);
  }

  private void task(byte[] key, byte[] value, Consumer<String> wrong) {
    int index = period(key, wrong);
    if (index < 0) {
      return;
    }
    record.decode(Keys.u32(key, 4), Keys.taskStart(key), value);
    Period period = contents.periods().get(index);
    Ending ending = record.ending;
    if (ending == null) {
      wrong.accept("an ended task has no end");
    } else if (contents.periods().indexOf(period.boot(), ending.time()) != index) {
      wrong.accept("the task's end at " + ending.time() + " is not in its period");
    }
    BootRows boot = contents.boot(period.boot());
    if (boot == null) {
      wrong.accept("its boot " + period.boot() + " is not kept");
    } else {
      references(boot, period.number(), wrong);
    }
  }

  private void references(BootRows rows, int period, Consumer<String> wrong) {
    if (!hasEntry(period, record.entryTime, record.entryPid)) {
      wrong.accept("its entry " + record.entryPid + "@" + record.entryTime + " is missing");
    }
    for (int gap : record.gaps) {
      if (gap < 1 || gap > rows.gaps().size()) {
        wrong.accept("its gap " + gap + " is missing");
      }
    }
    if (record.isThread() && isComplete()
        && !hasTask(rows.boot.index(), record.tgid, record.leaderStart)) {
      wrong.accept("its leader " + record.tgid + "@" + record.leaderStart + " is missing");
    }
  }

  /** Whether nothing was ever given up or lost, so that all that is named must be there. */
  boolean isComplete() {
    return contents.periods().get(0).number() == 0 && contents.boots().stream()
        .noneMatch(rows -> rows.gaps().stream().anyMatch(gap -> gap.cause() == Gap.Cause.DAMAGE));
  }

  boolean hasTask(int boot, int tid, long start) {
    Periods periods = contents.periods();
    if (boot == contents.present().boot.index()) {
      Bytes live = new Bytes(Keys.LIVE);
      Keys.live(live, tid, start);
      if (database.get(Family.LIVE, live.copy()) != null) {
        return true;
      }
    }
    for (int i = periods.firstOf(boot); periods.isOf(boot, i); i++) {
      if (database.get(Family.TASKS, Keys.task(periods.get(i).number(), tid, start)) != null) {
        return true;
      }
    }
    return false;
  }

  private void entry(byte[] key, byte[] value, Consumer<String> wrong) {
    if (period(key, wrong) < 0) {
      return;
    }
    EntryRecord entry = EntryRecord.decode(Keys.entryTime(key), Keys.entryPid(key), value);
    if (!entry.isRoot() && !hasEntry(Keys.period(key), entry.parentTime(), entry.parentPid())) {
      wrong.accept("the entry before it, " + entry.parentPid() + "@" + entry.parentTime() + ", is missing");
    }
    if (entry.detailed() && database.get(Family.DETAILS, key) == null) {
      wrong.accept("its details are missing");
    }
  }

  private void details(byte[] key, byte[] value, Consumer<String> wrong) {
    if (period(key, wrong) < 0) {
      return;
    }
    DetailsRecord.decode(value);
    if (!hasEntry(Keys.period(key), Keys.entryTime(key), Keys.entryPid(key))) {
      wrong.accept("the entry whose details they are is missing");
    }
  }

  private void child(byte[] key, Consumer<String> wrong) {
    int index = period(key, wrong);
    if (index >= 0 && isComplete()
        && !hasTask(contents.periods().get(index).boot(), Keys.childTid(key), Keys.childStart(key))) {
      wrong.accept("the child is missing");
    }
  }
}
