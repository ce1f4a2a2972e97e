package io.taskhistory.api.service;

import io.taskhistory.store.BootFacts;
import io.taskhistory.store.CheckReport;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.Progress;
import io.taskhistory.store.RepairReport;
import io.taskhistory.store.StoreSettings;
import io.taskhistory.store.rocksdb.RocksDbHistoryStore;
import java.nio.file.Path;

/** Where histories are kept: the one place that chooses a store. */
final class Stores {

  private Stores() {}

  /** Whether there is one in a directory. */
  static boolean isIn(Path directory) {
    return RocksDbHistoryStore.isIn(directory);
  }

  /** Opens the one in a directory, or makes one, to go on with a boot or to begin it. */
  static HistoryStore open(Path directory, BootFacts facts, StoreSettings settings) {
    return RocksDbHistoryStore.open(directory, facts, settings);
  }

  /** Opens the one in a directory as it was left. */
  static HistoryStore reopen(Path directory) {
    return RocksDbHistoryStore.reopen(directory);
  }

  /** Does something while nobody has the one in a directory open, and not at all where somebody has. */
  static boolean unlessInUse(Path directory, Runnable action) {
    return RocksDbHistoryStore.unlessInUse(directory, action);
  }

  /** Whether the one in a directory is sound. */
  static CheckReport check(Path directory, Progress progress) {
    return RocksDbHistoryStore.check(directory, progress);
  }

  /** Saves what is sound of the one in a directory. */
  static RepairReport repair(Path directory, Progress progress) {
    return RocksDbHistoryStore.repair(directory, progress);
  }
}
