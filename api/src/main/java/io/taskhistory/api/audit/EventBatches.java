package io.taskhistory.api.audit;

import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts audit log text, as it comes, into batches at places where no event is open, so that each batch can be enriched
 * by itself. Records of several events lie among one another, and what ends an event is not always written (auditd
 * keeps EOE from its log, old kernels send no PROCTITLE), so an event is over when none of what has been read since
 * belongs to it: 64 KiB, or what came within 150 ms. Memory is bounded: where events overlap without end, or a line
 * has none, it is cut all the same.
 *
 * <p>Whoever uses it calls {@link #add} with what it reads, then {@link #poll} until that is null; while there is
 * nothing to be read it calls {@link #pollQuiet} every {@link #TICK} instead, and at the end {@link #rest} until that
 * is null. Not safe for use by several threads.
 */
public final class EventBatches {

  /**
   * Whole lines, but for the last of all, which may lack its end.
   *
   * @param isText false for a piece of a line that is too long to be a record: to be passed on as it is
   */
  public record Batch(byte[] bytes, boolean isText) {}

  /** How long to wait for input before asking for what has settled. */
  public static final Duration TICK = Duration.ofMillis(50);

  /** About this much is in a batch of what comes quickly, and no line is longer. */
  static final int SIZE = 1 << 20;
  /** An event that is open for so long is cut. */
  static final int MOST = 4 << 20;
  private static final int MARGIN = 64 << 10;
  private static final long SETTLING = Duration.ofMillis(150).toNanos();

  private final EventPlaces places = new EventPlaces();
  private byte[] buffer = new byte[2 * SIZE];
  /** What has been added ends here, the last whole line of it at {@link #whole}; looked through up to here. */
  private int end;
  private int whole;
  private int searched;
  private boolean inLongLine;
  /** What had been added when it was last found quiet, and 150 ms before that. */
  private int recent;
  private int settled;
  private long recentTime;

  /** Adds what comes next, cut anywhere. */
  public void add(byte[] bytes, int from, int length) {
    if (buffer.length - end < length) {
      buffer = Arrays.copyOf(buffer, Math.max(end + length, Math.min(2 * buffer.length, MOST + SIZE)));
    }
    System.arraycopy(bytes, from, buffer, end, length);
    end += length;
    scan();
  }

  /** The next batch, or null while there is none that is large enough. */
  public @Nullable Batch poll() {
    if (inLongLine || end > SIZE && whole == 0) {
      return longLine();
    }
    int cut = whole >= SIZE + MARGIN ? places.lastUpTo(whole - MARGIN) : 0;
    if (cut == 0 && (whole >= MOST || end - whole > SIZE)) {
      cut = whole;
    }
    return cut == 0 ? null : take(cut, true);
  }

  /**
   * As {@link #poll}, and what has settled, however little, since it shall not wait for more. To be called when all
   * that could be read has been added: what follows an event's records comes right behind them, or not at all.
   *
   * @param now as from {@link System#nanoTime}
   */
  public @Nullable Batch pollQuiet(long now) {
    Batch large = poll();
    if (large != null) {
      return large;
    }
    if (recent == 0) {
      recent = end;
      recentTime = now;
    } else if (now - recentTime >= SETTLING) {
      settled = recent;
      recent = end;
      recentTime = now;
    }
    int cut = places.lastUpTo(Math.min(settled, whole));
    return cut == 0 ? null : take(cut, true);
  }

  /** What is left when no more will come; to be called until it is null. */
  public @Nullable Batch rest() {
    if (inLongLine || end > SIZE && whole == 0) {
      return longLine();
    }
    return end == 0 ? null : take(end - whole > SIZE ? whole : end, true);
  }

  /** Whether nothing is kept, not even part of a line. */
  public boolean isEmpty() {
    return end == 0;
  }

  private @Nullable Batch longLine() {
    inLongLine = whole == 0;
    int cut = inLongLine ? end : EventPlaces.lineEnd(buffer, 0, end);
    return cut == 0 ? null : take(cut, false);
  }

  private Batch take(int cut, boolean isText) {
    Batch batch = new Batch(Arrays.copyOf(buffer, cut), isText);
    System.arraycopy(buffer, cut, buffer, 0, end - cut);
    end -= cut;
    recent = Math.max(0, recent - cut);
    settled = Math.max(0, settled - cut);
    whole = searched = 0;
    places.clear();
    scan();
    return batch;
  }

  private void scan() {
    while (true) {
      int lineEnd = EventPlaces.lineEnd(buffer, searched, end);
      searched = end;
      if (lineEnd < 0) {
        return;
      }
      places.line(buffer, whole, lineEnd);
      whole = searched = lineEnd;
    }
  }
}
