package io.taskhistory.collector.logimport;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The events that are read and not yet applied, by serial. They are kept back for two reasons: events reach a log
 * somewhat out of order, and a child can run, exec and end before its creator's clone returns, which is when that is
 * written down; after vfork(2) it always does. So rules can look ahead, for the clone that returned a number.
 */
final class EventQueue {

  /** So many events are kept back at most; the clone of a child that had already run is hardly ever further away. */
  static final int LENGTH = 4096;

  private final TreeMap<Long, LogEvent> waiting = new TreeMap<>();
  private final Map<Integer, List<LogEvent>> clones = new HashMap<>();

  /** Whether it was taken; not if there is one with that serial already. */
  boolean add(LogEvent event) {
    if (waiting.putIfAbsent(event.serial, event) != null) {
      return false;
    }
    if (event.isClone()) {
      clones.computeIfAbsent(event.childNumber(), number -> new ArrayList<>(1)).add(event);
    }
    return true;
  }

  boolean isFull() {
    return waiting.size() > LENGTH;
  }

  /** The next one; null where there is none. */
  @Nullable LogEvent poll() {
    Map.Entry<Long, LogEvent> first = waiting.pollFirstEntry();
    if (first == null) {
      return null;
    }
    forget(first.getValue());
    return first.getValue();
  }

  /** Takes out one that has a higher serial than that; null where there is none. */
  @Nullable LogEvent takeAfter(long serial) {
    Map.Entry<Long, LogEvent> last = waiting.lastEntry();
    if (last == null || last.getKey() <= serial) {
      return null;
    }
    waiting.remove(last.getKey());
    forget(last.getValue());
    return last.getValue();
  }

  private void forget(LogEvent event) {
    if (event.isClone()) {
      List<LogEvent> same = clones.get(event.childNumber());
      if (same != null && same.remove(event) && same.isEmpty()) {
        clones.remove(event.childNumber());
      }
    }
  }

  /** The clones still to come that returned {@code number}, in no order. */
  List<LogEvent> clonesAhead(int number) {
    return clones.getOrDefault(number, List.of());
  }
}
