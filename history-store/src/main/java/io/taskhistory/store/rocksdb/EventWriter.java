package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Logged;
import io.taskhistory.history.Task;
import io.taskhistory.store.LiveTasks;
import java.util.List;

/**
 * Writes what a commit is the first to keep into the event log: rows of events, births that are told late, and now and
 * then who lives, so that nobody has to read the log from its beginning to know who lived at a time.
 *
 * <p>What is in the log already is marked in the tasks and entries themselves, and only once it is kept. A commit that
 * was refused may have been written all the same; the next one, which has all of it again, so first takes away what the
 * log may have from its number on.
 */
final class EventWriter {

  /** A row has no more events than that; a page that ends in it costs reading it twice. */
  private static final int MOST_EVENTS = 4096;

  private static final int MOST_LIVES = 8192;

  /** After how many events, or how many times as many as there are live tasks, it is told again who lives. */
  private static final int LIVES_EVERY = 50_000;

  private static final int LIVES_SHARE = 5;

  private final BootRows present;
  private final LiveTasks live;
  private final EventBuffer events = new EventBuffer();
  private final Bytes late = new Bytes(64);
  private final BirthRow.Encoder lateBirths = new BirthRow.Encoder(late);

  /** How many events have been kept since it was last told who lives. Before the first commit nobody knows. */
  private long sinceLives = Long.MAX_VALUE / 2;

  private boolean tellsLives;

  EventWriter(BootRows present, LiveTasks live) {
    this.present = present;
    this.live = live;
  }

  /** Begins a commit. */
  void begin() {
    events.clear();
    tellsLives = false;
  }

  /** A period begins: who lived when it did. Everything up to {@code base} was kept before. */
  void lives(Batch batch, int period, long base) {
    lives(batch, period, base, present.events(), live);
    tellsLives = true;
  }

  void add(Task task) {
    int logged = task.logged();
    if (logged == Logged.NOTHING) {
      events.add(task.isLeader() ? EventRow.FORK : EventRow.THREAD_FORK, task.start(), task.tid(), task.start());
    }
    if (logged != Logged.END) {
      Ending ending = task.ending().orElse(null);
      if (ending != null) {
        events.add(task.isLeader() ? EventRow.EXIT : EventRow.THREAD_EXIT, ending.time(), task.tid(), task.start());
      }
    }
  }

  void add(Entry entry) {
    if (entry.isLogged() || entry.isRoot()) {
      return;
    }
    Task task = live.execed(entry);
    events.add(task == null ? EventRow.LATE_EXEC : EventRow.EXEC, entry.time(), entry.pid(),
        task == null ? 0 : task.start());
  }

  /**
   * Puts all of it into the batch.
   *
   * @param kept the period that the last commit which was kept was written into
   * @param maybe the last one that a commit which was refused since may have been written into; -1 where none was
   * @return the number that the next row will have
   */
  long encode(Batch batch, int period, List<Gap> gaps, int kept, int maybe) {
    gaps.forEach(gap -> events.add(EventRow.GAP, gap.to(), gap.id(), 0));
    for (int written = kept; written <= maybe; written++) {
      takeAway(batch, written);
    }
    long number = present.events();
    long base = present.latest();
    if (!tellsLives && sinceLives >= Math.max(LIVES_EVERY, (long) LIVES_SHARE * live.size())) {
      lives(batch, period, base, number, live);
      tellsLives = true;
    }
    events.sort();
    for (int from = 0; from < events.size(); from += MOST_EVENTS) {
      row(batch, period, number++, base, from, Math.min(from + MOST_EVENTS, events.size()));
    }
    return number;
  }

  /** The rows of its number and those after it. */
  private void takeAway(Batch batch, int period) {
    for (char kind : new char[] {EventKeys.EVENTS, EventKeys.LATE}) {
      EventKeys.row(batch.key, period, kind, present.events());
      EventKeys.row(batch.value, period, (char) (kind + 1), 0);
      batch.deleteRange(Family.EVENTS);
    }
  }

  private void row(Batch batch, int period, long number, long base, int from, int to) {
    EventRow.Encoder row = new EventRow.Encoder(batch.value, base, events.time(from));
    lateBirths.begin(number, base);
    for (int i = from; i < to; i++) {
      row.add(events.kind(i), events.time(i), events.tid(i), events.start(i));
      if (events.kind(i) == EventRow.FORK && events.time(i) <= base) {
        lateBirths.add(events.tid(i), events.start(i));
      }
    }
    EventKeys.row(batch.key, period, EventKeys.EVENTS, number);
    batch.put(Family.EVENTS);
    if (lateBirths.count() > 0) {
      lateBirths.last();
      EventKeys.row(batch.key, period, EventKeys.LATE, number);
      batch.value.clear().bytes(late.array, 0, late.length);
      batch.put(Family.EVENTS);
    }
  }

  /** All processes that are in {@code live}; whoever is not had ended by {@code base}, or is in a row that follows. */
  static void lives(Batch batch, int period, long base, long number, LiveTasks live) {
    BirthRow.Encoder piece = new BirthRow.Encoder(batch.value);
    piece.begin(number, base);
    int[] pieces = {0};
    live.forEachHolder(task -> {
      if (task.isLeader()) {
        if (piece.count() == MOST_LIVES) {
          EventKeys.lives(batch.key, period, base, pieces[0]++);
          batch.put(Family.EVENTS);
          piece.begin(number, base);
        }
        piece.add(task.tid(), task.start());
      }
    });
    piece.last();
    EventKeys.lives(batch.key, period, base, pieces[0]);
    batch.put(Family.EVENTS);
  }

  /** The batch has been written: what was kept as live by it, and what as ended. */
  void committed(Iterable<Task> living, Iterable<Task> ended, DirtySet<Entry> entries) {
    living.forEach(task -> task.log(Logged.BIRTH));
    ended.forEach(task -> task.log(Logged.END));
    entries.forEach(Entry::log);
    sinceLives = (tellsLives ? 0 : sinceLives) + events.size();
  }
}
