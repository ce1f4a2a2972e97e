package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Task;
import io.taskhistory.store.LiveTasks;
import io.taskhistory.store.TooMuchException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the processes that lived within some time.
 *
 * <pre>
 *     who lives          from                       to
 *   ──────┬───────────────┼─────────────────────────┼──────────────────►  the log
 *         │ + forks       │ + forks                 │
 *         │ − exits       │                         │ + late births, as far as the log goes
 * </pre>
 *
 * <p>Where the log last said, by then, who lives, it is followed from there: whoever lived at {@code from} had not ended
 * by that time, or was born later. Rows are by commit, so who is born until {@code to} is in rows whose base is before
 * it, or was told late and is in a row of those. What the log leads to is only looked for: whether it lived within the
 * time, and what it is, the task itself tells. Periods from before there was a log, or which were repaired, are read
 * from their tasks, one by one.
 */
final class LivedScan {

  private static final Comparator<Task> BY_START = Comparator.comparingLong(Task::start).thenComparingInt(Task::tid);

  /** After how many births those up to now are looked for, so that a page of a long time ends early. */
  private static final int PORTION = 4_096;

  /** How many bytes of arguments and paths may be held. */
  private static final long MOST_TEXT = 48 << 20;

  /** Whoever may have lived then. */
  private record Candidate(long start, int tid) implements Comparable<Candidate> {

    @Override
    public int compareTo(Candidate other) {
      return start != other.start ? Long.compare(start, other.start) : Integer.compare(tid, other.tid);
    }
  }

  private final Database database;
  private final Contents contents;
  private final StoredTasks tasks;
  private final BootRows boot;
  private final Periods periods;
  private final long from;
  private final long to;
  private final int most;
  private final TreeSet<Task> lived = new TreeSet<>(BY_START);
  private final Set<Candidate> candidates = new HashSet<>();
  private long text;

  LivedScan(Database database, Contents contents, LiveTasks live, StoredTasks tasks, BootRows boot, long from, long to,
      int most) {
    this.database = database;
    this.contents = contents;
    this.tasks = tasks;
    this.boot = boot;
    this.from = from;
    this.to = to;
    this.most = most;
    if (boot == contents.present()) {
      live.processes(from, to).forEach(this::add); // before the periods: a commit publishes in the opposite order
    }
    this.periods = contents.periods();
  }

  List<Task> page() {
    int first = periods.indexOf(boot.boot.index(), Math.max(0, from));
    if (first >= 0 && to >= 0) {
      try (Scan log = database.scan(Family.EVENTS)) {
        if (!follow(log, first)) {
          readAll(first);
        }
      }
    }
    return lived.stream().limit(most).toList();
  }

  /** False where the log does not go back that far. */
  private boolean follow(Scan log, int first) {
    Period period = periods.get(first);
    // What ended before the first kept period began is not kept: who lived then and is, lived on into it.
    long since = Math.max(from, Math.max(0, period.from() - 1));
    if (!log.backFrom(EventKeys.lives(period.number(), since, Integer.MAX_VALUE))
        || !EventKeys.isOf(log.key(), period.number(), EventKeys.LIVES)) {
      return false;
    }
    long row = addLives(log, period.number(), EventKeys.base(log.key()));
    addLate(log, first, row);
    List<Candidate> later = new ArrayList<>();
    boolean isUpToFrom = true;
    for (int i = first; periods.isOf(boot.boot.index(), i); i++) {
      int number = periods.get(i).number();
      for (boolean is = log.from(EventKeys.row(number, EventKeys.EVENTS, row));
          is && EventKeys.isOf(log.key(), number, EventKeys.EVENTS); is = log.next()) {
        EventRow events = new EventRow(log.value());
        if (isUpToFrom && events.base() >= since) {
          isUpToFrom = false;
          look(first, since);
        }
        if (candidates.size() >= PORTION && !isUpToFrom) {
          look(first, events.base());
        }
        if (events.base() >= to || isFull(events.base())) {
          look(first, Math.min(to, events.base()));
          return true;
        }
        take(events);
      }
    }
    look(first, to);
    return true;
  }

  private long addLives(Scan log, int period, long base) {
    long row = 0;
    boolean isLast = false;
    for (boolean is = log.from(EventKeys.lives(period, base, 0)); is && !isLast; is = log.next()) {
      BirthRow piece = new BirthRow(log.value());
      row = piece.row();
      isLast = piece.isLast();
      add(piece);
    }
    return row;
  }

  private void addLate(Scan log, int first, long row) {
    for (int i = first; periods.isOf(boot.boot.index(), i); i++) {
      int number = periods.get(i).number();
      for (boolean is = log.from(EventKeys.row(number, EventKeys.LATE, row));
          is && EventKeys.isOf(log.key(), number, EventKeys.LATE); is = log.next()) {
        add(new BirthRow(log.value()));
      }
    }
  }

  private void add(BirthRow births) {
    while (births.hasNext()) {
      births.next();
      if (births.start <= to) {
        candidates.add(new Candidate(births.start, births.tid));
      }
    }
  }

  private void take(EventRow events) {
    while (events.hasNext()) {
      events.next();
      if (events.kind == EventRow.FORK && events.start <= to) {
        candidates.add(new Candidate(events.start, events.tid));
      } else if (events.kind == EventRow.EXIT && events.time <= from) {
        candidates.remove(new Candidate(events.start, events.tid));
      }
    }
  }

  /** Whether nobody who started later is asked for. */
  private boolean isFull(long upTo) {
    return lived.size() >= most && lived.last().start() <= upTo;
  }

  /** Looks for all candidates that started by then. */
  private void look(int first, long upTo) {
    List<Candidate> now = candidates.stream().filter(candidate -> candidate.start <= upTo).sorted().toList();
    for (Candidate candidate : now) {
      candidates.remove(candidate);
      if (!isFull(candidate.start - 1)) {
        add(find(first, candidate));
      }
    }
  }

  private @Nullable Task find(int first, Candidate candidate) {
    Task task = tasks.getFrom(boot, first, candidate.tid, candidate.start);
    return task != null && task.isLeader() && task.livedWithin(from, to) ? task : null;
  }

  private void add(@Nullable Task task) {
    if (task != null && lived.add(task)) {
      text += textLength(task);
      if (lived.size() > most) {
        text -= textLength(Objects.requireNonNull(lived.pollLast()));
      }
      if (text > MOST_TEXT) {
        throw new TooMuchException("what lived within that time has more than " + (MOST_TEXT >> 20)
            + " MiB of arguments and paths");
      }
    }
  }

  /** That of its own execs: what came before it, it shares with others. */
  private static long textLength(Task task) {
    long length = 0;
    for (@Nullable Entry e = task.entry(); e != null && e.pid() == task.tid(); e = e.parent()) {
      length += e.details().textLength();
    }
    return length;
  }

  private void readAll(int first) {
    TaskRecord record = new TaskRecord();
    try (Scan scan = database.scan(Family.TASKS)) {
      for (int i = first; periods.isOf(boot.boot.index(), i); i++) {
        int number = periods.get(i).number();
        for (boolean is = scan.from(Keys.task(number, 0, 0)); is && Keys.period(scan.key()) == number;
            is = scan.next()) {
          byte[] key = scan.key();
          record.decode(Keys.u32(key, 4), Keys.taskStart(key), scan.value());
          if (!record.isThread() && isWithin(record) && !isFull(record.start - 1)) {
            add(tasks.task(periods, i, boot, record));
          }
        }
      }
    }
  }

  /** As {@link Task#livedWithin}. */
  private boolean isWithin(TaskRecord record) {
    Ending ending = record.ending;
    return ending != null && record.start <= to && from < ending.time() && record.start < ending.time();
  }
}
