package io.taskhistory.api.stream;

import io.taskhistory.history.Boot;
import io.taskhistory.store.EventCursor;
import io.taskhistory.store.HistoryReader;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** The order of places in the log: by boot, and within one as they were kept. For one thread. */
final class Places implements Comparator<EventCursor> {

  private static final Integer BEFORE_ALL = -1;

  private final HistoryReader reader;
  private final Map<String, Integer> boots = new HashMap<>();

  Places(HistoryReader reader) {
    this.reader = reader;
  }

  @Override
  public int compare(EventCursor one, EventCursor other) {
    if (!one.boot().equals(other.boot())) {
      return Integer.compare(boot(one.boot()), boot(other.boot()));
    }
    return one.row() != other.row() ? Long.compare(one.row(), other.row()) : Integer.compare(one.index(), other.index());
  }

  private int boot(String key) {
    Integer index = boots.get(key);
    if (index == null) {
      for (Boot boot : reader.boots()) {
        boots.put(boot.key(), boot.index());
      }
      index = boots.getOrDefault(key, BEFORE_ALL);
    }
    return index;
  }
}
