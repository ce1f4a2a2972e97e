package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.LiveTasks;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns what was named since the last commit into one batch. Nothing of the writer's own state changes before RocksDB
 * has taken the batch, so a commit that failed can be tried again.
 */
final class RocksDbWriter implements HistoryWriter {

  /** Under whom a live task is kept as a child; of nobody where the start is {@link TaskRecord#NOBODY}. */
  private record Creator(int tid, long start) {}

  private final Database database;
  private final Contents contents;
  private final BootRows present;
  private final LiveTasks live;
  private final Entry root;
  private final long periodLength;
  private final StoredEntries storedEntries;
  private final EntryWriter entryWriter;

  private final DirtySet<Task> tasks = new DirtySet<>();
  private final DirtySet<Entry> entries = new DirtySet<>();
  private final List<Gap> gaps = new ArrayList<>();
  private final List<ClockLedger.Row> clock = new ArrayList<>();
  private byte[] position;
  private final Map<Task, Creator> keptLive = new IdentityHashMap<>();
  private final Batch batch;
  private final TaskRecord record = new TaskRecord();

  RocksDbWriter(
      Database database, Contents contents, Restored restored, StoredEntries storedEntries, long periodLength) {
    this.database = database;
    this.contents = contents;
    this.present = contents.present();
    this.live = restored.live();
    this.root = restored.root();
    this.storedEntries = storedEntries;
    this.periodLength = periodLength;
    this.position = present.position();
    this.batch = new Batch(database.familyIds());
    this.entryWriter = new EntryWriter(present.boot.index(), contents.periods());
    live.forEach(task -> {
      keptLive.put(task, new Creator(task.creatorTid(), task.creatorStart()));
      entryWriter.restored(task);
    });
  }

  @Override
  public Boot boot() {
    return present.boot;
  }

  @Override
  public LiveTasks live() {
    return live;
  }

  @Override
  public long watermark() {
    return present.watermark();
  }

  @Override
  public Entry root() {
    return root;
  }

  @Override
  public void save(Task task) {
    tasks.add(task);
    Task holder = live.get(task.tid());
    if (holder == null || holder != task && (task.isLive() || holder.start() < task.start())) {
      live.put(task);
    }
  }

  @Override
  public void save(Entry entry) {
    entries.add(entry);
  }

  @Override
  public Gap gap(String source, long from, long to, long lost, Gap.Cause cause) {
    int id = present.gaps().size() + gaps.size() + 1;
    Gap gap = new Gap(present.boot, id, source, from, to, lost, cause);
    gaps.add(gap);
    return gap;
  }

  @Override
  public void clock(ClockLedger.Row row) {
    clock.add(row);
  }

  @Override
  public void position(byte[] position) {
    this.position = position.clone();
  }

  @Override
  public byte[] position() {
    return present.position();
  }

  @Override
  public void commit(long watermark) {
    long mark = Math.max(watermark, present.watermark());
    long latest = latest(mark);
    Periods periods = periodsAt(mark);
    batch.clear();
    entryWriter.begin(periods);
    if (periods != contents.periods()) {
      MetaRows.period(batch, periods.current());
      live.forEach(task -> entryWriter.carry(batch, task.entry()));
    }
    entries.forEach(entry -> entryWriter.save(batch, entry));
    tasks.forEach(task -> keep(periods, task));
    gaps.forEach(gap -> MetaRows.gap(batch, gap));
    clock.forEach(row -> MetaRows.clock(batch, present.boot, row));
    MetaRows.watermark(batch, present.boot.index(), mark, latest);
    if (position.length > 0 || present.position().length > 0) { // another source's may stand there
      MetaRows.position(batch, present.boot.index(), position);
    }
    database.commit(batch);
    publish(periods, mark, latest);
  }

  /** The latest time that anything kept carries once this batch is. */
  private long latest(long mark) {
    long[] latest = {Math.max(mark, present.latest())};
    entries.forEach(entry -> latest[0] = Math.max(latest[0], entry.time()));
    tasks.forEach(task -> latest[0] = Math.max(latest[0], latest(task)));
    return latest[0];
  }

  private static long latest(Task task) {
    Ending ending = task.ending().orElse(null);
    return ending == null ? task.start() : Math.max(task.start(), ending.time());
  }

  /** The periods, and one more where the current one is over: it begins after whatever has been kept by now. */
  private Periods periodsAt(long mark) {
    Periods periods = contents.periods();
    Period current = periods.current();
    return mark - current.opened() < periodLength
        ? periods
        : periods.with(new Period(
            current.number() + 1, present.boot.index(), Math.max(present.latest(), current.from()) + 1, mark));
  }

  private void keep(Periods periods, Task task) {
    int boot = present.boot.index();
    record.of(task);
    Creator kept = keptLive.get(task);
    Ending ending = record.ending;
    if (ending == null) {
      Keys.live(batch.key, record.tid, record.start);
      record.encode(batch.value);
      batch.put(Family.LIVE);
    } else {
      if (kept != null) {
        Keys.live(batch.key, record.tid, record.start);
        batch.delete(Family.LIVE);
      }
      int period = periods.get(periods.indexOf(boot, ending.time())).number();
      Keys.task(batch.key, period, record.tid, record.start);
      record.encode(batch.value);
      batch.put(Family.TASKS);
    }
    entryWriter.carry(batch, task.entry());
    if (record.creatorStart != TaskRecord.NOBODY && !isKeptAsChild(kept)) {
      int period = periods.get(periods.indexOf(boot, record.start)).number();
      Keys.child(batch.key, period, record.creatorTid, record.creatorStart, record.start, record.tid);
      batch.value.clear();
      batch.put(Family.CHILDREN);
    }
  }

  private boolean isKeptAsChild(@Nullable Creator kept) {
    return kept != null && kept.tid == record.creatorTid && kept.start == record.creatorStart;
  }

  /** What is written becomes what readers see: new places first, and only then are the old ones given up. */
  private void publish(Periods periods, long mark, long latest) {
    contents.periods(periods);
    entryWriter.committed();
    storedEntries.refresh(present.boot.index(), entries);
    present.committed(gaps, mark, latest, position);
    tasks.forEach(task -> {
      if (task.isLive()) {
        keptLive.put(task, new Creator(task.creatorTid(), task.creatorStart()));
      } else {
        keptLive.remove(task);
        live.remove(task);
      }
    });
    tasks.clear();
    entries.clear();
    gaps.clear();
    clock.clear();
  }

  @Override
  public boolean isDirty() {
    return tasks.size() + entries.size() > 0 || !gaps.isEmpty() || !clock.isEmpty();
  }
}
