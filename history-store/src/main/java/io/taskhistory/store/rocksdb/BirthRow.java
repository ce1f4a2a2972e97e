package io.taskhistory.store.rocksdb;

import io.taskhistory.store.StoreException;

/**
 * Some processes, each by its leader's tid and start: births that were told late, or who lived at a time.
 *
 * <pre>
 *   0         1      2
 *   | version | last | row | base | process | process | …
 *
 *   last      1 in the last piece, 0 in those before
 *   row       varint: of who lives, the number of the first row of events that comes after
 *   base      varint
 *   process   | zigzag tid − the tid before | zigzag base − start |
 * </pre>
 */
final class BirthRow {

  static final int VERSION = 1;

  private final BytesReader in;
  private final boolean isLast;
  private final long row;
  private final long base;

  int tid;
  long start;

  BirthRow(byte[] value) {
    in = BytesReader.value(value, VERSION, "processes");
    isLast = in.u8() != 0;
    row = in.varint();
    base = in.varint();
  }

  boolean isLast() {
    return isLast;
  }

  long row() {
    return row;
  }

  boolean hasNext() {
    return in.left() > 0;
  }

  void next() {
    tid += (int) in.zigzag();
    start = base - in.zigzag();
    if (tid < 1 || start < 0) {
      throw new StoreException("Damaged processes: none can be " + tid + "@" + start);
    }
  }

  /** Writes such a value. */
  static final class Encoder {

    private static final int LAST_AT = 1;

    private final Bytes out;
    private long base;
    private int before;
    private int count;

    Encoder(Bytes out) {
      this.out = out;
    }

    void begin(long firstRow, long sinceBase) {
      base = sinceBase;
      before = 0;
      count = 0;
      out.clear().u8(VERSION).u8(0).varint(firstRow).varint(sinceBase);
    }

    void add(int tid, long start) {
      out.zigzag(tid - before).zigzag(base - start);
      before = tid;
      count++;
    }

    int count() {
      return count;
    }

    void last() {
      out.array[LAST_AT] = 1;
    }
  }
}
