package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import io.taskhistory.store.EventCursor;
import io.taskhistory.store.EventPage;
import io.taskhistory.store.HistoryEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a page of the event log. A row says which task it was and when; the rest is told as it is known now, and what is
 * no longer kept is passed over.
 */
final class EventScan {

  /** How many events to look at before the page is returned as it is. */
  private static final int MOST_PASSED_OVER = 10_000;

  /** A task among those of one page. */
  private record Key(int boot, int tid, long start) {}

  private final Database database;
  private final Contents contents;
  private final StoredTasks tasks;
  private final StoredEntries entries;
  private final BootRows present;

  /** The number of the first row that readers may not see yet, read before anything else is looked at. */
  private final long end;

  private final Periods periods;
  private final Map<Key, Optional<Task>> known = new HashMap<>();
  private final List<HistoryEvent> events = new ArrayList<>();

  EventScan(Database database, Contents contents, StoredTasks tasks, StoredEntries entries) {
    this.database = database;
    this.contents = contents;
    this.tasks = tasks;
    this.entries = entries;
    this.present = contents.present();
    this.end = present.events();
    this.periods = contents.periods();
  }

  static EventCursor newest(Contents contents) {
    BootRows present = contents.present();
    return new EventCursor(present.boot.key(), present.events(), 0);
  }

  EventPage page(@Nullable EventCursor after, int most) {
    try (Scan scan = database.scan(Family.EVENTS)) {
      int first = after == null ? 0 : periodOf(scan, after);
      boolean isDropped = first < 0;
      EventCursor from = after == null || isDropped ? new EventCursor(keyOf(0), 0, 0) : after;
      EventCursor next = read(scan, Math.max(0, first), from, most);
      return new EventPage(events, next, isDropped ? Optional.of(beginning(scan)) : Optional.empty());
    }
  }

  private String keyOf(int period) {
    BootRows rows = contents.boot(periods.get(period).boot());
    return rows == null ? present.boot.key() : rows.boot.key();
  }

  /** The index of the period that a place is in; -1 where not all that stands behind it is kept. */
  private int periodOf(Scan scan, EventCursor cursor) {
    BootRows rows = contents.byKey(cursor.boot()).orElse(null);
    if (rows == null) {
      return -1;
    }
    int boot = rows.boot.index();
    long next = rows == present ? end : rows.events();
    if (cursor.row() > next || cursor.row() == next && cursor.index() > 0) {
      return -1; // of another store, or of one that was repaired since
    }
    for (int i = periods.firstOf(boot + 1) - 1; periods.isOf(boot, i); i--) {
      int period = periods.get(i).number();
      if (scan.backFrom(EventKeys.row(period, EventKeys.EVENTS, cursor.row()))
          && EventKeys.isOf(scan.key(), period, EventKeys.EVENTS)) {
        return i;
      }
    }
    return cursor.row() == next && periods.isOf(boot, periods.firstOf(boot)) ? periods.firstOf(boot) : -1;
  }

  /** Where the page ends. */
  private EventCursor read(Scan scan, int first, EventCursor from, int most) {
    EventCursor next = from;
    long looked = 0;
    for (int i = first; i < periods.size(); i++) {
      int period = periods.get(i).number();
      BootRows rows = contents.boot(periods.get(i).boot());
      if (rows == null) {
        continue; // given up a moment ago
      }
      String boot = rows.boot.key();
      boolean isFirst = boot.equals(from.boot());
      byte[] key = EventKeys.row(period, EventKeys.EVENTS, isFirst ? from.row() : 0);
      for (boolean is = scan.from(key); is && isVisible(scan.key(), period, rows); is = scan.next()) {
        long number = EventKeys.number(scan.key());
        int begin = isFirst && number == from.row() ? from.index() : 0;
        EventRow row = new EventRow(scan.value());
        for (int at = 0; row.hasNext(); at++) {
          row.next();
          if (at < begin) {
            continue;
          }
          if (events.size() == most || looked++ >= (long) most + MOST_PASSED_OVER) {
            return next;
          }
          next = row.hasNext() ? new EventCursor(boot, number, at + 1) : new EventCursor(boot, number + 1, 0);
          add(rows, i, row, next);
        }
      }
    }
    return new EventCursor(present.boot.key(), end, 0);
  }

  private boolean isVisible(byte[] key, int period, BootRows rows) {
    return EventKeys.isOf(key, period, EventKeys.EVENTS) && (rows != present || EventKeys.number(key) < end);
  }

  /** When the period begins that has the oldest event. */
  private Moment beginning(Scan scan) {
    for (int i = 0; i < periods.size(); i++) {
      Period period = periods.get(i);
      boolean isLogged = scan.from(EventKeys.row(period.number(), EventKeys.EVENTS, 0))
          && EventKeys.isOf(scan.key(), period.number(), EventKeys.EVENTS);
      BootRows rows = contents.boot(period.boot());
      if (isLogged && rows != null) {
        return new Moment(rows.boot, period.from());
      }
    }
    return new Moment(present.boot, periods.current().from());
  }

  private void add(BootRows rows, int period, EventRow row, EventCursor cursor) {
    if (row.kind == EventRow.GAP) {
      List<Gap> gap = rows.gaps(new int[] {row.tid});
      if (!gap.isEmpty()) {
        events.add(new HistoryEvent.GapKept(cursor, gap.get(0)));
      }
      return;
    }
    Task task = row.kind == EventRow.LATE_EXEC ? tasks.at(rows, row.tid, row.time) : task(rows, row.tid, row.start);
    if (task == null) {
      return;
    }
    switch (row.kind) {
      case EventRow.FORK, EventRow.THREAD_FORK -> events.add(new HistoryEvent.Forked(cursor, task));
      case EventRow.EXIT, EventRow.THREAD_EXIT -> events.add(new HistoryEvent.Exited(cursor, task));
      default -> {
        Entry entry = entry(rows, period, task, row);
        if (entry != null) {
          events.add(new HistoryEvent.Execed(cursor, task, entry));
        }
      }
    }
  }

  private @Nullable Task task(BootRows rows, int tid, long start) {
    Key key = new Key(rows.boot.index(), tid, start);
    return Objects.requireNonNull(
        known.computeIfAbsent(key, unknown -> Optional.ofNullable(tasks.get(rows, tid, start)))).orElse(null);
  }

  /** Mostly it is in the task's history. */
  private @Nullable Entry entry(BootRows rows, int period, Task task, EventRow row) {
    for (@Nullable Entry e = task.entry(); e != null && e.time() >= row.time; e = e.parent()) {
      if (e.time() == row.time && e.pid() == row.tid && !e.isRoot()) {
        return e;
      }
    }
    EntryRef ref = new EntryRef(rows.boot.index(), row.time, row.tid);
    return entries.has(periods, period, ref) ? entries.entry(periods, period, ref) : null;
  }
}
