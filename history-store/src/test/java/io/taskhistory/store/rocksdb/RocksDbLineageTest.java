package io.taskhistory.store.rocksdb;

import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.LineageContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class RocksDbLineageTest extends LineageContract {

  @TempDir
  Path directory;

  @Override
  protected HistoryStore open(BootFacts boot) {
    return RocksDbHistoryStore.open(directory, boot);
  }
}
