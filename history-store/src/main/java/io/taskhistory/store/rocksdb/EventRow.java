package io.taskhistory.store.rocksdb;

import io.taskhistory.store.StoreException;

/**
 * The events of one commit, or of a part of it, by time: the value of a row of the log, read from its beginning.
 *
 * <pre>
 *   0         1
 *   | version | base | first | event | event | …
 *
 *   base      varint: the latest time that anything carried which was kept before
 *   first     zigzag, the first event's time − base
 *
 *   event     | later and kind | tid | start |
 *   later     varint: how much later than the event before, times 8, and the kind in the lowest three bits
 *   tid       zigzag − the tid of the event before; of a gap its id, varint
 *   start     of exec and exit: zigzag the event's time − the task's start, which a fork's time is
 *
 *   kind      0 fork of a leader, 1 of another thread, 2 exec, 3 exec without a start, 4 exit of a leader, 5 of another
 *             thread, 6 gap; 7: no event, but {@code later} is a number for itself
 * </pre>
 */
final class EventRow {

  static final int VERSION = 1;

  static final int FORK = 0;
  static final int THREAD_FORK = 1;
  static final int EXEC = 2;
  static final int LATE_EXEC = 3;
  static final int EXIT = 4;
  static final int THREAD_EXIT = 5;
  static final int GAP = 6;
  private static final int FAR = 7;

  private static final int KIND_BITS = 3;
  private static final int KIND = (1 << KIND_BITS) - 1;
  private static final long FAR_FROM = 1L << 56;

  private final BytesReader in;
  private final long base;
  private int before;

  /** Of the event that was read last: what, when, of which task (of a gap, its id), and when that started. */
  int kind;
  long time;
  int tid;
  long start;

  EventRow(byte[] value) {
    in = BytesReader.value(value, VERSION, "events");
    base = in.varint();
    time = base + in.zigzag();
  }

  long base() {
    return base;
  }

  boolean hasNext() {
    return in.left() > 0;
  }

  /** Reads the next event. */
  void next() {
    long first = in.varint();
    if ((first & KIND) == FAR) {
      time += in.varint();
      first = in.varint();
    }
    kind = (int) first & KIND;
    time += first >>> KIND_BITS;
    if (kind == FAR) {
      throw new StoreException("Damaged events: two times for one");
    }
    if (kind == GAP) {
      tid = in.count(Integer.MAX_VALUE);
      return;
    }
    tid = before + (int) in.zigzag();
    before = tid;
    start = switch (kind) {
      case FORK, THREAD_FORK -> time;
      case LATE_EXEC -> 0;
      default -> time - in.zigzag();
    };
    if (tid < 1 || start < 0 || time < 0) {
      throw new StoreException("Damaged events: no task can be " + tid + "@" + start);
    }
  }

  /** Writes such a value. */
  static final class Encoder {

    private final Bytes out;
    private long last;
    private int before;

    /** The first of the events is at {@code first}. */
    Encoder(Bytes out, long base, long first) {
      this.out = out;
      this.last = first;
      out.clear().u8(VERSION).varint(base).zigzag(first - base);
    }

    void add(int kind, long time, int tid, long start) {
      long later = time - last;
      last = time;
      if (later >= FAR_FROM) {
        out.varint(FAR).varint(later);
        later = 0;
      }
      out.varint(later << KIND_BITS | kind);
      if (kind == GAP) {
        out.varint(tid);
        return;
      }
      out.zigzag(tid - before);
      before = tid;
      if (kind == EXEC || kind == EXIT || kind == THREAD_EXIT) {
        out.zigzag(time - start);
      }
    }
  }
}
