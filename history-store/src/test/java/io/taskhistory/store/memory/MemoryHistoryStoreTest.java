package io.taskhistory.store.memory;

import io.taskhistory.store.BootFacts;
import io.taskhistory.store.EventLogContract;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryStoreContract;
import org.junit.jupiter.api.Nested;

final class MemoryHistoryStoreTest extends HistoryStoreContract {

  private final Kept kept = new Kept();

  @Override
  protected HistoryStore open(BootFacts boot) {
    return MemoryHistoryStore.open(kept, boot);
  }

  @Nested
  final class Events extends EventLogContract {

    private final Kept kept = new Kept();

    @Override
    protected HistoryStore open(BootFacts boot) {
      return MemoryHistoryStore.open(kept, boot);
    }
  }
}
