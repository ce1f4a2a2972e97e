package io.taskhistory.collector.tracking;

import io.taskhistory.collector.source.ExecRecord;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What audit is good for beside another spine: it knows the arguments, the directory and the user of an exec without
 * having to read them from /proc in time, and it knows of execs that the spine has missed.
 *
 * <p>A record does not say when its exec succeeded, but bounds it: after the syscall was entered, which is known to a
 * clock tick, and before the record was received; and the process's exec before had succeeded when it was entered. So
 * of the process's entries those that fit are few, nearly always one. Where they are more, because a process has exec'd
 * more than once within a tick, the records of the same tick have to be as many, and go by their order. No other
 * distance in time counts: a stop by a debugger between the two reports changes nothing.
 *
 * <pre>
 *   entries              E1                 E2
 *   ─────────────────────┼──────────────────┼───────────────► time
 *   record of E2                [enteredFrom   enteredTo] …  toldAt
 * </pre>
 */
final class RecordedExecs implements TaskEvents {

  /** How many at most wait for a spine that does not get on. */
  private static final int MOST_WAITING = 1 << 14;

  /** How many execs of one process are looked back over; it would have had to make them in the time of one batch. */
  private static final int MOST_STEPS = 512;

  /** Is told of a time in which the spine has missed an exec. */
  interface Contradiction {
    void between(long from, long to);
  }

  private final HistoryWriter writer;
  private final LiveTable live;
  private final LongSupplier spineWholeSince;
  private final Contradiction contradiction;
  private final Deque<ExecRecord> waiting = new ArrayDeque<>();
  private boolean isOfSpine;
  private long wholeSince = Long.MIN_VALUE;

  /**
   * Makes one.
   *
   * @param spineWholeSince since when the spine has lost nothing
   */
  RecordedExecs(HistoryWriter writer, LiveTable live, LongSupplier spineWholeSince, Contradiction contradiction) {
    this.writer = writer;
    this.live = live;
    this.spineWholeSince = spineWholeSince;
    this.contradiction = contradiction;
  }

  @Override
  public void cloned(
      long time, int callerTid, boolean callerAssumed, int childTid, int childTgid, long flags, RawText comm) {}

  @Override
  public void execed(long time, int tid, int oldTid, RawText name, RawText filename) {}

  @Override
  public void renamed(long time, int tid, RawText name) {}

  @Override
  public void exited(long time, int tid, int tgid, int waitStatus, int parentTgid) {}

  /** Whether the spine is where the records come from, and so cannot be contradicted by them. */
  void ofSpine(boolean isSame) {
    isOfSpine = isSame;
  }

  @Override
  public void execRecorded(ExecRecord exec) {
    if (waiting.size() == MOST_WAITING) {
      wholeSince = waiting.remove().toldAt();
    }
    waiting.add(exec);
  }

  /** Records are missing; what comes of that is a gap of this source, and touches no history. */
  @Override
  public void lost(long from, long to, long count, Gap.Cause cause) {
    writer.gap("audit", from, to, count, cause);
    wholeSince = Math.max(wholeSince, to);
  }

  /** The spine has told everything up to {@code time}. */
  void drained(long time) {
    if (waiting.isEmpty() || waiting.element().toldAt() > time) {
      return;
    }
    Map<Integer, List<ExecRecord>> ripe = new LinkedHashMap<>();
    long since = Long.MAX_VALUE;
    while (!waiting.isEmpty() && waiting.element().toldAt() <= time) {
      ExecRecord exec = waiting.remove();
      since = Math.min(since, exec.enteredFrom());
      ripe.computeIfAbsent(exec.pid(), pid -> new ArrayList<>()).add(exec);
    }
    Map<Integer, List<Task>> ended = new HashMap<>();
    live.forEachEndedSince(since, task -> {
      if (ripe.containsKey(task.tid())) {
        ended.computeIfAbsent(task.tid(), tid -> new ArrayList<>()).add(task);
      }
    });
    ripe.forEach((pid, execs) -> settle(execs, ended.getOrDefault(pid, List.of())));
  }

  /** All of them are of one pid. */
  private void settle(List<ExecRecord> execs, List<Task> ended) {
    for (ExecRecord exec : execs) {
      if (exec.enteredFrom() > Math.max(wholeSince, spineWholeSince.getAsLong())) {
        settle(exec, execs, entries(exec, ended));
      }
    }
  }

  private void settle(ExecRecord exec, List<ExecRecord> all, List<Entry> entries) {
    if (entries.isEmpty()) {
      complain(exec);
      return;
    }
    List<ExecRecord> peers = all.stream().filter(other -> areOfOneTick(exec, other)).toList();
    List<Entry> fitting = entries;
    if (fitting.size() != peers.size()) { // then the names may tell them apart
      fitting = entries.stream().filter(entry -> entry.name().equals(exec.comm())).toList();
      peers = peers.stream().filter(other -> other.comm().equals(exec.comm())).toList();
    }
    if (fitting.size() == peers.size()) {
      fillIn(fitting.get(peers.indexOf(exec)), exec);
    }
  }

  private static boolean areOfOneTick(ExecRecord one, ExecRecord other) {
    return one.enteredFrom() <= other.enteredTo() && other.enteredFrom() <= one.enteredTo();
  }

  /** The execs that this can be the record of, oldest first. */
  private List<Entry> entries(ExecRecord exec, List<Task> ended) {
    List<Entry> entries = new ArrayList<>();
    Tracked holder = live.find(exec.pid());
    if (holder != null) {
      collect(holder.task, exec, entries);
    }
    ended.forEach(task -> collect(task, exec, entries));
    entries.sort(Comparator.comparingLong(Entry::time));
    return entries;
  }

  private static void collect(Task task, ExecRecord exec, List<Entry> entries) {
    Entry entry = task.entry();
    for (int i = 0; i < MOST_STEPS && isOwn(entry, task) && entry.time() >= exec.enteredFrom(); i++) {
      Entry before = entry.parent();
      long since = before != null && isOwn(before, task) ? before.time() : task.start();
      if (entry.time() <= exec.toldAt() && since <= exec.enteredTo() && entry.provenance() != Provenance.SNAPSHOT) {
        entries.add(entry);
      }
      if (before == null) {
        return;
      }
      entry = before;
    }
  }

  private static boolean isOwn(Entry entry, Task task) {
    return entry.pid() == task.tid() && !entry.isRoot() && entry.time() > task.start();
  }

  private void fillIn(Entry entry, ExecRecord exec) {
    if (entry.name().isKnown() && !entry.name().equals(exec.comm())) {
      return;
    }
    entry.know(exec.comm(), Provenance.OBSERVED);
    entry.detail(exec.details().completedBy(entry.details()));
    writer.save(entry);
  }

  /** The spine has told of no such exec, although it knew the process well before. */
  private void complain(ExecRecord exec) {
    Tracked holder = live.find(exec.pid());
    if (!isOfSpine && holder != null && live.isSure(holder) && holder.isLeader() && holder.task.start() < exec.enteredFrom()
        && holder.seenAt < exec.enteredFrom() && holder.task.entry().time() < exec.enteredFrom()) {
      contradiction.between(exec.enteredFrom(), exec.toldAt());
    }
  }
}
