package io.taskhistory.store.memory;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Details;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has been committed: the reference store's disk. It outlives the store that is open on it, so that closing and
 * opening again can be tried. Nothing in it is shared with the writer: all rows are copies.
 */
public final class Kept {

  /** Those of which a slice is kept. */
  final List<KeptBoot> boots = new ArrayList<>();

  /** All that are kept, the oldest first; the last is the one that is being written. */
  final List<KeptSlice> slices = new ArrayList<>();

  /**
   * A stretch of one boot's time, until the next one's of the same boot.
   *
   * @param from the first time that belongs to it
   * @param opened when it was begun, from which its length counts
   */
  record KeptSlice(int number, int boot, long from, long opened) {}

  /** The number of the slice that a task is in: that of its end or, where that is given up, the boot's first. */
  int sliceOf(int boot, Ending ending) {
    int found = -1;
    for (KeptSlice slice : slices) {
      if (slice.boot == boot && (found < 0 || slice.from <= ending.time())) {
        found = slice.number;
      }
    }
    return found;
  }

  /** Forgets all slices up to that number: the tasks in them, what no task since has had in its history, whole boots. */
  void giveUp(int number) {
    if (number < slices.get(0).number) {
      return;
    }
    for (KeptBoot boot : boots) {
      boot.tasks.values().removeIf(
          task -> task.ending() != null && sliceOf(boot.boot.index(), task.ending()) <= number);
      boot.entries.keySet().removeIf(key -> boot.neededIn.getOrDefault(key, -1) <= number);
      boot.log.giveUp(number);
    }
    slices.removeIf(slice -> slice.number <= number);
    boots.removeIf(boot -> slices.stream().noneMatch(slice -> slice.boot == boot.boot.index()));
  }

  /** What is kept of one boot. */
  static final class KeptBoot {
    final Boot boot;
    final List<ClockLedger.Row> clock = new ArrayList<>();
    final List<Gap> gaps = new ArrayList<>();
    final NavigableMap<TaskKey, KeptTask> tasks = new TreeMap<>();
    final NavigableMap<EntryKey, KeptEntry> entries = new TreeMap<>();

    /** In which slice each entry was last saved, or in the history of a task that lived. */
    final Map<EntryKey, Integer> neededIn = new HashMap<>();
    long watermark = -1;

    /** The latest time that anything kept carries. */
    long latest;
    byte[] position = {};
    final KeptLog log;

    KeptBoot(Boot boot) {
      this(boot, new KeptLog());
    }

    KeptBoot(Boot boot, KeptLog log) {
      this.boot = boot;
      this.log = log;
    }

    /** Keeps an entry, and with it its ancestors, at least as long as a slice. */
    void need(Entry last, int slice) {
      for (@Nullable Entry e = last; e != null; e = e.parent()) {
        entries.put(EntryKey.of(e), KeptEntry.of(e));
        neededIn.put(EntryKey.of(e), slice);
      }
    }
  }

  record TaskKey(int tid, long start) implements Comparable<TaskKey> {
    private static final Comparator<TaskKey> ORDER =
        Comparator.comparingInt(TaskKey::tid).thenComparingLong(TaskKey::start);

    @Override
    public int compareTo(TaskKey other) {
      return ORDER.compare(this, other);
    }
  }

  /** The root goes by pid 0: a snapshot can have an entry of pid 1 at time 0. */
  record EntryKey(long time, int pid) implements Comparable<EntryKey> {
    private static final Comparator<EntryKey> ORDER =
        Comparator.comparingLong(EntryKey::time).thenComparingInt(EntryKey::pid);

    static EntryKey of(Entry entry) {
      return new EntryKey(entry.time(), entry.isRoot() ? 0 : entry.pid());
    }

    @Override
    public int compareTo(EntryKey other) {
      return ORDER.compare(this, other);
    }
  }

  record KeptEntry(
      @Nullable EntryKey parent, long time, int pid, RawText name, Provenance provenance, Details details) {

    static KeptEntry of(Entry e) {
      Entry parent = e.parent();
      return new KeptEntry(
          parent == null ? null : EntryKey.of(parent), e.time(), e.pid(), e.name(), e.provenance(), e.details());
    }
  }

  /**
   * One task.
   *
   * @param comm null where it was the known name of the entry: then it stays that name, also when the name is unlearned
   */
  record KeptTask(
      TaskKey key, TaskKey leader, EntryKey entry, @Nullable TaskKey creator, @Nullable TaskId reaper,
      @Nullable RawText comm, Doubts doubts, @Nullable Ending ending, long imprint) {

    static KeptTask of(Task task) {
      Entry entry = task.entry();
      boolean namedByEntry = task.comm().isKnown() && task.comm().equals(entry.name());
      return new KeptTask(
          new TaskKey(task.tid(), task.start()),
          new TaskKey(task.tgid(), task.leader().start()),
          EntryKey.of(entry),
          task.creatorStart() < 0 ? null : new TaskKey(task.creatorTid(), task.creatorStart()),
          task.reaper().orElse(null),
          namedByEntry ? null : task.comm(),
          task.doubts(),
          task.ending().orElse(null),
          task.imprint());
    }

    KeptTask closed(Ending how) {
      return new KeptTask(key, leader, entry, creator, reaper, comm, doubts, how, imprint);
    }
  }
}
