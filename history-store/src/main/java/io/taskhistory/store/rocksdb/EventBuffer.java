package io.taskhistory.store.rocksdb;

import java.util.Arrays;

/** The events of one commit, in arrays that are used again and again: sorting them leaves no garbage. */
final class EventBuffer {

  private int[] kinds = new int[256];
  private long[] times = new long[256];
  private int[] tids = new int[256];
  private long[] starts = new long[256];
  private int[] order = new int[256];
  private int[] spare = new int[256];
  private int size;

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  void add(int kind, long time, int tid, long start) {
    if (size == kinds.length) {
      int more = size * 2;
      kinds = Arrays.copyOf(kinds, more);
      times = Arrays.copyOf(times, more);
      tids = Arrays.copyOf(tids, more);
      starts = Arrays.copyOf(starts, more);
      order = new int[more];
      spare = new int[more];
    }
    kinds[size] = kind;
    times[size] = time;
    tids[size] = tid;
    starts[size] = start;
    size++;
  }

  /** By time; where that is the same forks come first, then execs, exits and gaps, each by tid and start. */
  void sort() {
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    for (int width = 1; width < size; width *= 2) {
      for (int from = 0; from < size; from += 2 * width) {
        merge(from, Math.min(from + width, size), Math.min(from + 2 * width, size));
      }
      int[] sorted = spare;
      spare = order;
      order = sorted;
    }
  }

  private void merge(int from, int middle, int to) {
    if (middle == to || !isBefore(order[middle], order[middle - 1])) {
      System.arraycopy(order, from, spare, from, to - from); // what came in order is most of it
      return;
    }
    int left = from;
    int right = middle;
    for (int i = from; i < to; i++) {
      boolean takesRight = left == middle || right < to && isBefore(order[right], order[left]);
      spare[i] = takesRight ? order[right++] : order[left++];
    }
  }

  private boolean isBefore(int one, int other) {
    if (times[one] != times[other]) {
      return times[one] < times[other];
    }
    int kind = rank(kinds[one]) - rank(kinds[other]);
    return kind != 0 ? kind < 0
        : tids[one] != tids[other] ? tids[one] < tids[other] : starts[one] < starts[other];
  }

  private static int rank(int kind) {
    return kind >> 1; // a leader's and a thread's are one kind
  }

  int kind(int i) {
    return kinds[order[i]];
  }

  long time(int i) {
    return times[order[i]];
  }

  int tid(int i) {
    return tids[order[i]];
  }

  long start(int i) {
    return starts[order[i]];
  }
}
