package io.taskhistory.api.audisp;

import io.taskhistory.api.audisp.Marks.Missing;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lines between the thread that reads them and the one that hands them on, as many as fit into a ring of bytes. The
 * first never waits for the second: what does not fit is dropped, whole lines of it, until half of the ring is free
 * again; so there are few holes, not many. At each a {@linkplain Marks mark} goes in.
 */
final class LineQueue {

  /** Room for a mark, of which there is one at a time where lines do not fit. */
  private static final int SPARE = 1 << 10;

  private final byte[] ring;
  private final int capacity;
  private final Marks marks;
  private int head;
  private int size;
  private boolean ended;
  private Missing why = Missing.QUEUE_FULL;
  private @Nullable Lines hole;

  LineQueue(int capacity, Marks marks) {
    this.capacity = capacity;
    this.ring = new byte[capacity + SPARE];
    this.marks = marks;
  }

  /** Puts in the line there, its end included, or drops it. */
  synchronized void put(byte[] text, int from, int to) {
    if (ended) {
      return;
    }
    if (hole != null && size <= capacity / 2) {
      endHole(hole);
    }
    if (hole != null || size + (to - from) > capacity) {
      drop(Missing.QUEUE_FULL, text, from, to, to - from);
    } else {
      append(text, from, to);
    }
    notifyAll();
  }

  /** Drops a line of which only the beginning is there. */
  synchronized void dropTooLong(byte[] text, int from, int to, long length) {
    drop(Missing.TOO_LONG, text, from, to, length);
    notifyAll();
  }

  private void drop(Missing reason, byte[] text, int from, int to, long length) {
    if (hole == null) {
      hole = new Lines();
      why = reason;
    }
    hole.add(text, from, to, length);
  }

  private void endHole(Lines lines) {
    byte[] mark = marks.missing(why, lines);
    append(mark, 0, mark.length);
    hole = null;
  }

  private void append(byte[] text, int from, int to) {
    int length = to - from;
    int tail = (head + size) % ring.length;
    int first = Math.min(length, ring.length - tail);
    System.arraycopy(text, from, ring, tail, first);
    System.arraycopy(text, from + first, ring, 0, length - first);
    size += length;
  }

  /** No more will be put in. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  synchronized boolean isEnded() {
    return ended;
  }

  synchronized boolean isEmpty() {
    return size == 0;
  }

  /** Whether it is time to hurry, lest lines are dropped. */
  synchronized boolean isHalfFull() {
    return size > capacity / 2;
  }

  /**
   * Takes out what there is, cut anywhere; waits for it as long as it is told to.
   *
   * @return how many bytes; 0 where none came; −1 where none will come any more
   */
  synchronized int take(byte[] into, long millis) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (size == 0 && hole == null && !ended) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        return 0;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    if (size == 0 && hole != null) {
      endHole(hole);
    }
    int length = Math.min(size, into.length);
    int first = Math.min(length, ring.length - head);
    System.arraycopy(ring, head, into, 0, first);
    System.arraycopy(ring, 0, into, first, length - first);
    head = (head + length) % ring.length;
    size -= length;
    return length == 0 ? -1 : length;
  }
}
