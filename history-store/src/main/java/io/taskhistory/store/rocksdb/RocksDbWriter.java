package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.LiveTasks;
import io.taskhistory.store.StoreException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Turns what was named since the last commit into one batch, which the thread {@code store} writes. All else is done by
 * the thread that follows tasks: encoding before it, and after it showing readers what was kept.
 *
 * <pre>
 *   save, save, …  ─► unkept ─► begin ─► [ batch ] ─► store thread ─► RocksDB
 *                       ▲                                 │
 *                       └──────── refused ◄── settle ◄────┘
 *                                               └── kept: what ended leaves the live table, periods and gaps show
 * </pre>
 *
 * <p>Nothing of the writer's own state changes before RocksDB has taken the batch, so a commit that was refused can be
 * tried again, with whatever has come since. It may have been written all the same, so what it was to keep as live is
 * taken for kept, and nothing moves to another period: there would be two of it.
 */
final class RocksDbWriter implements HistoryWriter {

  /** Under whom a live task is kept as a child; of nobody where the start is {@link TaskRecord#NOBODY}. */
  private record Creator(int tid, long start) {}

  /** A task, and as whose child it is in the batch. */
  private record Living(Task task, Creator creator) {}

  /**
   * A commit that was begun.
   *
   * @param living the tasks that it keeps as live
   * @param ended those that it keeps as ended: both can have changed since
   */
  private record UnderWay(
      Unkept kept, List<Living> living, List<Task> ended, Periods periods, MetaRows.WatermarkRow mark, byte[] position,
      Future<Boolean> writing) {}

  private final Contents contents;
  private final StoreThread thread;
  private final BootRows present;
  private final LiveTasks live;
  private final Entry root;
  private final Turnover turnover;
  private final StoredEntries storedEntries;
  private final EntryWriter entryWriter;
  private final EventWriter eventWriter;

  private Unkept unkept = new Unkept();
  private Unkept spare = new Unkept();
  private byte[] position;
  private @Nullable UnderWay underWay;
  /** The last commit, if it was refused: what of it is on the disk nobody knows. */
  private @Nullable UnderWay refused;
  private final Map<Task, Creator> keptLive = new IdentityHashMap<>();
  private final Shedding shedding = new Shedding();
  private final Batch batch;
  private final TaskRecord record = new TaskRecord();

  RocksDbWriter(Database database, Contents contents, Restored restored, StoredEntries storedEntries,
      StoreThread thread, Turnover turnover) {
    this.contents = contents;
    this.thread = thread;
    this.present = contents.present();
    this.live = restored.live();
    this.root = restored.root();
    this.storedEntries = storedEntries;
    this.turnover = turnover;
    this.position = present.position();
    this.batch = new Batch(database.familyIds());
    this.entryWriter = new EntryWriter(present.boot.index(), contents.kept(),
        new LineageWriter(database, present, contents.kept().current().number()));
    this.eventWriter = new EventWriter(present, live);
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
    if (shedding.hasGivenUp(task)) {
      return;
    }
    shedding.takeBack(task.entry(), unkept);
    unkept.add(task);
    Task holder = live.get(task.tid());
    if (holder == null || holder != task && (task.isLive() || holder.start() < task.start())) {
      live.put(task);
    }
  }

  @Override
  public void save(Entry entry) {
    if (!shedding.hasGivenUp(entry)) {
      unkept.add(entry);
    }
  }

  @Override
  public Gap gap(String source, long from, long to, long lost, Gap.Cause cause) {
    Gap gap = new Gap(present.boot, nextGap(), source, from, to, lost, cause);
    unkept.gaps.add(gap);
    return gap;
  }

  private int nextGap() {
    UnderWay begun = underWay;
    return present.gaps().size() + (begun == null ? 0 : begun.kept.gaps.size()) + unkept.gaps.size() + 1;
  }

  @Override
  public void clock(ClockLedger.Row row) {
    unkept.clock.add(row);
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
  public boolean isDirty() {
    return !unkept.isEmpty();
  }

  @Override
  public boolean isUnderWay() {
    return underWay != null;
  }

  @Override
  public long pending() {
    UnderWay begun = underWay;
    return unkept.bytes() + (begun == null ? 0 : begun.kept.bytes());
  }

  @Override
  public long shed(long until) {
    List<Task> keptAsLive = new ArrayList<>(keptLive.keySet());
    UnderWay begun = underWay;
    if (begun != null) {
      begun.living.forEach(one -> keptAsLive.add(one.task));
    }
    long lost = shedding.shed(unkept, live, keptAsLive);
    if (lost > 0) {
      tellOfLoss(until, lost);
    }
    return lost;
  }

  /** A gap that nobody has been told of yet grows; else a disk that fails for long would bring thousands. */
  private void tellOfLoss(long until, long lost) {
    for (int i = 0; i < unkept.gaps.size(); i++) {
      Gap gap = unkept.gaps.get(i);
      if (gap.source().equals(STORE)) {
        unkept.gaps.set(i, new Gap(gap.boot(), gap.id(), STORE, gap.from(), until, gap.lost() + lost, gap.cause()));
        return;
      }
    }
    gap(STORE, Math.min(until, Math.max(0, present.watermark())), until, lost, Gap.Cause.OVERFLOW);
  }

  @Override
  public void commit(long watermark) {
    await();
    begin(watermark, () -> { });
    await();
  }

  private void await() {
    UnderWay begun = underWay;
    if (begun != null) {
      try {
        StoreThread.outcome(begun.writing);
      } catch (StoreException e) {
        takeBack(begun);
        throw e;
      }
      publish(begun);
    }
  }

  @Override
  public boolean settle() {
    UnderWay begun = underWay;
    if (begun != null && !begun.writing.isDone()) {
      return false;
    }
    await();
    return true;
  }

  @Override
  public void begin(long watermark, Runnable done) {
    if (underWay != null) {
      throw new IllegalStateException("a commit is under way");
    }
    long mark = Math.max(watermark, present.watermark());
    long latest = latest(mark);
    List<Living> living = new ArrayList<>();
    List<Task> ended = new ArrayList<>();
    batch.clear();
    eventWriter.begin();
    Turnover.Step step = turnover.encode(batch, begun(), latestKept(), mark, keptLive.keySet(), entryWriter,
        eventWriter);
    unkept.entries.forEach(entry -> {
      entryWriter.save(batch, entry);
      eventWriter.add(entry);
    });
    unkept.tasks.forEach(task -> keep(step.then(), task, living, ended));
    unkept.gaps.forEach(gap -> MetaRows.gap(batch, gap));
    unkept.clock.forEach(row -> MetaRows.clock(batch, present.boot, row));
    long events = eventWriter.encode(batch, step.then().current().number(), unkept.gaps,
        contents.kept().current().number(), refused == null ? -1 : refused.periods.current().number());
    MetaRows.WatermarkRow row = new MetaRows.WatermarkRow(mark, latest, turnover.written(step, batch), events);
    MetaRows.watermark(batch, present.boot.index(), row);
    if (position.length > 0 || present.position().length > 0) { // another source's may stand there
      MetaRows.position(batch, present.boot.index(), position);
    }
    Future<Boolean> writing = thread.start(() -> turnover.write(step, batch), done);
    Unkept kept = unkept;
    unkept = spare;
    underWay = new UnderWay(kept, living, ended, step.then(), row, position, writing);
  }

  /** The periods as they are or, since a commit was refused, may be. */
  private Periods begun() {
    return refused == null ? contents.kept() : refused.periods;
  }

  /** The latest time that anything carries that may have been kept by now. */
  private long latestKept() {
    return Math.max(present.latest(), refused == null ? 0 : refused.mark.latest());
  }

  /** The latest time that anything kept carries once this batch is. */
  private long latest(long mark) {
    long[] latest = {Math.max(mark, latestKept())};
    unkept.entries.forEach(entry -> latest[0] = Math.max(latest[0], entry.time()));
    unkept.tasks.forEach(task -> latest[0] = Math.max(latest[0], latest(task)));
    return latest[0];
  }

  private static long latest(Task task) {
    Ending ending = task.ending().orElse(null);
    return ending == null ? task.start() : Math.max(task.start(), ending.time());
  }

  private void keep(Periods periods, Task task, List<Living> living, List<Task> ended) {
    int boot = present.boot.index();
    eventWriter.add(task);
    record.of(task);
    Creator kept = keptLive.get(task);
    Ending ending = record.ending;
    if (ending == null) {
      Keys.live(batch.key, record.tid, record.start);
      record.encode(batch.value);
      batch.put(Family.LIVE);
      living.add(new Living(task, new Creator(record.creatorTid, record.creatorStart)));
    } else {
      if (kept != null) {
        Keys.live(batch.key, record.tid, record.start);
        batch.delete(Family.LIVE);
      }
      int period = periods.get(periods.indexOf(boot, ending.time())).number();
      Keys.task(batch.key, period, record.tid, record.start);
      record.encode(batch.value);
      batch.put(Family.TASKS);
      ended.add(task);
    }
    entryWriter.carry(batch, task.entry());
    if (record.creatorStart != TaskRecord.NOBODY && !isKeptAsChild(kept)) {
      for (int i = periods.indexOf(boot, record.start); i < periods.size(); i++) {
        Keys.child(batch.key, periods.get(i).number(), record.creatorTid, record.creatorStart, record.start,
            record.tid);
        batch.value.clear();
        batch.put(Family.CHILDREN);
      }
    }
  }

  private boolean isKeptAsChild(@Nullable Creator kept) {
    return kept != null && kept.tid == record.creatorTid && kept.start == record.creatorStart;
  }

  /** What is written becomes what readers see: new places first, and only then are the old ones given up. */
  private void publish(UnderWay begun) {
    contents.periods(begun.periods);
    entryWriter.committed(begun.kept.entries);
    storedEntries.refresh(present.boot.index(), begun.kept.entries);
    present.committed(begun.kept.gaps, begun.mark, begun.position);
    eventWriter.committed(begun.living.stream().map(Living::task).toList(), begun.ended, begun.kept.entries);
    begun.living.forEach(one -> keptLive.put(one.task, one.creator));
    begun.ended.forEach(task -> {
      keptLive.remove(task);
      live.remove(task);
    });
    contents.ring();
    begun.kept.clear();
    spare = begun.kept;
    underWay = null;
    refused = null;
  }

  private void takeBack(UnderWay begun) {
    begun.living.forEach(one -> keptLive.putIfAbsent(one.task, new Creator(0, TaskRecord.NOBODY)));
    unkept.takeBack(begun.kept);
    spare = begun.kept;
    underWay = null;
    refused = begun;
  }
}
