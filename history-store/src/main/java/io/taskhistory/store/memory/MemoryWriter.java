package io.taskhistory.store.memory;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.LiveTasks;
import io.taskhistory.store.memory.Kept.KeptBoot;
import io.taskhistory.store.memory.Kept.KeptTask;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Remembers what was named, and copies it at the commit. */
final class MemoryWriter implements HistoryWriter {

  private final MemoryHistoryStore store;
  private final KeptBoot kept;
  private final Set<Task> tasks = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Entry> entries = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<ClockLedger.Row> clock = new ArrayList<>();
  private final List<Gap> gaps = new ArrayList<>();
  private byte[] position;

  MemoryWriter(MemoryHistoryStore store) {
    this.store = store;
    this.kept = store.present;
    this.position = kept.position;
  }

  @Override
  public Boot boot() {
    return kept.boot;
  }

  @Override
  public LiveTasks live() {
    return store.live;
  }

  @Override
  public long watermark() {
    store.lock.readLock().lock();
    try {
      return kept.watermark;
    } finally {
      store.lock.readLock().unlock();
    }
  }

  @Override
  public Entry root() {
    return store.root;
  }

  @Override
  public void save(Task task) {
    tasks.add(task);
    Task holder = store.live.get(task.tid());
    if (task.isLive() || holder == null || holder.start() < task.start()) {
      store.live.put(task);
    }
  }

  @Override
  public void save(Entry entry) {
    entries.add(entry);
  }

  @Override
  public Gap gap(String source, long from, long to, long lost, Gap.Cause cause) {
    Gap gap = new Gap(kept.boot, kept.gaps.size() + gaps.size() + 1, source, from, to, lost, cause);
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
    return kept.position.clone();
  }

  @Override
  public void commit(long watermark) {
    store.lock.writeLock().lock();
    try {
      store.checkOpen();
      long mark = Math.max(kept.watermark, watermark);
      store.turnOver(mark);
      int slice = store.current().number();
      kept.log.keep(slice, tasks, entries, gaps, store.live);
      entries.forEach(entry -> kept.need(entry, slice));
      for (Task task : tasks) {
        KeptTask copy = KeptTask.of(task);
        kept.tasks.put(copy.key(), copy);
        kept.need(task.entry(), slice);
        kept.latest = Math.max(kept.latest, latest(task));
        if (!task.isLive()) {
          store.live.remove(task);
        }
      }
      entries.forEach(entry -> kept.latest = Math.max(kept.latest, entry.time()));
      kept.latest = Math.max(kept.latest, mark);
      kept.gaps.addAll(gaps);
      kept.clock.addAll(clock);
      kept.watermark = mark;
      kept.position = position;
      tasks.clear();
      entries.clear();
      gaps.clear();
      clock.clear();
    } finally {
      store.lock.writeLock().unlock();
    }
    store.bell.ring();
  }

  private static long latest(Task task) {
    return task.ending().map(ending -> Math.max(task.start(), ending.time())).orElse(task.start());
  }

  @Override
  public boolean isDirty() {
    return !tasks.isEmpty() || !entries.isEmpty() || !gaps.isEmpty() || !clock.isEmpty();
  }
}
