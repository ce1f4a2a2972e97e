package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.store.StoreException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a store again of the rows that were saved: what they refer to and what is gone is put in as unknown, and what
 * nobody can place any more is left out. Nothing is made up but that: an entry that is missing becomes one with no name,
 * a gap that is missing one without bounds, and each boot that lost anything gets a gap that says so.
 */
final class Mending {

  private static final String SOURCE = "store";
  private static final int MOST_KNOWN = 100_000;

  private final Database database;
  private final boolean isLiveKnown;
  private final boolean hasAllChildren;
  private final List<String> lost;
  private final Map<Family, Long> leftOut = new EnumMap<>(Family.class);
  private final Map<Integer, Integer> highestGap = new HashMap<>();
  private final Map<Integer, Long> latest = new HashMap<>();
  private final Set<EntryRef> there = new HashSet<>();
  private final RowEdits edits;
  private final TaskRecord record = new TaskRecord();
  private final Contents contents;
  private final Periods periods;
  private long tasks;
  private long entries;
  private long unknown;

  /** {@code hasLastBoot}: the last boot that was found is the one that live tasks are of. */
  Mending(
      Database database, boolean hasLastBoot, boolean isLiveKnown, boolean hasAllChildren, List<String> lost) {
    this.database = database;
    this.isLiveKnown = isLiveKnown;
    this.hasAllChildren = hasAllChildren;
    this.lost = lost;
    this.edits = new RowEdits(database);
    boolean hasBoots = new BootMending(database, edits, lost).run();
    this.contents = Contents.load(database);
    this.periods = contents.periods();
    if (!hasLastBoot || !hasBoots) {
      dropAll(Family.LIVE);
    }
  }

  void run() {
    dropUnplaced(Family.ENTRIES);
    dropUnplaced(Family.DETAILS);
    dropUnplaced(Family.TASKS);
    dropUnplaced(Family.CHILDREN);
    mendEntries();
    mendTasks();
    mendLive();
    leftOut.forEach((family, count) -> lost.add(
        count + " rows of " + family.name().toLowerCase(Locale.ROOT) + " that nothing tells the time of"));
    if (unknown > 0) {
      lost.add(unknown + " entries that others come after; they are kept as unknown");
    }
    mendMeta();
    edits.flush();
  }

  long tasks() {
    return tasks;
  }

  long entries() {
    return entries;
  }

  private void dropAll(Family family) {
    long[] count = {0};
    edits.walk(family, (key, value) -> {
      edits.drop(family, key);
      count[0]++;
    });
    if (count[0] > 0) {
      leftOut.merge(family, count[0], Long::sum);
    }
  }

  /** Rows of periods that are not known, and those that make no sense. */
  private void dropUnplaced(Family family) {
    edits.walk(family, (key, value) -> {
      if (!isPlaced(family, key, value)) {
        edits.drop(family, key);
        leftOut.merge(family, 1L, Long::sum);
      }
    });
  }

  private boolean isPlaced(Family family, byte[] key, byte[] value) {
    try {
      int index = RowCheck.indexOf(periods, Keys.period(key));
      if (index < 0 || contents.boot(periods.get(index).boot()) == null) {
        return false;
      }
      switch (family) {
        case ENTRIES -> EntryRecord.decode(Keys.entryTime(key), Keys.entryPid(key), value);
        case DETAILS -> DetailsRecord.decode(value);
        case TASKS -> {
          return record.decode(Keys.u32(key, 4), Keys.taskStart(key), value).ending != null;
        }
        case META, LIVE, CHILDREN, LINEAGES, POSTINGS, EVENTS -> { }
      }
      return true;
    } catch (StoreException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return false;
    }
  }

  private void mendEntries() {
    for (int i = 0; i < periods.size(); i++) {
      complete(i, 0, Keys.ROOT_PID);
    }
    edits.flush();
    edits.walk(Family.ENTRIES, (key, value) -> {
      entries++;
      EntryRecord entry = EntryRecord.decode(Keys.entryTime(key), Keys.entryPid(key), value);
      int index = RowCheck.indexOf(periods, Keys.period(key));
      int boot = periods.get(index).boot();
      latest.merge(boot, entry.time(), Math::max);
      if (!entry.isRoot()) {
        complete(index, entry.parentTime(), entry.parentPid());
      }
      if (entry.detailed() && database.get(Family.DETAILS, key) == null) {
        edits.put(Family.ENTRIES, key, EntryRecord.undetailed(value));
      }
    });
    edits.walk(Family.DETAILS, (key, value) -> {
      if (database.get(Family.ENTRIES, key) == null) {
        edits.drop(Family.DETAILS, key);
      }
    });
  }

  /** Sees to it that the way from an entry to the root is there in a period, as far as anybody knows it. */
  private void complete(int index, long time, int pid) {
    if (there.size() > MOST_KNOWN) {
      edits.flush();
      there.clear();
    }
    Deque<EntryRef> todo = new ArrayDeque<>(List.of(new EntryRef(index, time, pid)));
    while (!todo.isEmpty()) {
      EntryRef ref = todo.pop();
      byte[] key = Keys.entry(periods.get(index).number(), ref.time(), ref.pid());
      if (!there.add(ref) || database.get(Family.ENTRIES, key) != null) {
        continue;
      }
      byte[] copy = elsewhere(index, ref);
      if (copy == null) {
        copy = made(index, ref);
        unknown += ref.isRoot() ? 0 : 1;
      }
      edits.put(Family.ENTRIES, key, copy);
      entries++;
      EntryRecord entry = EntryRecord.decode(ref.time(), ref.pid(), copy);
      if (!entry.isRoot()) {
        todo.push(new EntryRef(index, entry.parentTime(), entry.parentPid()));
      }
    }
  }

  /** The same entry as another period of the boot has it, without its details. */
  private byte @Nullable [] elsewhere(int index, EntryRef ref) {
    int boot = periods.get(index).boot();
    for (int i = periods.firstOf(boot); periods.isOf(boot, i); i++) {
      byte[] value = database.get(Family.ENTRIES, Keys.entry(periods.get(i).number(), ref.time(), ref.pid()));
      if (value != null) {
        return EntryRecord.undetailed(value);
      }
    }
    return null;
  }

  /** An entry of which nothing is known; see {@link Entry#lost}. */
  private byte[] made(int index, EntryRef ref) {
    Bytes value = new Bytes(16);
    Entry root = Entry.root(Provenance.SNAPSHOT);
    EntryRecord.encode(ref.isRoot() ? root : Entry.lost(root, ref.time(), ref.pid(), firstFree(index, ref)), value);
    return value.copy();
  }

  /** The first time at which nothing else stands with that pid. */
  private long firstFree(int index, EntryRef ref) {
    long time = 0;
    while (time < ref.time() && isKnown(index, time, ref.pid())) {
      time++;
    }
    return time;
  }

  private boolean isKnown(int index, long time, int pid) {
    byte[] value = database.get(Family.ENTRIES, Keys.entry(periods.get(index).number(), time, pid));
    if (value == null) {
      value = elsewhere(index, new EntryRef(index, time, pid));
    }
    return value != null && EntryRecord.decode(time, pid, value).provenance() != Provenance.UNKNOWN;
  }

  private void mendTasks() {
    edits.walk(Family.TASKS, (key, value) -> {
      tasks++;
      int index = RowCheck.indexOf(periods, Keys.period(key));
      record.decode(Keys.u32(key, 4), Keys.taskStart(key), value);
      task(index);
    });
  }

  private void task(int index) {
    int boot = periods.get(index).boot();
    Ending ending = record.ending;
    latest.merge(boot, Math.max(record.start, ending == null ? 0 : ending.time()), Math::max);
    for (int gap : record.gaps) {
      highestGap.merge(boot, gap, Math::max);
    }
    complete(index, record.entryTime, record.entryPid);
    int born = periods.indexOf(boot, record.start);
    boolean isNamed = !hasAllChildren && record.creatorStart != TaskRecord.NOBODY;
    for (int i = born; isNamed && i <= index; i++) {
      edits.put(Family.CHILDREN, Keys.child(periods.get(i).number(), record.creatorTid, record.creatorStart,
          record.start, record.tid), new byte[0]);
    }
  }

  private void mendLive() {
    int boot = contents.present().boot.index();
    long[] closed = {0};
    edits.walk(Family.LIVE, (key, value) -> {
      try {
        record.decode(Keys.liveTid(key), Keys.liveStart(key), value);
      } catch (StoreException | IndexOutOfBoundsException e) {
        edits.drop(Family.LIVE, key);
        leftOut.merge(Family.LIVE, 1L, Long::sum);
        return;
      }
      if (hasEnded(boot, record.tid, record.start)) {
        edits.drop(Family.LIVE, key);
        return;
      }
      tasks++;
      if (isLiveKnown) {
        task(periods.size() - 1);
        return;
      }
      closed[0]++;
      close(boot, key);
    });
    if (closed[0] > 0) {
      lost.add("how " + closed[0] + " tasks went on that had not ended; they end where they were last told of");
    }
  }

  /** Later it can have exec'd and ended: up to its last entry it is told rightly. */
  private void close(int boot, byte[] live) {
    long end = Math.max(record.start, record.entryTime) + 1;
    record.ending = new Ending(end, Ending.UNKNOWN_STATUS);
    int index = periods.indexOf(boot, end);
    task(index);
    Bytes value = new Bytes(64);
    record.encode(value);
    edits.put(Family.TASKS, Keys.task(periods.get(index).number(), record.tid, record.start), value.copy());
    edits.drop(Family.LIVE, live);
  }

  private boolean hasEnded(int boot, int tid, long start) {
    for (int i = periods.firstOf(boot); periods.isOf(boot, i); i++) {
      if (database.get(Family.TASKS, Keys.task(periods.get(i).number(), tid, start)) != null) {
        return true;
      }
    }
    return false;
  }

  private void mendMeta() {
    for (BootRows rows : contents.boots()) {
      int boot = rows.boot.index();
      long mark = Math.max(rows.watermark(), -1);
      long last = Math.max(latest.getOrDefault(boot, 0L), Math.max(mark, rows.latest()));
      MetaRows.watermark(edits.batch(), boot, new MetaRows.WatermarkRow(mark, last, rows.written(),
          rows.events() + EventLog.REPAIRED));
      int gaps = highestGap.getOrDefault(boot, 0);
      Set<Integer> known = new HashSet<>();
      for (Gap gap : rows.gaps()) {
        known.add(gap.id());
        gaps = Math.max(gaps, gap.id());
      }
      for (int id = 1; id <= gaps; id++) {
        if (!known.contains(id)) {
          MetaRows.gap(edits.batch(), damage(rows.boot, id, Math.max(0, mark)));
        }
      }
      if (!lost.isEmpty()) {
        MetaRows.gap(edits.batch(), damage(rows.boot, gaps + 1, Math.max(0, mark)));
      }
    }
  }

  private static Gap damage(Boot boot, int id, long to) {
    return new Gap(boot, id, SOURCE, 0, to, Gap.UNCOUNTED, Gap.Cause.DAMAGE);
  }
}
