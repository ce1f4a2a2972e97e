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
  private static final int NOTHING = 0;
  private static final long PATIENCE_SECONDS = 10;
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(30);
  private static final Logger LOG = LoggerFactory.getLogger(Reclaim.class);

  private final Database database;
  private final CompactRangeOptions options = new CompactRangeOptions().setExclusiveManualCompaction(false);
  private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
    Thread made = new Thread(work, "store-reclaim");
    made.setDaemon(true);
    return made;
  });
  private volatile boolean running;
  private int first = NOTHING;
  private long begunAt;
  private volatile int compacted = NOTHING;

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
    this.first = first;
    begunAt = System.nanoTime() - PAUSE;
  }

  /** Has the rest compacted, some time soon, where there is any; what failed is tried again, but not at once. */
  void goOn() {
    if (first == compacted || running || System.nanoTime() - begunAt < PAUSE) {
      return;
    }
    int until = first;
    begunAt = System.nanoTime();
    running = true;
    options.setCanceled(false);
    thread.execute(() -> compact(until));
  }

  /** The database is about to be opened again, and nothing may be at work on it. */
  void pause() {
    if (running) {
      options.setCanceled(true);
    }
  }

  private void compact(int until) {
    byte[] end = end(until);
    try {
      for (Family family : Family.BY_PERIOD) {
        database.forEach(List.of(family), (rocks, handle) -> rocks.compactRange(handle, FIRST, end, options));
      }
      compacted = until;
    } catch (StoreException e) {
      if (!options.canceled()) {
        LOG.warn("not all space that was given up is free yet: {}", e.getMessage());
      }
    } finally {
      running = false;
    }
  }

  private static byte[] end(int first) {
    Bytes end = new Bytes(Integer.BYTES);
    Keys.period(end, first);
    return end.copy();
  }

  /** Before the database is closed, once nothing else is called. False where the disk does not let it come to an end. */
  synchronized boolean close() {
    if (!options.isOwningHandle()) {
      return true; // has been closed
    }
    options.setCanceled(true);
    thread.shutdownNow();
    boolean interrupted = Thread.interrupted(); // which must not leave the store open
    try {
      boolean hasEnded = thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (hasEnded) {
        options.close();
      }
      return hasEnded;
    } catch (InterruptedException e) {
      interrupted = true;
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
