package io.taskhistory.api.enrich;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * The bytes of a log on their way from one stream to another, the same and in the same order, and lines that are added
 * between them.
 *
 * <pre>
 *   buffer   [ written | lines that have passed, to be written | line | more input |      ]
 *                      ^ start       ^         ^               ^      ^            ^ limit
 *                                    '-- additions: places --'  lineFrom  lineTo
 * </pre>
 *
 * <p>Lines that have passed are kept for a while, so that something can still be added after one when it turns out to
 * have been the last of its event; but never while input is being waited for, as somebody may follow the log.
 *
 * <p>A line that is longer than any record passes in pieces that nobody looks at.
 */
final class LogPassage {

  /** What happens on the way. */
  interface Watcher {

    /**
     * A line passes: {@link LogPassage#lineFrom} to {@link LogPassage#lineTo} of {@link LogPassage#buffer}, without its
     * end.
     *
     * @param isWhole whether it had an end; the last line need not, and can be cut off anywhere
     */
    void line(boolean isWhole);

    /** A line passes that is too long to be looked at. All additions from before come now or never. */
    void longLine();

    /** What was held back has to be given up to this place of the stream. */
    void heldUntil(long place);

    /**
     * Nothing more has come.
     *
     * @param isWithinLine whether part of a line has
     */
    void pause(boolean isWithinLine);

    /** More has come. */
    void more();
  }

  /** The longest line that is looked at. */
  static final int MAX_LINE = 64 * 1024;

  /** How many bytes of lines are held back at least, while input keeps coming. */
  static final int HELD = 128 * 1024;

  private static final int CAPACITY = 512 * 1024;
  private static final int LEAST_READ = 64 * 1024;
  private static final int OUTPUT = 64 * 1024;
  private static final int MOST_ADDED = 1 << 20;

  private final InputStream in;
  private final OutputStream out;
  private final byte[] buffer = new byte[CAPACITY];
  private final byte[] output = new byte[OUTPUT];
  private int outputLength;

  /** The place in the stream of the buffer's first byte. */
  private long base;
  private int start;
  private int lineFrom;
  private int lineTo;
  private boolean endsWithinLine;
  private int limit;

  /** The additions, by place: where in {@link #added} each begins, and where it stands in the stream. */
  private long[] places = new long[256];
  private int[] from = new int[257];
  private int additions;
  private byte[] added = new byte[OUTPUT];
  private int addedLength;

  LogPassage(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  byte[] buffer() {
    return buffer;
  }

  int lineFrom() {
    return lineFrom;
  }

  int lineTo() {
    return lineTo;
  }

  /** The place after the present line and its end. */
  long lineEnd() {
    return base + lineTo + (hasReturn() ? 2 : 1);
  }

  /** Whether the present line ends with a carriage return and a newline. */
  boolean hasReturn() {
    return lineTo < limit && buffer[lineTo] == '\r';
  }

  /** The place where the present line begins. */
  long linePlace() {
    return base + lineFrom;
  }

  /** Lets everything through, to the end of the input. */
  void run(Watcher watcher) throws IOException {
    boolean isLong = false;
    int scanned = 0;
    while (true) {
      int end = newline(scanned);
      if (end >= 0) {
        lineTo = end > lineFrom && buffer[end - 1] == '\r' ? end - 1 : end;
        if (!isLong) {
          watcher.line(true);
        }
        isLong = false;
        lineFrom = end + 1;
        scanned = lineFrom;
        if (addedLength > MOST_ADDED) {
          write(lineFrom);
        }
        continue;
      }
      if (!isLong && limit - lineFrom > MAX_LINE) {
        isLong = true;
        watcher.longLine();
      }
      if (isLong) {
        lineFrom = limit;
      }
      makeRoom(watcher);
      if (in.available() == 0) {
        watcher.pause(limit > lineFrom || isLong);
        write(lineFrom);
        flush();
      }
      scanned = limit;
      int read = in.read(buffer, limit, CAPACITY - limit);
      if (read < 0) {
        break;
      }
      watcher.more();
      limit += read;
    }
    lineTo = limit;
    endsWithinLine = isLong || lineTo > lineFrom;
    if (lineTo > lineFrom) {
      watcher.line(false);
    }
  }

  /** Whether what came last is no whole line. */
  boolean endsWithinLine() {
    return endsWithinLine;
  }

  /** Writes what is left, once nothing is to be added any more. */
  void finish() throws IOException {
    write(limit);
    flush();
  }

  private int newline(int begin) {
    byte[] bytes = buffer;
    for (int i = begin; i < limit; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private void makeRoom(Watcher watcher) throws IOException {
    if (CAPACITY - limit >= LEAST_READ) {
      return;
    }
    int until = Math.max(start, lineFrom - HELD);
    watcher.heldUntil(base + until);
    write(until);
    System.arraycopy(buffer, start, buffer, 0, limit - start);
    base += start;
    lineFrom -= start;
    limit -= start;
    start = 0;
  }

  /**
   * Adds bytes, which are whole lines, after the line that ends at {@code place}; should that have been written, before
   * the present line.
   */
  void add(long place, byte[] bytes, int length) {
    // What is written ends within a line, maybe.
    long at = place >= base + start ? place : base + lineFrom;
    if (additions == places.length) {
      places = Arrays.copyOf(places, 2 * additions);
      from = Arrays.copyOf(from, 2 * additions + 1);
    }
    if (addedLength + length > added.length) {
      added = Arrays.copyOf(added, Math.max(addedLength + length, 2 * added.length));
    }
    int i = additions;
    if (i == 0 || places[i - 1] <= at) {
      System.arraycopy(bytes, 0, added, addedLength, length);
    } else {
      while (i > 0 && places[i - 1] > at) {
        places[i] = places[i - 1];
        from[i + 1] = from[i] + length;
        i--;
      }
      System.arraycopy(added, from[i], added, from[i] + length, addedLength - from[i]);
      System.arraycopy(bytes, 0, added, from[i], length);
    }
    places[i] = at;
    from[i + 1] = from[i] + length;
    additions++;
    addedLength += length;
  }

  /** Writes what stands before {@code until} in the buffer, and what is to be added up to there. */
  private void write(int until) throws IOException {
    int done = 0;
    while (done < additions && places[done] <= base + until) {
      int at = (int) (places[done] - base);
      put(buffer, start, at - start);
      start = at;
      put(added, from[done], from[done + 1] - from[done]);
      done++;
    }
    put(buffer, start, until - start);
    start = until;
    if (done > 0) {
      int gone = from[done];
      System.arraycopy(added, gone, added, 0, addedLength - gone);
      addedLength -= gone;
      additions -= done;
      System.arraycopy(places, done, places, 0, additions);
      for (int i = 0; i <= additions; i++) {
        from[i] = from[i + done] - gone;
      }
    }
  }

  private void put(byte[] bytes, int offset, int length) throws IOException {
    if (length > OUTPUT - outputLength) {
      out.write(output, 0, outputLength);
      outputLength = 0;
      if (length > OUTPUT) {
        out.write(bytes, offset, length);
        return;
      }
    }
    System.arraycopy(bytes, offset, output, outputLength, length);
    outputLength += length;
  }

  private void flush() throws IOException {
    out.write(output, 0, outputLength);
    outputLength = 0;
    out.flush();
  }
}
