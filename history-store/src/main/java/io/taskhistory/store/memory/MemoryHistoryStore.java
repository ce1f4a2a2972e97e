package io.taskhistory.store.memory;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.LiveTasks;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreHealth;
import io.taskhistory.store.Upkeep;
import io.taskhistory.store.memory.Kept.EntryKey;
import io.taskhistory.store.memory.Kept.KeptBoot;
import io.taskhistory.store.memory.Kept.KeptEntry;
import io.taskhistory.store.memory.Kept.KeptTask;
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
  final KeptBoot present;
  final LiveTasks live = new LiveTasks();
  final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  final Entry root;
  private final MemoryWriter writer;
  private final MemoryReader reader;
  private boolean closed;

  private MemoryHistoryStore(Kept kept, BootFacts facts) {
    this.kept = kept;
    this.present = bootOf(kept, facts);
    this.reader = new MemoryReader(this);
    StoredHistory history = new StoredHistory(this, present);
    KeptEntry keptRoot = present.entries.get(new EntryKey(0, 0));
    if (keptRoot == null) {
      root = Entry.root(Provenance.SNAPSHOT);
      present.entries.put(EntryKey.of(root), KeptEntry.of(root));
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
    return new MemoryHistoryStore(kept, facts);
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
          : task.closed(new Ending(Math.max(watermark, key.start()), Ending.UNKNOWN_STATUS)));
    }
    Boot boot =
        new Boot(boots.size(), facts.bootId(), facts.wallStart(), new ClockLedger(List.of(facts.clock())));
    KeptBoot begun = new KeptBoot(boot);
    begun.clock.add(facts.clock());
    boots.add(begun);
    return begun;
  }

  /** What was committed, without what only the last store's objects said. */
  private static KeptBoot again(KeptBoot before) {
    Boot boot = new Boot(
        before.boot.index(), before.boot.id(), before.boot.wallStart(), new ClockLedger(before.clock));
    KeptBoot again = new KeptBoot(boot);
    again.clock.addAll(before.clock);
    before.gaps.forEach(gap -> again.gaps.add(
        new Gap(boot, gap.id(), gap.source(), gap.from(), gap.to(), gap.lost(), gap.cause())));
    again.tasks.putAll(before.tasks);
    again.entries.putAll(before.entries);
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
    Boot boot = present.boot;
    long from = boot.wallStart();
    return List.of(new Slice(0, boot.index(), from, Math.max(from, boot.wallAt(present.watermark))));
  }

  @Override
  public void giveUp(int number) {
    // It is bounded by the life of whoever uses it.
  }

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public StoreHealth health() {
    return StoreHealth.FINE;
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
  }

  @Nullable Task livingOrNull(int tid, long start) {
    Task top = live.get(tid);
    return top != null && top.start() == start ? top : live.get(tid, start);
  }
}
