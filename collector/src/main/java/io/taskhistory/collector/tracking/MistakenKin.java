package io.taskhistory.collector.tracking;

import io.taskhistory.history.Entry;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Those who were taken to descend from a task although they may come of the next holder of its tid, as neither the end
 * of the one nor the start of the other was told. Those that live get the history that /proc shows of them; and what the
 * task itself is said to have exec'd in that time is taken from it.
 */
final class MistakenKin {

  private final HistoryWriter writer;
  private final LiveTable live;
  private final Importer importer;

  MistakenKin(HistoryWriter writer, LiveTable live, Importer importer) {
    this.writer = writer;
    this.live = live;
    this.importer = importer;
  }

  /** {@code former}, which has ended, may have had its tid no longer than until {@code since}. */
  void part(Task former, long since) {
    long known = Math.max(since, former.start());
    Entry entry = former.entryAt(known);
    Set<TaskId> mistaken = new HashSet<>(Set.of(former.id()));
    for (Tracked leader : bornSince(known)) {
      if (isFrom(leader.task, entry) && isMistaken(leader.task, mistaken)) {
        mistaken.add(leader.task.id());
        for (Tracked thread = leader.process.firstThread; thread != null; thread = thread.nextThread) {
          mistaken.add(thread.task.id());
        }
        importer.bringAnew(leader);
      }
    }
    if (former.isLeader() && former.entry() != entry) {
      former.enter(entry);
      writer.save(former);
    }
  }

  /** Those before their children. */
  private List<Tracked> bornSince(long time) {
    List<Tracked> born = new ArrayList<>();
    live.forEach(tracked -> {
      if (tracked.isLeader() && tracked.task.start() >= time) {
        born.add(tracked);
      }
    });
    born.sort(Comparator.comparingLong(tracked -> tracked.task.start()));
    return born;
  }

  private static boolean isFrom(Task task, Entry ancestor) {
    @Nullable Entry entry = task.entry();
    while (entry != null && entry != ancestor) {
      entry = entry.parent();
    }
    return entry == ancestor;
  }

  /** A creator that is no more may have been one of theirs. */
  private boolean isMistaken(Task task, Set<TaskId> mistaken) {
    TaskId creator = task.creator().orElse(null);
    if (creator == null) {
      return false; // it was brought in from /proc
    }
    Tracked present = live.find(creator.tid());
    return mistaken.contains(creator) || present == null || !present.task.id().equals(creator);
  }
}
