package io.taskhistory.store.rocksdb;

import io.taskhistory.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Owns RocksDB's handles. They are bare pointers: a call on a closed one brings the whole JVM down. So every use is
 * inside {@link #using}, which shares a lock that closing takes alone; after that uses are refused.
 *
 * <p>The order of closing, each before what it refers to: iterators (within their use), family handles, the database,
 * the options, and last, by the store, the directory's lock.
 *
 * <p>Once a write has failed, say because the disk was full, RocksDB refuses all others for ever. So the next commit
 * opens it again, as soon as there is room for what opening itself writes. Writing a batch twice does no harm.
 */
final class Database implements AutoCloseable {

  /** How long after a failed write or a failed opening the next is tried. */
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  static {
    RocksDB.loadLibrary();
  }

  /** RocksDB and its families, by ordinal. */
  private record Handles(RocksDB rocks, List<ColumnFamilyHandle> families) {

    ColumnFamilyHandle of(Family family) {
      return families.get(family.ordinal());
    }

    void close() {
      families.forEach(ColumnFamilyHandle::close);
      rocks.close();
    }
  }

  private final DataDirectory directory;
  private final Options options = new Options();
  private final StampedLock gate = new StampedLock();
  private @Nullable Handles handles;
  private boolean closed;
  private volatile boolean failed;
  private long failedAt;

  private Database(DataDirectory directory) {
    this.directory = directory;
  }

  static Database open(DataDirectory directory) {
    Database database = new Database(directory);
    try {
      database.handles = database.openRocks();
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  private Handles openRocks() {
    List<ColumnFamilyHandle> families = new ArrayList<>();
    try {
      Files.createDirectories(directory.database());
      RocksDB rocks = RocksDB.open(options.database, directory.database().toString(), options.families, families);
      return new Handles(rocks, families);
    } catch (RocksDBException | IOException e) {
      String message = String.valueOf(e.getMessage());
      if (message.contains("lock") && message.contains("LOCK")) {
        throw DataDirectory.inUse(directory.path());
      }
      throw new StoreException("Cannot open the data directory " + directory.path() + ": " + message
          + ". If it is damaged, move it away, or name another with --data-dir", e);
    }
  }

  /** Runs what uses RocksDB, with the certainty that nobody closes it meanwhile. Not to be nested. */
  <T> T using(Supplier<T> use) {
    long stamp = gate.readLock();
    try {
      if (closed) {
        throw new StoreException("The store is closed");
      }
      return use.get();
    } finally {
      gate.unlockRead(stamp);
    }
  }

  private Handles handles() {
    Handles now = handles;
    if (now == null) {
      throw new StoreException("The data directory " + directory.path()
          + " could not be opened again after a write had failed. Check the space and the health of its file system");
    }
    return now;
  }

  int[] familyIds() {
    return handles().families.stream().mapToInt(ColumnFamilyHandle::getID).toArray();
  }

  byte @Nullable [] get(Family family, byte[] key) {
    Handles now = handles();
    try {
      return now.rocks.get(now.of(family), options.read, key);
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  /** To be closed within the same use. */
  Scan scan(Family family) {
    Handles now = handles();
    return new Scan(now.rocks.newIterator(now.of(family), options.read));
  }

  /** Writes all of it or, with an exception or a crash, nothing. Not within a use. */
  void commit(Batch batch) {
    if (failed) {
      openAgain();
    }
    using(() -> {
      write(batch);
      return batch;
    });
  }

  /** As {@link #commit}, within a use or before there can be others. */
  void write(Batch batch) {
    try (WriteBatch whole = new WriteBatch(batch.serialized())) {
      handles().rocks.write(options.write, whole);
    } catch (RocksDBException e) {
      failedAt = System.nanoTime();
      failed = true;
      throw failed("write", e);
    }
  }

  private void openAgain() {
    if (System.nanoTime() - failedAt < PAUSE || directory.database().toFile().getUsableSpace() < Options.MEMTABLES) {
      throw new StoreException("The last write to the data directory " + directory.path()
          + " failed. Check the space and the health of its file system");
    }
    long stamp = gate.writeLock();
    try {
      if (closed) {
        return;
      }
      failedAt = System.nanoTime();
      if (handles != null) {
        handles.close();
        handles = null;
      }
      handles = openRocks();
      failed = false;
    } finally {
      gate.unlockWrite(stamp);
    }
  }

  private StoreException failed(String what, RocksDBException e) {
    return new StoreException("Cannot " + what + " the data directory " + directory.path() + ": " + e.getMessage()
        + ". Check the space and the health of its file system", e);
  }

  long estimate(Family family) {
    Handles now = handles();
    try {
      return now.rocks.getLongProperty(now.of(family), "rocksdb.estimate-num-keys");
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  long bytes() {
    try (Stream<Path> files = Files.list(directory.database())) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new StoreException("Cannot list " + directory.database(), e);
    }
  }

  @Override
  public void close() {
    long stamp = gate.writeLock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (handles != null) {
        handles.close();
      }
      options.close();
    } finally {
      gate.unlockWrite(stamp);
    }
  }
}
