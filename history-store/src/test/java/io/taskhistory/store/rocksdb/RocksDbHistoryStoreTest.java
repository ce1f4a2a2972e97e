package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Entry;
import io.taskhistory.history.History;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.EventLogContract;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RocksDbHistoryStoreTest {

  private static final int MANY = 30_000;

  @TempDir
  Path directory;

  /** A program that execs itself in a loop: as long as it likes, so nothing may go down a history by recursion. */
  @Test
  void task_withManyExecs_comesBackLiveAndEnded() {
    try (HistoryStore store = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1))) {
      Entry entry = store.writer().root();
      for (int i = 0; i < MANY; i++) {
        entry = new Entry(entry, i, 10, RawText.of("run"), Provenance.OBSERVED);
        store.writer().save(entry);
      }
      store.writer().save(Task.leader(store.writer().boot(), 10, 0, entry));
      store.writer().commit(MANY);
    }
    for (BootFacts boot : List.of(HistoryStoreContract.facts(1), HistoryStoreContract.facts(2))) {
      try (HistoryStore store = RocksDbHistoryStore.open(directory, boot, StoreSettings.sliced(Duration.ofNanos(1)))) {
        Task task = store.reader().task(10).orElseThrow();
        assertThat(History.of(task, MANY).entries()).hasSize(MANY + 1);
        store.writer().commit(MANY + 1);
      }
    }
  }

  @Nested
  final class OnePeriod extends HistoryStoreContract {

    @TempDir
    Path directory;

    @Override
    protected HistoryStore open(BootFacts boot) {
      return RocksDbHistoryStore.open(directory, boot);
    }
  }

  @Nested
  final class Events extends EventLogContract {

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
      return RocksDbHistoryStore.open(directory, boot, StoreSettings.sliced(Duration.ofNanos(1)));
    }
  }

  @Nested
  final class EventsInManyPeriods extends EventLogContract {

    @TempDir
    Path directory;

    @Override
    protected HistoryStore open(BootFacts boot) {
      return RocksDbHistoryStore.open(directory, boot, StoreSettings.sliced(Duration.ofNanos(1)));
    }
  }
}
