package io.taskhistory.collector.trace;

import java.util.Arrays;

/**
 * The slots of the journal that one processor has taken, in their order: first those that have been gone over or are
 * being, then those that are still to be.
 */
final class SlotQueue {

  private int[] slots = new int[16];
  /** How many events had been read from the ring with each. */
  private long[] ends = new long[16];
  private long[] endTimes = new long[16];
  private int first;
  private int next;
  private int last;

  /** Whether there has been none ever. */
  boolean isUnused() {
    return last == 0;
  }

  /** Whether one is being gone over. */
  boolean isStarted() {
    return next > first;
  }

  /** Whether one is still to be gone over. */
  boolean hasNext() {
    return next < last;
  }

  /** The next one, which is gone over from now on. */
  int next() {
    return slots[next++];
  }

  /** How many events had been read with the one that is gone over. */
  long end() {
    return ends[next - 1];
  }

  /** How many events had been read with the last one, or {@code otherwise} where there is none. */
  long lastEnd(long otherwise) {
    return last == first ? otherwise : ends[last - 1];
  }

  /** The one that is gone over has no time that can be believed: {@code time} stands for it. */
  void endTime(long time) {
    endTimes[next - 1] = time;
  }

  /** The {@code i}th of all that are held, from 0. */
  int slot(int i) {
    return slots[first + i];
  }

  /** How many are held. */
  int size() {
    return last - first;
  }

  void add(int slot, long end, long endTime) {
    if (last == slots.length) {
      moveDown();
    }
    slots[last] = slot;
    endTimes[last] = endTime;
    ends[last++] = end;
  }

  /** To the start of the arrays, or of larger ones where they are more than half full. */
  private void moveDown() {
    int count = last - first;
    int length = count > slots.length / 2 ? slots.length * 2 : slots.length;
    slots = Arrays.copyOf(Arrays.copyOfRange(slots, first, last), length);
    ends = Arrays.copyOf(Arrays.copyOfRange(ends, first, last), length);
    endTimes = Arrays.copyOf(Arrays.copyOfRange(endTimes, first, last), length);
    next -= first;
    first = 0;
    last = count;
  }

  /**
   * Gives back those that hold nothing but what was passed on up to {@code events}. The one with the last of those
   * stays, to tell where a loss behind it begins, and so does the one that is gone over.
   */
  void release(Journal journal, int cpu, long events) {
    while (first < next - 1 && (ends[first] < events || ends[first] == events && ends[first + 1] == events)) {
      journal.since(endTimes[first]);
      journal.release(cpu, slots[first++]);
    }
  }
}
