package io.taskhistory.api.stream;

import io.taskhistory.api.ask.Exit;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.api.view.EventView;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.EventCursor;
import io.taskhistory.store.EventPage;
import io.taskhistory.store.HistoryEvent;
import io.taskhistory.store.HistoryReader;
import java.io.ByteArrayOutputStream;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A page of the log, with its events written once for all who may see inside them, and once for all others. */
final class Batch {

  /** A reader is told so much at once, and one event more. */
  private static final int MOST_BYTES = 64 * 1024;

  /**
   * What one reader is told of it.
   *
   * @param text null for nothing
   * @param upTo the place up to which that is all
   * @param time when the last of it happened, for people; null for nothing
   */
  record Piece(byte @Nullable [] text, EventCursor upTo, @Nullable String time) {}

  /** Readers who want the same at the same place are told the same. */
  private record Asked(Object sharing, EventCursor told) {}

  private final HistoryReader reader;
  private final Places places;
  private final Ancestry ancestry;
  private final EventPage page;
  private final byte[][] open;
  private final byte[][] closed;
  private final Map<Boot, List<Gap>> gaps = new HashMap<>();
  private final Map<Asked, Piece> pieces = new HashMap<>();
  /** Which of the events are of whoever descends from a process. */
  private final Map<TaskId, BitSet> below = new HashMap<>();

  Batch(HistoryReader reader, Places places, Ancestry ancestry, EventPage page) {
    this.reader = reader;
    this.places = places;
    this.ancestry = ancestry;
    this.page = page;
    this.open = new byte[page.events().size()][];
    this.closed = new byte[page.events().size()][];
  }

  EventPage page() {
    return page;
  }

  /** What {@code stream} has to be told of it. */
  Piece pieceFor(EventStream stream) {
    return pieces.computeIfAbsent(new Asked(stream.sharing, stream.told), asked -> piece(stream));
  }

  private Piece piece(EventStream stream) {
    ByteArrayOutputStream out = null;
    HistoryEvent last = null;
    TaskId root = stream.filter.below();
    for (int i = 0; i < page.events().size(); i++) {
      HistoryEvent event = page.events().get(i);
      if (places.compare(event.cursor(), stream.told) > 0 && stream.filter.wants(event)
          && (root == null || below(root).get(i))) {
        if (out == null) {
          out = new ByteArrayOutputStream(512);
        }
        out.writeBytes(text(i, event, EventView.mayBeShown(event, stream.viewer)));
        last = event;
        if (out.size() > MOST_BYTES) {
          return new Piece(out.toByteArray(), event.cursor(), time(event));
        }
      }
    }
    return new Piece(out == null ? null : out.toByteArray(), page.next(), last == null ? null : time(last));
  }

  /** Found out of all events at once, as they have most of their ancestors in common. */
  private BitSet below(TaskId root) {
    return below.computeIfAbsent(root, id -> {
      BitSet events = new BitSet(page.events().size());
      Map<TaskId, Boolean> found = new HashMap<>();
      for (int i = 0; i < page.events().size(); i++) {
        Task task = task(page.events().get(i));
        events.set(i, task == null || ancestry.isBelow(root, task, found));
      }
      return events;
    });
  }

  /** Null for a gap, which is of none. */
  private static @Nullable Task task(HistoryEvent event) {
    if (event instanceof HistoryEvent.Forked forked) {
      return forked.task();
    }
    if (event instanceof HistoryEvent.Execed execed) {
      return execed.task();
    }
    return event instanceof HistoryEvent.Exited exited ? exited.task() : null;
  }

  private static String time(HistoryEvent event) {
    return Rfc3339.write(event.boot().wallAt(event.time()));
  }

  private byte[] text(int i, HistoryEvent event, boolean seesInside) {
    byte[][] texts = seesInside ? open : closed;
    byte[] text = texts[i];
    if (text == null) {
      text = EventText.write(event.cursor(), EventView.of(event, seesInside, exit(event)));
      texts[i] = text;
    }
    return text;
  }

  private @Nullable Exit exit(HistoryEvent event) {
    if (!(event instanceof HistoryEvent.Exited exited)) {
      return null;
    }
    Ending ending = exited.task().ending().orElse(null);
    if (ending == null) {
      return null;
    }
    Boot boot = event.boot();
    return new Exit(ending.waitStatus() == Ending.UNREPORTED
        ? ending.known(gaps.computeIfAbsent(boot, reader::gaps), reader.watermark(boot)) : ending, null);
  }
}
