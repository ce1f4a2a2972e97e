package io.taskhistory.store.rocksdb;

import io.taskhistory.store.StoreException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.rocksdb.CompactRangeOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the space of what was given up back to the file system. To RocksDB a range deletion is one more record; until
 * compactions come along all that it deletes still lies on the disk.
 *
 * <p>The files that have nothing else are dropped at once, without being looked into: nearly everything, and it takes as
 * long for a day as for a year. What is left is in the memtables, in the files of level 0 and in those at the border, at
 * most some ten of them; a thread of its own, {@code store-reclaim}, compacts these while commits go on.
 */
final class Reclaim {

  private static final byte[] FIRST = new byte[Integer.BYTES];
  private static final long PATIENCE_SECONDS = 10;
  private static final Logger LOG = LoggerFactory.getLogger(Reclaim.class);

  private final Database database;
  private final CompactRangeOptions options = new CompactRangeOptions().setExclusiveManualCompaction(false);
  private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
    Thread made = new Thread(work, "store-reclaim");
    made.setDaemon(true);
    return made;
  });

  Reclaim(Database database) {
    this.database = database;
  }

  /**
   * Drops the files that have only keys of periods before {@code first}. Their deletion has been written; it is made to
   * survive a loss of power before they go, or the periods would be there again after one, and empty.
   */
  void dropFiles(int first) {
    List<byte[]> range = List.of(FIRST, end(first));
    database.forEach(List.of(Family.META), (rocks, family) -> rocks.syncWal());
    database.forEach(Family.BY_PERIOD, (rocks, family) -> rocks.deleteFilesInRanges(family, range, false));
  }

  /** Has the rest compacted, some time soon. */
  void compact(int first) {
    thread.execute(() -> {
      byte[] end = end(first);
      try {
        for (Family family : Family.BY_PERIOD) {
          database.forEach(List.of(family), (rocks, handle) -> rocks.compactRange(handle, FIRST, end, options));
        }
      } catch (StoreException e) {
        if (!options.canceled()) {
          LOG.warn("not all space that was given up is free yet: {}", e.getMessage());
        }
      }
    });
  }

  private static byte[] end(int first) {
    Bytes end = new Bytes(Integer.BYTES);
    Keys.period(end, first);
    return end.copy();
  }

  /** Before the database is closed. */
  synchronized void close() {
    if (!options.isOwningHandle()) {
      return; // has been closed
    }
    options.setCanceled(true);
    thread.shutdownNow();
    try {
      if (thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        options.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
