package io.taskhistory.store.memory;

import io.taskhistory.history.Entry;
import io.taskhistory.history.Task;
import io.taskhistory.store.memory.Kept.EntryKey;
import io.taskhistory.store.memory.Kept.KeptBoot;
import io.taskhistory.store.memory.Kept.KeptEntry;
import io.taskhistory.store.memory.Kept.KeptTask;
import io.taskhistory.store.memory.Kept.TaskKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes tasks and entries of what is kept of one boot; within one of these the same key gives the same object. */
final class StoredHistory {

  private final MemoryHistoryStore store;
  private final KeptBoot boot;
  private final Map<EntryKey, Entry> entries = new HashMap<>();
  private final Map<TaskKey, Task> leaders = new HashMap<>();

  StoredHistory(MemoryHistoryStore store, KeptBoot boot) {
    this.store = store;
    this.boot = boot;
  }

  Entry entry(EntryKey key) {
    Entry known = entries.get(key);
    if (known != null) {
      return known;
    }
    KeptEntry kept = Objects.requireNonNull(boot.entries.get(key));
    @Nullable EntryKey parent = kept.parent();
    Entry entry = parent == null
        ? Entry.root(kept.provenance())
        : new Entry(entry(parent), kept.time(), kept.pid(), kept.name(), kept.provenance());
    entry.know(kept.name(), kept.provenance());
    entry.detail(kept.details());
    entries.put(key, entry);
    return entry;
  }

  Task task(KeptTask kept) {
    int tid = kept.key().tid();
    long start = kept.key().start();
    Task task = kept.leader().equals(kept.key())
        ? Task.leader(boot.boot, tid, start, entry(kept.entry()))
        : Task.thread(leaderOf(kept), tid, start);
    if (kept.creator() != null) {
      task.createdBy(kept.creator().tid(), kept.creator().start());
    }
    task.reapedBy(kept.reaper());
    task.rename(kept.comm() == null ? entry(kept.entry()).name() : kept.comm());
    if (task.isLeader()) {
      task.doubt(kept.doubts());
    }
    task.imprint(kept.imprint());
    if (kept.ending() != null) {
      task.end(kept.ending());
    }
    return task;
  }

  private Task leaderOf(KeptTask thread) {
    Task known = leaders.get(thread.leader());
    if (known == null) {
      known = leader(thread);
      leaders.put(thread.leader(), known);
    }
    return known;
  }

  /** The thread's leader as it lives or is kept; where it is neither, one that stands in with the same history. */
  private Task leader(KeptTask thread) {
    if (boot == store.present) {
      Task living = store.livingOrNull(thread.leader().tid(), thread.leader().start());
      if (living != null && living.isLeader()) {
        return living;
      }
    }
    KeptTask kept = boot.tasks.get(thread.leader());
    if (kept != null && kept.ending() != null && kept.leader().equals(kept.key())) {
      return task(kept);
    }
    Task standIn =
        Task.leader(boot.boot, thread.leader().tid(), thread.leader().start(), entry(thread.entry()));
    standIn.doubt(thread.doubts());
    return standIn;
  }
}
