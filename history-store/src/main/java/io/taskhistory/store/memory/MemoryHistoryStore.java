package io.taskhistory.store.memory;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import io.taskhistory.store.Bell;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.LiveTasks;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreHealth;
import io.taskhistory.store.StoreSettings;
import io.taskhistory.store.Upkeep;
import io.taskhistory.store.memory.Kept.EntryKey;
import io.taskhistory.store.memory.Kept.KeptBoot;
import io.taskhistory.store.memory.Kept.KeptEntry;
import io.taskhistory.store.memory.Kept.KeptSlice;
import io.taskhistory.store.memory.Kept.KeptTask;
import io.taskhistory.store.memory.Kept.TaskKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The reference store. A commit copies what was saved into sorted maps, reads build their answers from those; one
 * read-write lock keeps them apart, so unlike in the real store readers do wait for the writer.
 */
public final class MemoryHistoryStore implements HistoryStore, Upkeep {

  final Kept kept;
  private final long sliceLength;
  private int givenUp = -1;
  final KeptBoot present;
  final LiveTasks live = new LiveTasks();
  final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  final Bell bell = new Bell();
  final Entry root;
  private final MemoryWriter writer;
  private final MemoryReader reader;
  private boolean closed;

  private MemoryHistoryStore(Kept kept, BootFacts facts, StoreSettings settings) {
    this.kept = kept;
    this.sliceLength = settings.slice().toNanos();
    this.present = bootOf(kept, facts);
    this.reader = new MemoryReader(this);
    StoredHistory history = new StoredHistory(this, present);
    KeptEntry keptRoot = present.entries.get(new EntryKey(0, 0));
    if (keptRoot == null) {
      root = Entry.root(Provenance.SNAPSHOT);
      present.need(root, current().number());
    } else {
      root = history.entry(new EntryKey(0, 0));
    }
    List<KeptTask> tasks = new ArrayList<>(present.tasks.values());
    tasks.removeIf(task -> task.ending() != null);
    for (KeptTask task : tasks) {
      if (task.leader().equals(task.key())) {
        live.put(history.task(task));
      }
    }
    for (KeptTask task : tasks) {
      if (!task.leader().equals(task.key())) {
        live.put(history.task(task));
      }
    }
    this.writer = new MemoryWriter(this);
  }

  /** A new store. */
  public static MemoryHistoryStore open(BootFacts facts) {
    return open(new Kept(), facts);
  }

  /** Goes on with what an earlier store kept. */
  public static MemoryHistoryStore open(Kept kept, BootFacts facts) {
    return open(kept, facts, StoreSettings.DEFAULT);
  }

  /** The same with slices of a length of one's own; they can be of any size. */
  public static MemoryHistoryStore open(Kept kept, BootFacts facts, StoreSettings settings) {
    return new MemoryHistoryStore(kept, facts, settings);
  }

  private static KeptBoot bootOf(Kept kept, BootFacts facts) {
    List<KeptBoot> boots = kept.boots;
    boots.replaceAll(MemoryHistoryStore::again);
    KeptBoot last = boots.isEmpty() ? null : boots.get(boots.size() - 1);
    if (last != null && last.boot.id().equals(facts.bootId())) {
      ClockLedger.Row clock = facts.clock().after(last.boot.clock().last(), last.watermark);
      if (last.boot.clock().observe(clock)) {
        last.clock.add(clock);
      }
      return last;
    }
    if (boots.stream().anyMatch(boot -> boot.boot.id().equals(facts.bootId()))) {
      throw new StoreException("The boot " + facts.bootId() + " was recorded before a later one and cannot be resumed");
    }
    if (last != null) {
      long watermark = last.watermark;
      last.tasks.replaceAll((key, task) -> task.ending() != null
          ? task
          : task.closed(new Ending(
              Math.max(watermark, Math.max(key.start(), task.entry().time())), Ending.UNKNOWN_STATUS)));
    }
    int index = last == null ? 0 : last.boot.index() + 1;
    Boot boot = new Boot(index, facts.bootId(), facts.wallStart(), new ClockLedger(List.of(facts.clock())));
    int number = last == null ? 0 : kept.slices.get(kept.slices.size() - 1).number() + 1;
    kept.slices.add(new KeptSlice(number, index, 0, facts.clock().from()));
    KeptBoot begun = new KeptBoot(boot);
    begun.clock.add(facts.clock());
    boots.add(begun);
    return begun;
  }

  /** What was committed, without what only the last store's objects said. */
  private static KeptBoot again(KeptBoot before) {
    Boot boot = new Boot(
        before.boot.index(), before.boot.id(), before.boot.wallStart(), new ClockLedger(before.clock));
    KeptBoot again = new KeptBoot(boot, new KeptLog(before.log));
    again.clock.addAll(before.clock);
    before.gaps.forEach(gap -> again.gaps.add(
        new Gap(boot, gap.id(), gap.source(), gap.from(), gap.to(), gap.lost(), gap.cause())));
    again.tasks.putAll(before.tasks);
    again.entries.putAll(before.entries);
    again.neededIn.putAll(before.neededIn);
    again.latest = before.latest;
    again.watermark = before.watermark;
    again.position = before.position;
    return again;
  }

  @Override
  public HistoryWriter writer() {
    return writer;
  }

  @Override
  public HistoryReader reader() {
    return reader;
  }

  @Override
  public Upkeep upkeep() {
    return this;
  }

  @Override
  public List<Slice> slices() {
    lock.readLock().lock();
    try {
      List<Slice> slices = new ArrayList<>();
      for (int i = 0; i < kept.slices.size(); i++) {
        KeptSlice slice = kept.slices.get(i);
        KeptBoot of = kept.boots.stream().filter(boot -> boot.boot.index() == slice.boot()).findFirst().orElseThrow();
        boolean isLast = i + 1 == kept.slices.size() || kept.slices.get(i + 1).boot() != slice.boot();
        long from = slice.from() == 0 ? of.boot.wallStart() : of.boot.wallAt(slice.from());
        long to = of.boot.wallAt(isLast ? of.watermark : kept.slices.get(i + 1).from());
        slices.add(new Slice(slice.number(), slice.boot(), from, Math.max(from, to)));
      }
      return slices;
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void giveUp(int number) {
    lock.writeLock().lock();
    try {
      givenUp = Math.max(givenUp, Math.min(number, current().number()));
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** The slice that is being written. */
  KeptSlice current() {
    return kept.slices.get(kept.slices.size() - 1);
  }

  /** To be called under the lock, first in a commit: begins a slice where the present one is over, and forgets others. */
  void turnOver(long mark) {
    KeptSlice current = current();
    if (mark - current.opened() >= sliceLength || givenUp >= current.number()) {
      kept.slices.add(new KeptSlice(
          current.number() + 1, current.boot(), Math.max(present.latest, current.from()) + 1, mark));
      present.need(root, current.number() + 1);
      live.forEach(task -> {
        present.need(task.entry(), current.number() + 1);
        present.tasks.computeIfPresent(
            new TaskKey(task.tid(), task.start()), (key, kept) -> task.isLeader() ? kept : KeptTask.of(task));
      });
    }
    kept.giveUp(givenUp);
  }

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public StoreHealth health() {
    return StoreHealth.FINE;
  }

  @Override
  public StoreHealth writing() {
    return StoreHealth.FINE;
  }

  boolean isClosed() {
    lock.readLock().lock();
    try {
      return closed;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** To be called under the lock. */
  void checkOpen() {
    if (closed) {
      throw new StoreException("The store is closed");
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
    } finally {
      lock.writeLock().unlock();
    }
    bell.ring();
  }

  @Nullable Task livingOrNull(int tid, long start) {
    Task top = live.get(tid);
    return top != null && top.start() == start ? top : live.get(tid, start);
  }
}
