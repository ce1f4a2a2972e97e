package io.taskhistory.api.service;

import io.taskhistory.collector.CollectorView;
import io.taskhistory.store.HistoryStore;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** What the service needs of the machine that it runs on. */
public interface Machine {

  /** What this process lacks to follow tasks; empty where it can. */
  List<Shortage> shortages();

  /**
   * Opens what was kept in {@code directory}, or begins anew there.
   *
   * @throws io.taskhistory.store.StoreException where it is in use or cannot be read; nothing is changed then
   */
  HistoryStore open(Path directory);

  /**
   * Follows tasks into {@code store} until closed.
   *
   * @param onFailure called where it cannot go on
   */
  Following follow(HistoryStore store, Consumer<Throwable> onFailure);

  /** A missing right or part, and how to get it; both sentences without an end. */
  record Shortage(String what, String remedy) {}

  /** Tasks are being followed. */
  interface Following extends CollectorView, AutoCloseable {

    @Override
    void close();
  }
}
