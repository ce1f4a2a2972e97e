package io.taskhistory.api.enrich;

import io.taskhistory.collector.auditlog.AuditRecord;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The events of which records passed lately, by time, serial and machine. A ring: the oldest gives way to a new one.
 * Those that are settled stay until then, so that a late record finds its event.
 */
final class EventTable {

  /** Powers of two. */
  private static final int MOST = 1024;
  private static final int SLOTS = 4 * MOST;

  private static final int NONE = -1;

  private final OpenEvent[] ring = new OpenEvent[MOST];
  private final int[] slots = new int[SLOTS];
  private long begun;
  private long settled;

  EventTable() {
    for (int i = 0; i < MOST; i++) {
      ring[i] = new OpenEvent();
    }
    Arrays.fill(slots, NONE);
  }

  /** The event that a record belongs to; of several the one that was begun last. */
  @Nullable OpenEvent find(AuditRecord record) {
    for (int i = slots[slot(record.stamp(), record.serial())]; i != NONE; i = ring[i].next) {
      if (ring[i].is(record)) {
        return ring[i];
      }
    }
    return null;
  }

  /** The oldest that is not settled yet; null where all are. */
  @Nullable OpenEvent oldest() {
    for (; settled < begun; settled++) {
      OpenEvent event = ring[(int) (settled & MOST - 1)];
      if (!event.isSettled) {
        return event;
      }
    }
    return null;
  }

  /** Passes those on that are not settled yet, the oldest first. */
  void forEachOpen(Consumer<OpenEvent> action) {
    for (long i = settled; i < begun; i++) {
      OpenEvent event = ring[(int) (i & MOST - 1)];
      if (!event.isSettled) {
        action.accept(event);
      }
    }
  }

  /** Whether the next to begin takes the place of {@link #oldest}. */
  boolean isFull() {
    return begun - settled == MOST;
  }

  OpenEvent begin(AuditRecord record) {
    int index = (int) (begun & MOST - 1);
    OpenEvent event = ring[index];
    if (begun >= MOST) {
      remove(index);
    }
    event.begin(record);
    int slot = slot(event.stamp, event.serial);
    event.next = slots[slot];
    slots[slot] = index;
    begun++;
    return event;
  }

  /** It is the oldest, so it is the last of its slot. */
  private void remove(int index) {
    int slot = slot(ring[index].stamp, ring[index].serial);
    if (slots[slot] == index) {
      slots[slot] = ring[index].next;
      return;
    }
    for (int i = slots[slot]; i != NONE; i = ring[i].next) {
      if (ring[i].next == index) {
        ring[i].next = ring[index].next;
        return;
      }
    }
  }

  private static int slot(long stamp, long serial) {
    long mixed = (stamp / 1_000_000 * 31 + serial) * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> 40) & SLOTS - 1;
  }
}
