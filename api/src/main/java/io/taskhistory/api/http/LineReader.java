package io.taskhistory.api.http;

import java.io.Flushable;
import java.io.IOException;
import java.io.InputStream;

/**
 * Cuts a stream into lines without holding more than one of them. Before it waits for more input it flushes what was
 * answered so far, so that a client that waits for answers before it asks on gets them.
 */
final class LineReader {

  /** What {@link #next} came to. */
  enum Line { READ, TOO_LONG, END }

  /** The longest line that is read, without its end. */
  static final int MAX_LENGTH = 64 * 1024;

  private final InputStream in;
  private final Flushable answers;
  private final byte[] buffer = new byte[2 * MAX_LENGTH];
  private int start;
  private int length;
  private int position;
  private int limit;
  private int reads;

  LineReader(InputStream in, Flushable answers) {
    this.in = in;
    this.answers = answers;
  }

  /** Moves on to the next line; one that is too long is skipped to its end. The last needs no end of line. */
  Line next() throws IOException {
    boolean tooLong = false;
    start = position;
    int scanned = position;
    while (true) {
      for (; scanned < limit; scanned++) {
        if (buffer[scanned] == '\n') {
          position = scanned + 1;
          return end(scanned, tooLong);
        }
      }
      if (limit - start > MAX_LENGTH + 1) {
        tooLong = true;
        start = limit = 0;
      } else if (limit == buffer.length) {
        System.arraycopy(buffer, start, buffer, 0, limit - start);
        limit -= start;
        start = 0;
      }
      scanned = limit;
      if (in.available() == 0) {
        answers.flush();
      }
      int read = in.read(buffer, limit, buffer.length - limit);
      if (read < 0) {
        position = limit;
        return start == limit && !tooLong ? Line.END : end(limit, tooLong);
      }
      limit += read;
      reads++;
    }
  }

  private Line end(int end, boolean tooLong) {
    length = end > start && buffer[end - 1] == '\r' ? end - 1 - start : end - start;
    return tooLong || length > MAX_LENGTH ? Line.TOO_LONG : Line.READ;
  }

  /** How often something has come in; every line that is there had come by then. */
  int reads() {
    return reads;
  }

  /** Where the line that was {@link Line#READ} stands, from {@link #start} on. */
  byte[] buffer() {
    return buffer;
  }

  int start() {
    return start;
  }

  int length() {
    return length;
  }

  boolean isBlank() {
    for (int i = start; i < start + length; i++) {
      if (buffer[i] != ' ' && buffer[i] != '\t') {
        return false;
      }
    }
    return true;
  }
}
