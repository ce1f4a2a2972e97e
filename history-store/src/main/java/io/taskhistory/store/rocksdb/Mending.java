package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
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
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes a store again of the rows that were saved: what they refer to and what is gone is put in as unknown, and what
 * nobody can place any more is left out. Nothing is made up but that: an entry that is missing becomes one with no name, a gap that is missing one without bounds, and each boot that lost anything gets a gap that says so.
 */
final class Mending {

  private static final String SOURCE = "store";
  private static final int MOST_KNOWN = 100_000;
  private static final Boot ANY =
      new Boot(0, "00000000-0000-4000-8000-000000000000", 0, new ClockLedger(List.of(new ClockLedger.Row(0, 0, 0))));

  private final Database database;
  private final boolean isLiveKnown;
  private final boolean hasAllChildren;
  private final List<String> lost;
  private final Map<Family, Long> leftOut = new EnumMap<>(Family.class);
  private final Map<Integer, Integer> highestGap = new HashMap<>();
  private final Map<Integer, Long> latest = new HashMap<>();
  private final Set<EntryRef> there = new HashSet<>();
  private final Batch batch;
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
    this.batch = new Batch(database.familyIds());
    boolean hasBoots = dropBootsWithoutRows();
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
    flush();
  }

  long tasks() {
    return tasks;
  }

  long entries() {
    return entries;
  }

  /** Kept boots follow one another, and each has a clock and a period; whether the last one is among them. */
  private boolean dropBootsWithoutRows() {
    Map<Character, TreeSet<Integer>> boots = new HashMap<>();
    int oldest = oldestPeriod();
    walk(Family.META, (key, value) -> {
      if (!isSoundMeta(key, value) || key[0] == MetaRows.PERIOD && MetaRows.owner(key) < oldest) {
        drop(Family.META, key);
      } else {
        boots.computeIfAbsent((char) key[0], any -> new TreeSet<>()).add(bootOf(key, value));
      }
    });
    TreeSet<Integer> kept = boots.getOrDefault(MetaRows.BOOT, new TreeSet<>());
    kept.retainAll(boots.getOrDefault(MetaRows.CLOCK, new TreeSet<>()));
    kept.retainAll(boots.getOrDefault(MetaRows.PERIOD, new TreeSet<>()));
    if (kept.isEmpty()) {
      throw new StoreException("the rows that say which boots there were are gone");
    }
    int last = kept.last();
    int first = last;
    while (kept.contains(first - 1)) {
      first--;
    }
    int from = first;
    Set<Integer> without = new TreeSet<>();
    walk(Family.META, (key, value) -> {
      int boot = bootOf(key, value);
      if (boot < from || boot > last) {
        drop(Family.META, key);
        without.add(boot);
      }
    });
    without.forEach(boot -> lost.add("boot " + boot + ": what says which it was, or when, is gone"));
    return without.stream().noneMatch(boot -> boot > last);
  }

  private static int bootOf(byte[] key, byte[] value) {
    return key[0] == MetaRows.PERIOD ? MetaRows.period(key, value).boot() : MetaRows.owner(key);
  }

  /** The number of the first period of which anything is there; what is older was given up. */
  private int oldestPeriod() {
    return database.using(() -> {
      int oldest = Integer.MAX_VALUE;
      for (Family family : List.of(Family.ENTRIES, Family.TASKS)) {
        try (Scan scan = database.scan(family)) {
          oldest = scan.first() ? Math.min(oldest, Keys.period(scan.key())) : oldest;
        }
      }
      return oldest == Integer.MAX_VALUE ? 0 : oldest;
    });
  }

  private static boolean isSoundMeta(byte[] key, byte[] value) {
    try {
      switch (key[0]) {
        case MetaRows.BOOT -> {
          MetaRows.BootRow row = MetaRows.boot(key, value);
          return new Boot(row.index(), row.id(), row.wallStart(), ANY.clock()).index() >= 0;
        }
        case MetaRows.CLOCK -> MetaRows.clock(key, value);
        case MetaRows.GAP -> MetaRows.gap(ANY, key, value);
        case MetaRows.PERIOD -> MetaRows.period(key, value);
        case MetaRows.POSITION -> MetaRows.position(value);
        case MetaRows.WATERMARK -> MetaRows.watermark(value);
        default -> {
          return false;
        }
      }
      return true;
    } catch (StoreException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return false;
    }
  }

  /** One row after the other; what is written meanwhile is not seen. */
  private void walk(Family family, Row row) {
    database.using(() -> {
      try (Scan scan = database.scan(family)) {
        for (boolean more = scan.first(); more; more = scan.next()) {
          row.row(scan.key(), scan.value());
        }
      }
      return family;
    });
    flush();
  }

  /** Takes a row. */
  private interface Row {
    void row(byte[] key, byte[] value);
  }

  private void dropAll(Family family) {
    long[] count = {0};
    walk(family, (key, value) -> {
      drop(family, key);
      count[0]++;
    });
    if (count[0] > 0) {
      leftOut.merge(family, count[0], Long::sum);
    }
  }

  /** Rows of periods that are not known, and those that make no sense. */
  private void dropUnplaced(Family family) {
    walk(family, (key, value) -> {
      if (!isPlaced(family, key, value)) {
        drop(family, key);
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
    flush();
    walk(Family.ENTRIES, (key, value) -> {
      entries++;
      EntryRecord entry = EntryRecord.decode(Keys.entryTime(key), Keys.entryPid(key), value);
      int index = RowCheck.indexOf(periods, Keys.period(key));
      int boot = periods.get(index).boot();
      latest.merge(boot, entry.time(), Math::max);
      if (!entry.isRoot()) {
        complete(index, entry.parentTime(), entry.parentPid());
      }
      if (entry.detailed() && database.get(Family.DETAILS, key) == null) {
        put(Family.ENTRIES, key, EntryRecord.undetailed(value));
      }
    });
    walk(Family.DETAILS, (key, value) -> {
      if (database.get(Family.ENTRIES, key) == null) {
        drop(Family.DETAILS, key);
      }
    });
  }

  /** Sees to it that the way from an entry to the root is there in a period, as far as anybody knows it. */
  private void complete(int index, long time, int pid) {
    if (there.size() > MOST_KNOWN) {
      flush();
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
      put(Family.ENTRIES, key, copy);
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
    walk(Family.TASKS, (key, value) -> {
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
      put(Family.CHILDREN, Keys.child(periods.get(i).number(), record.creatorTid, record.creatorStart,
          record.start, record.tid), new byte[0]);
    }
  }

  private void mendLive() {
    int boot = contents.present().boot.index();
    long[] closed = {0};
    walk(Family.LIVE, (key, value) -> {
      try {
        record.decode(Keys.liveTid(key), Keys.liveStart(key), value);
      } catch (StoreException | IndexOutOfBoundsException e) {
        drop(Family.LIVE, key);
        leftOut.merge(Family.LIVE, 1L, Long::sum);
        return;
      }
      if (hasEnded(boot, record.tid, record.start)) {
        drop(Family.LIVE, key);
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
    put(Family.TASKS, Keys.task(periods.get(index).number(), record.tid, record.start), value.copy());
    drop(Family.LIVE, live);
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
      MetaRows.watermark(batch, boot, new MetaRows.WatermarkRow(mark, last, rows.written(),
          rows.events() + EventLog.REPAIRED));
      int gaps = highestGap.getOrDefault(boot, 0);
      Set<Integer> known = new HashSet<>();
      for (Gap gap : rows.gaps()) {
        known.add(gap.id());
        gaps = Math.max(gaps, gap.id());
      }
      for (int id = 1; id <= gaps; id++) {
        if (!known.contains(id)) {
          MetaRows.gap(batch, damage(rows.boot, id, Math.max(0, mark)));
        }
      }
      if (!lost.isEmpty()) {
        MetaRows.gap(batch, damage(rows.boot, gaps + 1, Math.max(0, mark)));
      }
    }
  }

  private static Gap damage(Boot boot, int id, long to) {
    return new Gap(boot, id, SOURCE, 0, to, Gap.UNCOUNTED, Gap.Cause.DAMAGE);
  }

  private void put(Family family, byte[] key, byte[] value) {
    batch.key.clear().bytes(key, 0, key.length);
    batch.value.clear().bytes(value, 0, value.length);
    batch.put(family);
  }

  private void drop(Family family, byte[] key) {
    batch.key.clear().bytes(key, 0, key.length);
    batch.delete(family);
  }

  private void flush() {
    if (!batch.isEmpty()) {
      database.write(batch);
      batch.clear();
    }
  }
}
