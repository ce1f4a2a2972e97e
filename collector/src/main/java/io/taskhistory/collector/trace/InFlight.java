package io.taskhistory.collector.trace;

import io.taskhistory.history.RawText;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel tells with two events, by the task that the second is awaited of: a rename that may be an exec's, a
 * clone whose {@link Tracepoint#FORK} comes. The second mostly comes within a millisecond, so what is kept with a
 * position is only what was heard lately; the rest, names that programs gave their threads above all, is aside.
 */
final class InFlight {

  /** How long is lately. */
  private static final long LATELY = 2_000_000_000L;

  private final InFlightTable late = new InFlightTable();
  private final InFlightTable aside = new InFlightTable();
  private long wholeSince = Long.MIN_VALUE;

  /** The task's latest name, from a rename. */
  void named(int tid, long time, RawText name) {
    if (time < wholeSince) {
      return;
    }
    int slot = late.find(tid);
    if (slot != InFlightTable.NONE) {
      late.name(slot, name, time);
    } else {
      late.put(tid, time, takeAside(tid), name);
    }
  }

  /** Whether one that is aside awaits its fork; it is there no longer. */
  private boolean takeAside(int tid) {
    int slot = aside.find(tid);
    boolean awaitsFork = slot != InFlightTable.NONE && aside.awaitsFork(slot);
    if (slot != InFlightTable.NONE) {
      aside.remove(slot);
    }
    return awaitsFork;
  }

  /** The task was seen to be created, and the same can be told once more: whatever was known was of another task. */
  void cloned(int tid, long time) {
    takeAside(tid);
    late.put(tid, time, true, null);
  }

  /** Takes the task's latest name; {@link RawText#UNKNOWN} where there is none. */
  RawText takeName(int tid) {
    RawText name = takeName(late, tid);
    if (name == null) {
      name = takeName(aside, tid);
    }
    return name == null ? RawText.UNKNOWN : name;
  }

  private static @Nullable RawText takeName(InFlightTable table, int tid) {
    int slot = table.find(tid);
    RawText name = slot == InFlightTable.NONE ? null : table.name(slot);
    if (name != null && table.awaitsFork(slot)) {
      table.removeName(slot);
    } else if (name != null) {
      table.remove(slot);
    }
    return name;
  }

  /** Whether that task's creation was seen, and is told once more now. */
  boolean takeClone(int tid) {
    return takeClone(late, tid) || takeClone(aside, tid);
  }

  private static boolean takeClone(InFlightTable table, int tid) {
    int slot = table.find(tid);
    if (slot == InFlightTable.NONE || !table.awaitsFork(slot)) {
      return false;
    }
    if (table.name(slot) == null) {
      table.remove(slot);
    } else {
      table.awaitsFork(slot, false);
    }
    return true;
  }

  /** The task has ended. */
  void forget(int tid) {
    forget(late, tid);
    forget(aside, tid);
  }

  private static void forget(InFlightTable table, int tid) {
    int slot = table.find(tid);
    if (slot != InFlightTable.NONE) {
      table.remove(slot);
    }
  }

  /**
   * Events were lost: no name from before {@code until} is certainly the latest, not even one that another processor's
   * ring still tells of.
   */
  void forgetNames(long until) {
    wholeSince = Math.max(wholeSince, until);
    late.removeNames();
    aside.removeNames();
  }

  /** Puts aside what was not heard lately. To be called now and then. */
  void age(long now) {
    late.age(now - LATELY, aside);
  }

  /** What was heard lately. */
  void forEachLate(InFlightTable.Visitor visitor) {
    late.forEach(visitor);
  }

  /** Puts back what a visitor was told. */
  void restore(int tid, long time, boolean awaitsFork, @Nullable RawText name) {
    late.put(tid, time, awaitsFork, name);
  }

  /** How many tasks something is remembered of. */
  int size() {
    return late.size() + aside.size();
  }
}
