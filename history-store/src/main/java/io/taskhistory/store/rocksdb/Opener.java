package io.taskhistory.store.rocksdb;

import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and closes RocksDB, for the first time or again after a failed write. Before it is opened all its files are
 * looked through, and it is noted beside them that they are in use; once it is closed, that they are in good order.
 */
final class Opener {

  /** Up to so much in tables is read through when the store is opened; more than that while it is used. */
  private static final long CHECKED_AT_ONCE = 256 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Opener.class);

  private final DataDirectory directory;
  private final Path files;
  private final StoreSettings settings;
  private final Options options;
  private final Health health;
  private @Nullable StateFile state;
  private @Nullable TableCheck check;

  Opener(DataDirectory directory, Path files, StoreSettings settings, Options options, Health health) {
    this.directory = directory;
    this.files = files;
    this.settings = settings;
    this.options = options;
    this.health = health;
  }

  Handles open(boolean isFirst) {
    try {
      Files.createDirectories(files);
      Inspection found = inspect(isFirst);
      StateFile before = found.state();
      options.create(found.isNew());
      directory.raiseFormat();
      String boot = StateFile.bootNow();
      if (before != null) {
        before.opened(boot, settings.flush()).write(files);
      }
      Handles opened = Handles.open(options, files);
      try {
        state = Inspection.opened(files, boot, settings.flush());
      } catch (IOException e) {
        opened.close();
        throw e;
      }
      return opened;
    } catch (RocksDBException e) {
      if (String.valueOf(e.getMessage()).contains("LOCK")) {
        throw DataDirectory.inUse(directory.path());
      }
      throw health.cannot("open", e);
    } catch (IOException e) {
      throw health.cannot("open", e);
    }
  }

  /** To look only: nothing is written, and what the log has is read into memory. */
  Handles openToRead() {
    try {
      return Handles.openToRead(options, files);
    } catch (RocksDBException e) {
      throw health.cannot("open", e);
    }
  }

  /** Refuses what is damaged; cuts off what a process that died has left half written. */
  private Inspection inspect(boolean isFirst) throws IOException {
    Inspection found = Inspection.of(files);
    if (!found.damages().isEmpty()) {
      throw health.damaged(found.damages().get(0));
    }
    boolean isQuick = found.tableBytes() <= CHECKED_AT_ONCE;
    List<Inspection.Damage> wrong = found.tables(isFirst && isQuick, bytes -> { });
    if (!wrong.isEmpty()) {
      throw health.damaged(wrong.get(0));
    }
    found.cut();
    if (isFirst && !isQuick) {
      check = new TableCheck(found, health);
    }
    return found;
  }

  /** Ends what reads the files in the background. */
  void endChecking() {
    TableCheck running = check;
    if (running != null) {
      running.close();
    }
  }

  /**
   * Only what is known to be on the disk in full is marked as closed; where that fails, nothing is lost by it.
   *
   * @param isWhole whether all writes went well
   * @param last what is to be done while it is open still
   */
  void close(Handles open, boolean isWhole, Runnable last) {
    StateFile then = state;
    boolean isMarked = isWhole && then != null;
    try {
      if (isMarked) {
        last.run();
        open.rocks.syncWal();
      }
      open.close();
      if (isMarked) {
        Inspection.closed(files, Objects.requireNonNull(then));
      }
    } catch (RocksDBException | IOException | StoreException e) {
      open.close();
      LOG.warn("The data directory {} could not be marked as closed: {}", directory.path(), e.getMessage());
    }
  }
}
