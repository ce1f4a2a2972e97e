package io.taskhistory.api.stream;

import io.taskhistory.api.ask.Inquiry;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.api.view.EventView;
import io.taskhistory.api.view.EventView.GapEvent;
import io.taskhistory.api.view.EventView.WatermarkEvent;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.store.EventCursor;
import io.taskhistory.store.EventPage;
import io.taskhistory.store.HistoryReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells all readers what happens. One thread serves them all: it reads each new piece of the log once, for all who have
 * been told everything before it, and passes it to whoever is ready. Who is not has to catch up: its pages are read for
 * it alone, in turn with those of others, and not so many at a time that those at the end would wait for long. Who takes
 * nothing for too long is sent away. Nothing is kept for anybody but what is on its way to it.
 */
public final class EventStreams implements AutoCloseable {

  /** How many readers there may be. */
  public static final int MOST = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
  private static final int PAGE = 256;
  /** How many of those who have to catch up are served before the end of the log is looked at again. */
  private static final int IN_TURN = 32;
  private static final long MOST_ON_THE_WAY = 16 << 20;
  private static final Duration ROUND = Duration.ofSeconds(1);
  private static final Duration NOBODY = Duration.ofHours(1);
  private static final long QUIET = TimeUnit.SECONDS.toNanos(12);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  private final HistoryReader reader;
  private final CollectorView collector;
  private final Places places;
  private final Ancestry ancestry;
  private final Waiting waiting;
  private final StreamCounts counts = new StreamCounts();
  private final Queue<Runnable> calls = new ConcurrentLinkedQueue<>();
  private final Set<EventStream> streams = new LinkedHashSet<>();
  private final Deque<EventStream> behind = new ArrayDeque<>();
  private final Map<List<Object>, Sharing> sharings = new HashMap<>();
  private @Nullable Thread thread;
  private volatile boolean isClosed;

  /** How far the shared reading is; null where nobody stands there. */
  private @Nullable EventCursor head;
  private long onTheWay;
  private long nextRound;

  public EventStreams(HistoryReader reader, CollectorView collector) {
    this.reader = reader;
    this.collector = collector;
    this.places = new Places(reader);
    this.ancestry = new Ancestry(reader);
    this.waiting = new Waiting(reader);
  }

  public StreamCounts counts() {
    return counts;
  }

  /** Begins to serve {@code stream}, whose outlet can be written to; false where there are too many already. */
  public boolean add(EventStream stream) {
    if (!counts.open(MOST)) {
      return false;
    }
    start();
    call(() -> {
      streams.add(stream);
      share(stream);
      long now = System.nanoTime();
      stream.isReady = true;
      stream.watermarkAt = now - QUIET;
      write(stream, EventText.BEGINNING, now);
      behind.add(stream);
    });
    return true;
  }

  /** Those who want the same and may see the same. */
  private static final class Sharing {

    private final List<Object> what;
    private int readers;

    private Sharing(List<Object> what) {
      this.what = what;
    }
  }

  /** That two readers want the same is found out once, not at each event. */
  private void share(EventStream stream) {
    Sharing sharing = sharings.computeIfAbsent(List.of(stream.filter, stream.viewer.toString()), Sharing::new);
    sharing.readers++;
    stream.sharing = sharing;
  }

  /** Its outlet can be written to again. */
  public void ready(EventStream stream) {
    call(() -> isReady(stream, System.nanoTime()));
  }

  /** Its reader has gone. */
  public void gone(EventStream stream) {
    call(() -> end(stream));
  }

  @Override
  public void close() {
    isClosed = true;
    waiting.wake();
    Thread running;
    synchronized (this) {
      running = thread;
    }
    if (running != null) {
      try {
        running.join(TimeUnit.SECONDS.toMillis(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized void start() {
    if (thread == null && !isClosed) {
      thread = new Thread(this::serve, "events");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void call(Runnable what) {
    calls.add(what);
    waiting.wake();
  }

  private void serve() {
    while (!isClosed) {
      boolean isMore = false;
      try {
        for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
          call.run();
        }
        isMore = advance();
        isMore |= catchUp();
        look();
      } catch (RuntimeException e) {
        // A disk that fails, and comes back; what was not told will be.
        LOG.warn("events cannot be told for now: {}", e.toString());
        sleep();
      }
      if (!isMore) {
        waiting.await(head, streams.isEmpty() ? NOBODY : ROUND);
      }
    }
    List.copyOf(streams).forEach(this::end);
  }

  private void sleep() {
    waiting.await(null, ROUND);
  }

  /** Reads on at the end, for all who stand there; false where there is nothing. */
  private boolean advance() {
    EventCursor from = head;
    if (from == null) {
      return false;
    }
    EventPage page = reader.events(from, PAGE);
    if (page.events().isEmpty()) {
      head = page.next();
      return false;
    }
    Batch batch = new Batch(reader, places, ancestry, page);
    boolean isAnybody = false;
    long now = System.nanoTime();
    for (EventStream stream : List.copyOf(streams)) {
      if (stream.isAtEnd && !tell(stream, batch, now)) {
        stream.isAtEnd = false;
        behind.add(stream);
      }
      isAnybody |= stream.isAtEnd && !stream.isOver;
    }
    head = isAnybody ? page.next() : null;
    return true;
  }

  /** Whether {@code stream} is where the page ends. */
  private boolean tell(EventStream stream, Batch batch, long now) {
    if (!stream.isReady || stream.isOver || onTheWay > MOST_ON_THE_WAY) {
      return false;
    }
    Batch.Piece piece = batch.pieceFor(stream);
    byte[] text = piece.text();
    if (text != null) {
      counts.told(text.length);
      stream.toldTime = piece.time();
      write(stream, text, now);
    }
    if (places.compare(piece.upTo(), stream.told) > 0) {
      stream.told = piece.upTo();
    }
    return piece.upTo().equals(batch.page().next());
  }

  /** Reads a page for each of some who have to catch up; false where nobody could be served. */
  private boolean catchUp() {
    boolean isAny = false;
    long now = System.nanoTime();
    for (int i = Math.min(IN_TURN, behind.size()); i > 0; i--) {
      EventStream stream = behind.remove();
      if (stream.isOver) {
        continue;
      }
      if (!stream.isReady || onTheWay > MOST_ON_THE_WAY) {
        behind.add(stream);
        continue;
      }
      isAny = true;
      EventPage page = reader.events(stream.told, PAGE);
      page.droppedUpTo().ifPresent(upTo -> {
        String to = Rfc3339.write(upTo.boot().wallAt(upTo.time()));
        counts.dropped();
        write(stream, EventText.write(null, GapEvent.ofStream(to, stream.toldTime, to, "dropped")), now);
      });
      if (page.events().isEmpty()) {
        stream.told = page.next();
        join(stream, now);
      } else {
        if (stream.isReady) {
          tell(stream, new Batch(reader, places, ancestry, page), now);
        }
        behind.add(stream);
      }
    }
    return isAny;
  }

  private void join(EventStream stream, long now) {
    EventCursor end = head;
    if (end == null) {
      head = stream.told;
    } else if (places.compare(stream.told, end) < 0) {
      behind.add(stream);
      return;
    }
    stream.isAtEnd = true;
    if (stream.isReady && now - stream.watermarkAt >= QUIET) {
      watermark(stream, now);
    }
  }

  /** Once a second: who has heard nothing for long, who takes nothing, who is no longer allowed to ask. */
  private void look() {
    long now = System.nanoTime();
    if (now - nextRound < 0) {
      return;
    }
    nextRound = now + ROUND.toNanos();
    for (EventStream stream : new ArrayList<>(streams)) {
      if (!stream.isStillAllowed.getAsBoolean()) {
        end(stream);
      } else if (!stream.isReady) {
        if (!stream.isTooSlow && now - stream.waitingSince >= PATIENCE) {
          stream.isTooSlow = true;
          counts.slow();
        }
      } else if (stream.isAtEnd && now - stream.watermarkAt >= QUIET) {
        watermark(stream, now);
      } else if (!stream.isAtEnd && now - stream.writtenAt >= QUIET) {
        write(stream, EventText.place(stream.told), now);
      }
    }
  }

  /** What is in the store by then has been told to all who stand at the end. */
  private void watermark(EventStream stream, long now) {
    String upTo = Inquiry.watermarkOfEvents(reader, collector);
    // What has been kept since the log was last read stands behind it, and may be older than that.
    if (!reader.newestEvent().equals(head)) {
      return;
    }
    stream.watermarkAt = now;
    write(stream, EventText.write(stream.told, new WatermarkEvent(upTo)), now);
  }

  private void write(EventStream stream, byte[] text, long now) {
    if (stream.isOver) {
      return;
    }
    try {
      stream.writtenAt = now;
      stream.outlet.write(text);
      stream.isReady = stream.outlet.isReady();
    } catch (IOException | IllegalStateException e) {
      LOG.debug("a stream was broken off", e);
      end(stream);
      return;
    }
    if (!stream.isReady) {
      stream.waitingSince = now;
      stream.onTheWay = text.length;
      onTheWay += text.length;
    }
  }

  private void isReady(EventStream stream, long now) {
    if (stream.isOver || stream.isReady) {
      return;
    }
    stream.isReady = true;
    onTheWay -= stream.onTheWay;
    stream.onTheWay = 0;
    if (stream.isTooSlow) {
      String until = Inquiry.watermark(reader, collector);
      EventView gap = GapEvent.ofStream(until, stream.toldTime, until, "slow_reader");
      write(stream, EventText.write(stream.told, gap), now);
      end(stream);
    }
  }

  private void end(EventStream stream) {
    if (!stream.isOver && streams.remove(stream)) {
      stream.isOver = true;
      onTheWay -= stream.onTheWay;
      counts.close();
      if (stream.sharing instanceof Sharing sharing && --sharing.readers == 0) {
        sharings.remove(sharing.what);
      }
      stream.outlet.end();
    }
  }
}
