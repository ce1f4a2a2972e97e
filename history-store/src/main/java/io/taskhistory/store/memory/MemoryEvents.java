package io.taskhistory.store.memory;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.EventCursor;
import io.taskhistory.store.EventPage;
import io.taskhistory.store.HistoryEvent;
import io.taskhistory.store.memory.Kept.EntryKey;
import io.taskhistory.store.memory.Kept.KeptBoot;
import io.taskhistory.store.memory.Kept.KeptSlice;
import io.taskhistory.store.memory.KeptLog.KeptEvent;
import io.taskhistory.store.memory.KeptLog.KeptRow;
import io.taskhistory.store.memory.KeptLog.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads pages of the event log. To be used under the store's lock. */
final class MemoryEvents {

  private final MemoryHistoryStore store;
  private final MemoryReader reader;

  MemoryEvents(MemoryHistoryStore store, MemoryReader reader) {
    this.store = store;
    this.reader = reader;
  }

  EventCursor newest() {
    return new EventCursor(store.present.boot.key(), store.present.log.next, 0);
  }

  EventPage page(@Nullable EventCursor after, int most) {
    boolean isDropped = after != null && !isKept(after);
    EventCursor from = after == null || isDropped ? oldest() : after;
    List<HistoryEvent> events = new ArrayList<>();
    EventCursor next = from;
    boolean isReached = false;
    for (KeptBoot boot : store.kept.boots) {
      isReached |= boot.boot.key().equals(from.boot());
      if (!isReached) {
        continue;
      }
      boolean isFirst = boot.boot.key().equals(from.boot());
      for (KeptRow row : boot.log.rows) {
        if (isFirst && row.number() < from.row()) {
          continue;
        }
        int begin = isFirst && row.number() == from.row() ? from.index() : 0;
        for (int i = begin; i < row.events().size(); i++) {
          if (events.size() == most) {
            return page(events, next, isDropped);
          }
          next = i + 1 < row.events().size()
              ? new EventCursor(boot.boot.key(), row.number(), i + 1)
              : new EventCursor(boot.boot.key(), row.number() + 1, 0);
          event(boot, row.events().get(i), next).ifPresent(events::add);
        }
      }
    }
    return page(events, newest(), isDropped);
  }

  private EventPage page(List<HistoryEvent> events, EventCursor next, boolean isDropped) {
    return new EventPage(events, next, isDropped ? Optional.of(beginning()) : Optional.empty());
  }

  /** Whether all that stands behind it is. */
  private boolean isKept(EventCursor cursor) {
    for (KeptBoot boot : store.kept.boots) {
      if (boot.boot.key().equals(cursor.boot())) {
        KeptRow first = boot.log.first();
        return cursor.row() >= (first == null ? boot.log.next : first.number())
            && (cursor.row() < boot.log.next || cursor.row() == boot.log.next && cursor.index() == 0);
      }
    }
    return false;
  }

  private EventCursor oldest() {
    return new EventCursor(store.kept.boots.get(0).boot.key(), 0, 0);
  }

  /** When the slice begins that has the oldest event. */
  private Moment beginning() {
    for (KeptBoot boot : store.kept.boots) {
      KeptRow first = boot.log.first();
      if (first != null) {
        KeptSlice slice =
            store.kept.slices.stream().filter(any -> any.number() == first.slice()).findFirst().orElseThrow();
        return new Moment(boot.boot, slice.from());
      }
    }
    return new Moment(store.present.boot, store.current().from());
  }

  /** As it is known now; nothing where the task, or the entry, is no longer kept. */
  private Optional<HistoryEvent> event(KeptBoot boot, KeptEvent event, EventCursor cursor) {
    if (event.kind() == Kind.GAP) {
      return boot.gaps.stream().filter(gap -> gap.id() == event.tid()).findFirst()
          .map(gap -> new HistoryEvent.GapKept(cursor, gap));
    }
    Optional<Task> about = task(boot.boot, event);
    return switch (event.kind()) {
      case FORK -> about.map(task -> new HistoryEvent.Forked(cursor, task));
      case EXIT -> about.map(task -> new HistoryEvent.Exited(cursor, task));
      default -> about.flatMap(
          task -> entry(boot, event).map(entry -> new HistoryEvent.Execed(cursor, task, entry)));
    };
  }

  private Optional<Task> task(Boot boot, KeptEvent event) {
    return event.start() == KeptLog.UNKNOWN
        ? reader.task(event.tid(), new Moment(boot, event.time()))
        : reader.task(new TaskId(boot.key(), event.tid(), event.start()));
  }

  private Optional<Entry> entry(KeptBoot boot, KeptEvent event) {
    EntryKey key = new EntryKey(event.time(), event.tid());
    return boot.entries.containsKey(key)
        ? Optional.of(new StoredHistory(store, boot).entry(key)) : Optional.empty();
  }
}
