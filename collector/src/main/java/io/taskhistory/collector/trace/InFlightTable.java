package io.taskhistory.collector.trace;

import io.taskhistory.history.RawText;
import org.jspecify.annotations.Nullable;

/**
 * What was heard of tasks, by their tid: a name, whether a {@link Tracepoint#FORK} is to come, and when. An open
 * addressing table with linear probing; nothing is allocated but when it grows. For one thread.
 */
final class InFlightTable {

  /** No task of that tid is here. */
  static final int NONE = -1;

  private static final int LEAST = 1024;
  /** Twice as many as there can be tids. */
  private static final int MOST = 1 << 23;

  private int[] tids = new int[LEAST];
  private @Nullable RawText[] names = new RawText[LEAST];
  private long[] times = new long[LEAST];
  private boolean[] awaiting = new boolean[LEAST];
  private int size;

  /** Receives what is remembered. */
  interface Visitor {

    void visit(int tid, long time, boolean awaitsFork, @Nullable RawText name);
  }

  /** Where a task is, until something is added or removed; or {@link #NONE}. */
  int find(int tid) {
    for (int slot = home(tid); tids[slot] != 0; slot = slot + 1 & tids.length - 1) {
      if (tids[slot] == tid) {
        return slot;
      }
    }
    return NONE;
  }

  @Nullable RawText name(int slot) {
    return names[slot];
  }

  boolean awaitsFork(int slot) {
    return awaiting[slot];
  }

  void name(int slot, @Nullable RawText name, long time) {
    names[slot] = name;
    times[slot] = time;
  }

  void removeName(int slot) {
    names[slot] = null;
  }

  void awaitsFork(int slot, boolean awaitsFork) {
    awaiting[slot] = awaitsFork;
  }

  /** Adds one that is not there, or replaces it. */
  void put(int tid, long time, boolean awaitsFork, @Nullable RawText name) {
    int slot = find(tid);
    if (slot == NONE) {
      slot = add(tid);
    }
    names[slot] = name;
    times[slot] = time;
    awaiting[slot] = awaitsFork;
  }

  private int add(int tid) {
    if (size >= tids.length / 2) {
      resize(tids.length >= MOST ? LEAST : tids.length * 2);
    }
    int slot = home(tid);
    while (tids[slot] != 0) {
      slot = slot + 1 & tids.length - 1;
    }
    size++;
    tids[slot] = tid;
    return slot;
  }

  private int home(int tid) {
    return tid * 0x9e3779b9 >>> Integer.numberOfLeadingZeros(tids.length - 1);
  }

  /** Removes what is at {@code slot}, and moves those behind it up that could not be found any more. */
  void remove(int slot) {
    int mask = tids.length - 1;
    int free = slot;
    for (int at = slot + 1 & mask; tids[at] != 0; at = at + 1 & mask) {
      if ((at - home(tids[at]) & mask) >= (at - free & mask)) {
        tids[free] = tids[at];
        names[free] = names[at];
        times[free] = times[at];
        awaiting[free] = awaiting[at];
        free = at;
      }
    }
    tids[free] = 0;
    names[free] = null;
    awaiting[free] = false;
    size--;
  }

  /** Forgets all names, and those of whom nothing else is known. */
  void removeNames() {
    int slot = 0;
    while (slot < tids.length) {
      names[slot] = null;
      if (tids[slot] == 0 || awaiting[slot]) {
        slot++;
      } else {
        remove(slot); // and looks at what has moved into its place
      }
    }
  }

  /** Hands those that were heard before {@code time} over to {@code older}, and gives back room that a flood took. */
  void age(long time, InFlightTable older) {
    int slot = 0;
    while (slot < tids.length) {
      if (tids[slot] == 0 || times[slot] >= time) {
        slot++;
      } else {
        older.put(tids[slot], times[slot], awaiting[slot], names[slot]);
        remove(slot);
      }
    }
    if (tids.length > LEAST && size < tids.length / 8) {
      resize(tids.length / 4);
    }
  }

  void forEach(Visitor visitor) {
    for (int slot = 0; slot < tids.length; slot++) {
      if (tids[slot] != 0) {
        visitor.visit(tids[slot], times[slot], awaiting[slot], names[slot]);
      }
    }
  }

  int size() {
    return size;
  }

  /** To fewer than there are it is emptied: there are more than there can be tasks. */
  private void resize(int length) {
    int[] oldTids = tids;
    @Nullable RawText[] oldNames = names;
    long[] oldTimes = times;
    boolean[] oldAwaiting = awaiting;
    boolean fits = size < length;
    tids = new int[length];
    names = new RawText[length];
    times = new long[length];
    awaiting = new boolean[length];
    size = 0;
    for (int slot = 0; fits && slot < oldTids.length; slot++) {
      if (oldTids[slot] != 0) {
        put(oldTids[slot], oldTimes[slot], oldAwaiting[slot], oldNames[slot]);
      }
    }
  }
}
