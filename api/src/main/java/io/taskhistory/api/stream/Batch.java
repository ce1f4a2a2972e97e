package io.taskhistory.api.stream;

import io.taskhistory.api.ask.Exit;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.api.view.EventView;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Gap;
import io.taskhistory.store.EventCursor;
import io.taskhistory.store.EventPage;
import io.taskhistory.store.HistoryEvent;
import io.taskhistory.store.HistoryReader;
import java.io.ByteArrayOutputStream;
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
  private final EventPage page;
  private final byte[][] open;
  private final byte[][] closed;
  private final Map<Boot, List<Gap>> gaps = new HashMap<>();
  private final Map<Asked, Piece> pieces = new HashMap<>();

  Batch(HistoryReader reader, Places places, EventPage page) {
    this.reader = reader;
    this.places = places;
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
    for (int i = 0; i < page.events().size(); i++) {
      HistoryEvent event = page.events().get(i);
      if (places.compare(event.cursor(), stream.told) > 0 && stream.filter.wants(event)) {
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
