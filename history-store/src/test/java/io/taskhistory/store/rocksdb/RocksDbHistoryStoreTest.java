package io.taskhistory.store.rocksdb;

import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryStoreContract;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

final class RocksDbHistoryStoreTest {

  @Nested
  final class OnePeriod extends HistoryStoreContract {

    @TempDir
    Path directory;

    @Override
    protected HistoryStore open(BootFacts boot) {
      return RocksDbHistoryStore.open(directory, boot);
    }
  }

  /** The same with a new period at nearly every commit. */
  @Nested
  final class ManyPeriods extends HistoryStoreContract {

    @TempDir
    Path directory;

    @Override
    protected HistoryStore open(BootFacts boot) {
      return RocksDbHistoryStore.open(directory, boot, Duration.ofNanos(1));
    }
  }
}
