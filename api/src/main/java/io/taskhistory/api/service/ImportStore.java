package io.taskhistory.api.service;

import io.taskhistory.collector.logimport.ImportTarget;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreSettings;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The store that logs are imported into, one of its own. */
public final class ImportStore implements ImportTarget, AutoCloseable {

  private final Path directory;
  private @Nullable HistoryStore store;

  /**
   * Opens it where there is one.
   *
   * @throws StoreException where what is there was not imported, or is in use
   */
  public ImportStore(Path directory) {
    this.directory = directory;
    if (Stores.isIn(directory)) {
      HistoryStore kept = Stores.reopen(directory);
      if (!kept.reader().boot().isImported()) {
        kept.close();
        throw new StoreException("The data directory " + directory + " holds what was recorded on a running host, and"
            + " logs are imported into one of their own. Name another directory with --data-dir");
      }
      store = kept;
    }
  }

  @Override
  public Optional<HistoryWriter> last() {
    return Optional.ofNullable(store).map(HistoryStore::writer);
  }

  @Override
  public HistoryWriter begin(BootFacts facts) {
    close();
    HistoryStore begun = Stores.open(directory, facts, StoreSettings.DEFAULT);
    store = begun;
    return begun.writer();
  }

  @Override
  public void close() {
    HistoryStore open = store;
    store = null;
    if (open != null) {
      open.close();
    }
  }
}
