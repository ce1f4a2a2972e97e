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
import io.taskhistory.history.TaskId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has been committed: the reference store's disk. It outlives the store that is open on it, so that closing and
 * opening again can be tried. Nothing in it is shared with the writer: all rows are copies.
 */
public final class Kept {

  final List<KeptBoot> boots = new ArrayList<>();

  /** What is kept of one boot. */
  static final class KeptBoot {
    final Boot boot;
    final List<ClockLedger.Row> clock = new ArrayList<>();
    final List<Gap> gaps = new ArrayList<>();
    final NavigableMap<TaskKey, KeptTask> tasks = new TreeMap<>();
    final NavigableMap<EntryKey, KeptEntry> entries = new TreeMap<>();
    long watermark = -1;
    byte[] position = {};

    KeptBoot(Boot boot) {
      this.boot = boot;
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

    KeptTask closed(Ending how) {
      return new KeptTask(key, leader, entry, creator, reaper, comm, doubts, how, imprint);
    }
  }
}
