package io.taskhistory.store;

/** A store that is open. Closing it stops readers first and the writer last; what was committed stays. */
public interface HistoryStore extends AutoCloseable {

  HistoryWriter writer();

  HistoryReader reader();

  Upkeep upkeep();

  @Override
  void close();
}
