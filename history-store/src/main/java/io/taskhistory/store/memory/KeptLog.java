package io.taskhistory.store.memory;

import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Task;
import io.taskhistory.store.LiveTasks;
import io.taskhistory.store.memory.Kept.EntryKey;
import io.taskhistory.store.memory.Kept.TaskKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The event log of one boot: a row for each commit that had any event. */
final class KeptLog {

  /** In the order in which they come where the time is the same. */
  enum Kind { FORK, EXEC, EXIT, GAP }

  /**
   * What happened to which task; of an exec also {@code time} tells which, of a gap its id is in the place of the tid.
   *
   * @param start of the task; {@link #UNKNOWN} where an exec came so late that its task had been kept as ended
   */
  record KeptEvent(Kind kind, long time, int tid, long start) {}

  record KeptRow(long number, int slice, List<KeptEvent> events) {}

  static final long UNKNOWN = -1;

  private static final Comparator<KeptEvent> ORDER = Comparator.comparingLong(KeptEvent::time)
      .thenComparing(KeptEvent::kind).thenComparingInt(KeptEvent::tid).thenComparingLong(KeptEvent::start);

  final List<KeptRow> rows = new ArrayList<>();
  long next;
  private final Set<TaskKey> forked = new HashSet<>();
  private final Set<TaskKey> exited = new HashSet<>();
  private final Set<EntryKey> execed = new HashSet<>();

  KeptLog() {}

  KeptLog(KeptLog before) {
    rows.addAll(before.rows);
    next = before.next;
    forked.addAll(before.forked);
    exited.addAll(before.exited);
    execed.addAll(before.execed);
  }

  /** A commit keeps these. */
  void keep(int slice, Iterable<Task> tasks, Iterable<Entry> entries, List<Gap> gaps, LiveTasks live) {
    List<KeptEvent> events = new ArrayList<>();
    for (Task task : tasks) {
      TaskKey key = new TaskKey(task.tid(), task.start());
      if (forked.add(key)) {
        events.add(new KeptEvent(Kind.FORK, task.start(), task.tid(), task.start()));
      }
      task.ending().filter(ending -> exited.add(key)).ifPresent(
          ending -> events.add(new KeptEvent(Kind.EXIT, ending.time(), task.tid(), task.start())));
    }
    for (Entry entry : entries) {
      if (!entry.isRoot() && execed.add(EntryKey.of(entry))) {
        Task task = live.execed(entry);
        events.add(
            new KeptEvent(Kind.EXEC, entry.time(), entry.pid(), task == null ? UNKNOWN : task.start()));
      }
    }
    gaps.forEach(gap -> events.add(new KeptEvent(Kind.GAP, gap.to(), gap.id(), 0)));
    if (!events.isEmpty()) {
      events.sort(ORDER);
      rows.add(new KeptRow(next++, slice, events));
    }
  }

  void giveUp(int slice) {
    rows.removeIf(row -> row.slice <= slice);
  }

  @Nullable KeptRow first() {
    return rows.isEmpty() ? null : rows.get(0);
  }
}
