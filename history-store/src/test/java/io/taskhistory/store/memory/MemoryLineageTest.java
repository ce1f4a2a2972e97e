package io.taskhistory.store.memory;

import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.LineageContract;

final class MemoryLineageTest extends LineageContract {

  private final Kept kept = new Kept();

  @Override
  protected HistoryStore open(BootFacts boot) {
    return MemoryHistoryStore.open(kept, boot);
  }
}
