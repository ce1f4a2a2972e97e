package io.taskhistory.collector.tracking;

import io.taskhistory.collector.source.ExecRecord;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
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
 * <p>A record does not say when its exec succeeded, but bounds it: after the syscall was entered, which is known to two
 * clock ticks, and before the record was received; and the process's exec before had succeeded when it was entered. So
 * of the process's entries those that fit are few, nearly always one. Where a process has exec'd more than once within
 * that, order has to tell: a record is that of an entry if there is no other way to give each of the records an entry
 * in the same order. No other distance in time counts: a stop by a debugger between the two reports changes nothing.
 *
 * <pre>
 *   entries              E1                 E2
 *   ─────────────────────┼──────────────────┼───────────────► time
 *   record of E2                [enteredFrom   enteredTo] …  toldAt
 * </pre>
 */
final class RecordedExecs implements EventsBeside {

  private static final String SOURCE = "audit";

  /** How many at most wait for a spine that does not get on. */
  private static final int MOST_WAITING = 1 << 14;

  /** How many execs of one process are looked back over; it would have had to make them in the time of one batch. */
  private static final int MOST_STEPS = 512;

  /**
   * An exec that the spine has told of.
   *
   * @param since when what called exec began
   * @param unknownUntil see {@link #unknownUntil}
   */
  private record Exec(Entry entry, long since, long unknownUntil) {

    boolean isMaybeAt(ExecRecord exec) {
      return exec.enteredFrom() <= entry.time() && entry.time() <= exec.toldAt()
          && since <= exec.enteredTo() && unknownUntil < exec.enteredFrom();
    }

    boolean isMaybe(ExecRecord exec) {
      return isMaybeAt(exec) && (!entry.name().isKnown() || entry.name().equals(exec.comm()));
    }
  }

  /** Is told of a time in which the spine has missed an exec. */
  interface Contradiction {
    void between(long from, long to);
  }

  private final HistoryWriter writer;
  private final LiveTable live;
  private final LongSupplier spineWholeSince;
  private final Contradiction contradiction;
  private final Findings findings;
  private final Deque<ExecRecord> waiting = new ArrayDeque<>();
  /** Of each pid the time of the last entry whose record is known. */
  private final Map<Integer, Long> taken = new LinkedHashMap<>() {

    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Integer, Long> eldest) {
      return size() > MOST_WAITING;
    }
  };
  private boolean isOfSpine;
  private long wholeSince = Long.MIN_VALUE;

  /**
   * Makes one.
   *
   * @param spineWholeSince since when the spine has lost nothing
   * @param findings counts how records and spine agree
   */
  RecordedExecs(HistoryWriter writer, LiveTable live, LongSupplier spineWholeSince, Contradiction contradiction,
      Findings findings) {
    this.writer = writer;
    this.live = live;
    this.spineWholeSince = spineWholeSince;
    this.contradiction = contradiction;
    this.findings = findings;
  }

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
    writer.gap(SOURCE, from, to, count, cause);
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
      if (exec.enteredFrom() > Math.max(wholeSince, spineWholeSince.getAsLong())) {
        since = Math.min(since, exec.enteredFrom());
        ripe.computeIfAbsent(exec.pid(), pid -> new ArrayList<>()).add(exec);
      }
    }
    Map<Integer, List<Tracked>> ended = new HashMap<>();
    live.forEachEndedSince(since, leader -> {
      if (ripe.containsKey(leader.task.tid())) {
        ended.computeIfAbsent(leader.task.tid(), tid -> new ArrayList<>()).add(leader);
      }
    });
    ripe.forEach((pid, execs) -> settle(execs, holders(pid, ended)));
  }

  /** Who had the pid lately. */
  private List<Tracked> holders(int pid, Map<Integer, List<Tracked>> ended) {
    List<Tracked> holders = new ArrayList<>(ended.getOrDefault(pid, List.of()));
    Tracked present = live.find(pid);
    if (present != null) {
      holders.add(present);
    }
    return holders;
  }

  /** All of them are of one pid, in the order of the execs. */
  private void settle(List<ExecRecord> execs, List<Tracked> holders) {
    List<Exec> told = told(execs, holders);
    int[] earliest = new int[execs.size()];
    int[] latest = new int[execs.size()];
    for (int i = 0, next = 0; i < earliest.length; i++) {
      while (next < told.size() && !told.get(next).isMaybe(execs.get(i))) {
        next++;
      }
      earliest[i] = next++;
    }
    for (int i = latest.length - 1, next = told.size() - 1; i >= 0; i--) {
      while (next >= 0 && !told.get(next).isMaybe(execs.get(i))) {
        next--;
      }
      latest[i] = next--;
    }
    if (latest[0] < 0) {
      execs.stream().filter(exec -> told.stream().noneMatch(one -> one.isMaybeAt(exec)))
          .findFirst().ifPresentOrElse(this::complain, () -> complain(execs.get(0)));
      return;
    }
    for (int i = 0; i < latest.length; i++) {
      if (earliest[i] == latest[i]) {
        fillIn(told.get(earliest[i]).entry, execs.get(i));
      }
    }
  }

  /** What the spine has told of since the first of the records can have been made, and no record is known of yet. */
  private List<Exec> told(List<ExecRecord> execs, List<Tracked> holders) {
    List<Exec> told = new ArrayList<>();
    for (Tracked holder : holders) {
      Entry entry = holder.task.entry();
      for (int i = 0; i < MOST_STEPS && isOwn(entry, holder.task) && entry.time() >= execs.get(0).enteredFrom(); i++) {
        Entry before = entry.parent();
        long since = before != null && isOwn(before, holder.task) ? before.time() : holder.task.start();
        if (entry.provenance() != Provenance.SNAPSHOT) {
          told.add(new Exec(entry, since, unknownUntil(holder)));
        }
        if (before == null) {
          break;
        }
        entry = before;
      }
    }
    long taken = taken(execs.get(0).pid());
    told.removeIf(exec -> exec.entry.time() <= taken);
    told.sort(Comparator.comparingLong(exec -> exec.entry.time()));
    return told;
  }

  /** When a process was found in /proc, or first heard of: what it exec'd before nobody knows. */
  private static long unknownUntil(Tracked holder) {
    return holder.startKnown ? holder.seenAt : Math.max(holder.seenAt, holder.task.start());
  }

  private long taken(int pid) {
    Long time = taken.get(pid);
    return time == null ? Long.MIN_VALUE : time;
  }

  private static boolean isOwn(Entry entry, Task task) {
    return entry.pid() == task.tid() && !entry.isRoot() && entry.time() > task.start();
  }

  private void fillIn(Entry entry, ExecRecord exec) {
    taken.put(exec.pid(), entry.time());
    if (!isOfSpine) {
      findings.agreed(SOURCE);
    }
    entry.know(exec.comm(), Provenance.OBSERVED);
    entry.detail(exec.details().completedBy(entry.details()));
    writer.save(entry);
  }

  /** The spine has told of no such exec, although it knew the process well before. */
  private void complain(ExecRecord exec) {
    Tracked holder = live.find(exec.pid());
    if (!isOfSpine && holder != null && live.isSure(holder) && holder.isLeader()
        && holder.task.start() < exec.enteredTo() && unknownUntil(holder) < exec.enteredFrom()) {
      findings.contradicted(SOURCE);
      contradiction.between(exec.enteredFrom(), exec.toldAt());
    }
  }
}
