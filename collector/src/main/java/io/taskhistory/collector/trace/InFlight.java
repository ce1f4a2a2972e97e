package io.taskhistory.collector.trace;

import io.taskhistory.history.RawText;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel tells with two events, by the task that the second is awaited of: a rename that may be an exec's, a
 * clone whose {@link Tracepoint#FORK} comes. An open addressing table; nothing is allocated but when it grows.
 */
final class InFlight {

  private static final int LEAST = 1024;
  private static final int MOST = 1 << 20;

  private int[] tids = new int[LEAST];
  private @Nullable RawText[] names = new RawText[LEAST];
  private long[] named = new long[LEAST];
  private boolean[] cloned = new boolean[LEAST];
  private int size;

  /** Receives what is remembered. */
  interface Visitor {

    void visit(int tid, long time, boolean awaitsFork, @Nullable RawText name);
  }

  /** The task's latest name, from a rename. */
  void named(int tid, long time, RawText name) {
    int slot = slotFor(tid);
    names[slot] = name;
    named[slot] = time;
  }

  /** Takes the task's latest name; {@link RawText#UNKNOWN} where there is none. */
  RawText takeName(int tid) {
    int slot = find(tid);
    RawText name = slot < 0 ? null : names[slot];
    if (name == null) {
      return RawText.UNKNOWN;
    }
    names[slot] = null;
    removeIfEmpty(slot);
    return name;
  }

  /** The task was seen to be created, and the same can be told once more. */
  void cloned(int tid, long time) {
    int slot = slotFor(tid);
    // Whatever was known of that tid was known of another task.
    names[slot] = null;
    named[slot] = time;
    cloned[slot] = true;
  }

  /** Whether that task's creation was seen, and is told once more now. */
  boolean takeClone(int tid) {
    int slot = find(tid);
    if (slot < 0 || !cloned[slot]) {
      return false;
    }
    cloned[slot] = false;
    removeIfEmpty(slot);
    return true;
  }

  /** The task has ended. */
  void forget(int tid) {
    int slot = find(tid);
    if (slot >= 0) {
      remove(slot);
    }
  }

  /** Events were lost: no name is certainly the latest any more. */
  void forgetNames() {
    int slot = 0;
    while (slot < tids.length) {
      names[slot] = null;
      // What moves into the place is looked at next.
      if (tids[slot] == 0 || cloned[slot]) {
        slot++;
      } else {
        remove(slot);
      }
    }
  }

  void forEachSince(long time, Visitor visitor) {
    for (int slot = 0; slot < tids.length; slot++) {
      if (tids[slot] != 0 && named[slot] >= time) {
        visitor.visit(tids[slot], named[slot], cloned[slot], names[slot]);
      }
    }
  }

  int size() {
    return size;
  }

  private int find(int tid) {
    for (int slot = home(tid); tids[slot] != 0; slot = slot + 1 & tids.length - 1) {
      if (tids[slot] == tid) {
        return slot;
      }
    }
    return -1;
  }

  private int slotFor(int tid) {
    int slot = home(tid);
    while (tids[slot] != 0 && tids[slot] != tid) {
      slot = slot + 1 & tids.length - 1;
    }
    if (tids[slot] == tid) {
      return slot;
    }
    if (size >= tids.length / 2) {
      grow();
      return slotFor(tid);
    }
    size++;
    tids[slot] = tid;
    return slot;
  }

  private int home(int tid) {
    return tid * 0x9e3779b9 >>> Integer.numberOfLeadingZeros(tids.length - 1);
  }

  private void removeIfEmpty(int slot) {
    if (names[slot] == null && !cloned[slot]) {
      remove(slot);
    }
  }

  /** Moves those behind it up that could not be found any more. */
  private void remove(int slot) {
    int mask = tids.length - 1;
    int free = slot;
    for (int at = slot + 1 & mask; tids[at] != 0; at = at + 1 & mask) {
      if ((at - home(tids[at]) & mask) >= (at - free & mask)) {
        tids[free] = tids[at];
        names[free] = names[at];
        named[free] = named[at];
        cloned[free] = cloned[at];
        free = at;
      }
    }
    tids[free] = 0;
    names[free] = null;
    cloned[free] = false;
    size--;
  }

  /** More than there can be tasks: whatever fills it, it is emptied. */
  private void grow() {
    int length = tids.length >= MOST ? LEAST : tids.length * 2;
    InFlight larger = new InFlight(length);
    if (length > tids.length) {
      forEachSince(Long.MIN_VALUE, larger::put);
    }
    tids = larger.tids;
    names = larger.names;
    named = larger.named;
    cloned = larger.cloned;
    size = larger.size;
  }

  InFlight() {}

  private InFlight(int length) {
    tids = new int[length];
    names = new RawText[length];
    named = new long[length];
    cloned = new boolean[length];
  }

  /** Puts back what a {@link Visitor} was told. */
  void put(int tid, long time, boolean awaitsFork, @Nullable RawText name) {
    int slot = slotFor(tid);
    names[slot] = name;
    named[slot] = time;
    cloned[slot] = awaitsFork;
  }
}
