package io.taskhistory.api.audisp;

import org.jspecify.annotations.Nullable;

/** Some lines that follow one another: how many, and the first and the last event that they name. */
final class Lines {

  private long count;
  private long bytes;
  private @Nullable EventId first;
  private @Nullable EventId last;

  /** Adds the line there, its end included. */
  void add(byte[] text, int from, int to) {
    add(text, from, to, to - from);
  }

  /** Adds a line that begins there and is longer than what is there. */
  void add(byte[] text, int from, int to, long length) {
    count++;
    bytes += length;
    EventId id = EventId.of(text, from, to);
    if (id != null) {
      first = first == null ? id : first;
      last = id;
    }
  }

  /** Adds all lines there. */
  void addAll(byte[] text, int from, int to) {
    int start = from;
    for (int i = from; i < to; i++) {
      if (text[i] == '\n') {
        add(text, start, i + 1);
        start = i + 1;
      }
    }
    if (start < to) {
      add(text, start, to);
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  long count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  @Nullable EventId first() {
    return first;
  }

  @Nullable EventId last() {
    return last;
  }
}
