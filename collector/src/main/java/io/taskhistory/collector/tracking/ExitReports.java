package io.taskhistory.collector.tracking;

import java.util.Arrays;

/** Reports of exits that nobody has been found for yet, in the order in which they came; without garbage. */
final class ExitReports {

  /** Looks at one report; true if it is done with. */
  interface Taker {
    boolean take(long time, int tid, int tgid, int waitStatus);
  }

  private long[] times = new long[64];
  private int[] tids = new int[64];
  private int[] tgids = new int[64];
  private int[] statuses = new int[64];
  private int size;

  int size() {
    return size;
  }

  void add(long time, int tid, int tgid, int waitStatus) {
    if (size == times.length) {
      times = Arrays.copyOf(times, size * 2);
      tids = Arrays.copyOf(tids, size * 2);
      tgids = Arrays.copyOf(tgids, size * 2);
      statuses = Arrays.copyOf(statuses, size * 2);
    }
    times[size] = time;
    tids[size] = tid;
    tgids[size] = tgid;
    statuses[size++] = waitStatus;
  }

  /** Shows all to {@code taker}, and keeps those that it does not take. */
  void offer(Taker taker) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (!taker.take(times[i], tids[i], tgids[i], statuses[i])) {
        times[kept] = times[i];
        tids[kept] = tids[i];
        tgids[kept] = tgids[i];
        statuses[kept++] = statuses[i];
      }
    }
    size = kept;
  }

  void clear() {
    size = 0;
  }
}
