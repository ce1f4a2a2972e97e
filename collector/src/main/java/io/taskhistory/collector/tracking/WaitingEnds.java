package io.taskhistory.collector.tracking;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Exits that the spine told and whose reports are waited for, found by tid. One that is done with is used again, so an
 * exit leaves no garbage.
 *
 * <pre>
 *   slots ─► [ 0 | 1 | … | 4095 ]     tid &amp; 4095, then the ends in there, in the order in which they were told
 * </pre>
 */
final class WaitingEnds {

  private static final int SLOTS = 1 << 12;

  /** One exit. It stands in a {@link Line}, also after it was settled, until it is taken from there. */
  static final class End {
    private @Nullable Tracked task;
    long time;
    /** Whether the process ended with it. */
    boolean isLast;
    /** Whether a report came that may be its own or another's: then no report can be said to be its. */
    boolean isDisputed;
    /** Whether its task was found over; only of one that was there still. */
    boolean isOver;
    /** When something is to be done about it. */
    long dueAt;
    private @Nullable End nextInSlot;
    private @Nullable End nextInLine;

    boolean isSettled() {
      return task == null;
    }

    Tracked task() {
      Tracked known = task;
      if (known == null) {
        throw new IllegalStateException("settled before");
      }
      return known;
    }
  }

  /** Some ends, in the order in which they were added, which is about that in which they are due. */
  static final class Line {
    private @Nullable End first;
    private @Nullable End last;

    void add(End end, long dueAt) {
      end.dueAt = dueAt;
      end.nextInLine = null;
      if (last == null) {
        first = end;
      } else {
        last.nextInLine = end;
      }
      last = end;
    }

    /** Takes the first if it is due. */
    @Nullable End poll(long now) {
      End end = first;
      if (end == null || end.dueAt > now) {
        return null;
      }
      first = end.nextInLine;
      if (first == null) {
        last = null;
      }
      return end;
    }
  }

  private final @Nullable End[] slots = new @Nullable End[SLOTS];
  private @Nullable End free;

  /** A new one, in no line as yet. */
  End add(Tracked task, boolean isLast, long time) {
    End end = free == null ? new End() : free;
    free = end.nextInLine;
    end.task = task;
    end.time = time;
    end.isLast = isLast;
    end.isDisputed = false;
    end.isOver = false;
    int slot = slot(task);
    End at = slots[slot];
    if (at == null) {
      slots[slot] = end;
      return end;
    }
    while (at.nextInSlot != null) {
      at = at.nextInSlot;
    }
    at.nextInSlot = end;
    return end;
  }

  private static int slot(Tracked task) {
    return task.task.tid() & SLOTS - 1;
  }

  /** The first that waits at {@code tid}. */
  @Nullable End first(int tid) {
    return among(slots[tid & SLOTS - 1], tid);
  }

  /** The one at the same tid that was told after {@code end}. */
  @Nullable End next(End end) {
    return among(end.nextInSlot, end.task().task.tid());
  }

  private static @Nullable End among(@Nullable End from, int tid) {
    @Nullable End at = from;
    while (at != null && at.task().task.tid() != tid) {
      at = at.nextInSlot;
    }
    return at;
  }

  /** Passes on all that wait. */
  void forEach(Consumer<? super End> action) {
    for (@Nullable End first : slots) {
      for (@Nullable End end = first; end != null; end = end.nextInSlot) {
        action.accept(end);
      }
    }
  }

  /** It waits no longer. */
  void settle(End end) {
    int slot = slot(end.task());
    @Nullable End before = null;
    for (@Nullable End at = slots[slot]; at != null && at != end; at = at.nextInSlot) {
      before = at;
    }
    if (before == null) {
      slots[slot] = end.nextInSlot;
    } else {
      before.nextInSlot = end.nextInSlot;
    }
    end.nextInSlot = null;
    end.task = null;
  }

  /** It stands in no line any more, and can be used again; if it still waits, not for long. */
  void drop(End end) {
    if (!end.isSettled()) {
      settle(end);
    }
    end.nextInLine = free;
    free = end;
  }
}
