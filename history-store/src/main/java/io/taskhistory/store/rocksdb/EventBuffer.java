package io.taskhistory.store.rocksdb;

import java.util.Arrays;

/** The events of one commit, in arrays that are used again and again: sorting them leaves no garbage. */
final class EventBuffer {

  /** Larger arrays than these, left by an unusual commit, are given back. */
  private static final int USUAL = 1 << 14;

  private int[] kinds = {};
  private long[] times = {};
  private int[] tids = {};
  private long[] starts = {};
  private int[] order = {};
  private int[] spare = {};
  private int size;

  EventBuffer() {
    resize(USUAL / 64);
  }

  void clear() {
    size = 0;
    if (kinds.length > USUAL) {
      resize(USUAL / 64);
    }
  }

  private void resize(int length) {
    kinds = Arrays.copyOf(kinds, length);
    times = Arrays.copyOf(times, length);
    tids = Arrays.copyOf(tids, length);
    starts = Arrays.copyOf(starts, length);
    order = new int[length];
    spare = new int[length];
  }

  int size() {
    return size;
  }

  void add(int kind, long time, int tid, long start) {
    if (size == kinds.length) {
      resize(size * 2);
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
