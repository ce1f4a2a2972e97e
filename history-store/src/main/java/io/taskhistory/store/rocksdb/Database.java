package io.taskhistory.store.rocksdb;

import io.taskhistory.store.Flush;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreHealth;
import io.taskhistory.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  /** See {@link #forEach}. */
  interface Work {
    void on(RocksDB rocks, ColumnFamilyHandle family) throws RocksDBException;
  }

  private final DataDirectory directory;
  private final Path files;
  private final StoreSettings settings;
  private final Options options;
  private final Health health;
  private final Opener opener;
  private final StampedLock gate = new StampedLock();

  /** Taken before the gate: what is done for long in the background must not keep those waiting who read. */
  private final StampedLock background = new StampedLock();
  private final AtomicLongArray estimates = new AtomicLongArray(Family.values().length);
  private @Nullable Handles handles;
  private boolean closed;
  private int unsynced;
  private volatile boolean failed;
  private long failedAt;

  private Database(DataDirectory directory, Path files, StoreSettings settings) {
    this.directory = directory;
    this.files = files;
    this.settings = settings;
    this.options = new Options(settings.flush());
    this.health = new Health(directory.path());
    this.opener = new Opener(directory, files, settings, options, health);
  }

  static Database open(DataDirectory directory) {
    return open(directory, StoreSettings.DEFAULT);
  }

  static Database open(DataDirectory directory, StoreSettings settings) {
    directory.checkNoRepair();
    return open(directory, directory.database(), settings);
  }

  /** One whose files are elsewhere in the directory. */
  static Database open(DataDirectory directory, Path files, StoreSettings settings) {
    Database database = new Database(directory, files, settings);
    try {
      database.handles = database.openFirst();
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** Opening writes: on a disk that is full, into what was set aside. */
  private Handles openFirst() {
    try {
      return opener.open(true);
    } catch (StoreException e) {
      if (health.writing().state() != StoreHealth.State.FULL || !new Reserve(directory, 0).release()) {
        throw e;
      }
      return opener.open(true);
    }
  }

  /** To look only: nothing is written, and what the log has is read into memory. */
  static Database openToRead(DataDirectory directory, Path files) {
    Database database = new Database(directory, files, StoreSettings.DEFAULT);
    try {
      database.handles = database.opener.openToRead();
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
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
    return handles().ids();
  }

  byte @Nullable [] get(Family family, byte[] key) {
    Handles now = handles();
    ColumnFamilyHandle handle = now.find(family);
    try {
      return handle == null ? null : now.rocks.get(handle, options.read, key);
    } catch (RocksDBException e) {
      throw health.cannot("read", e);
    }
  }

  /** To be closed within the same use. */
  Scan scan(Family family) {
    Handles now = handles();
    ColumnFamilyHandle handle = now.find(family);
    return new Scan(handle == null ? null : now.rocks.newIterator(handle, options.read), health);
  }

  /** All rows of a family that can be read. */
  void scanSkipping(Family family, SkippingScan.Found found) {
    using(() -> {
      Handles now = handles();
      ColumnFamilyHandle handle = now.find(family);
      if (handle == null) {
        return family;
      }
      try (RocksIterator iterator = now.rocks.newIterator(handle, options.read)) {
        SkippingScan.over(iterator, new SkippingScan.Cells() {
          @Override
          public byte[] key() {
            return iterator.key();
          }

          @Override
          public byte[] value() {
            return iterator.value();
          }
        }, found);
      }
      return family;
    });
  }

  /** See {@link MetaCopy}. */
  void copyMeta() {
    try {
      MetaCopy.write(this, files);
    } catch (IOException e) {
      LOG.warn("The copy of the rows about boots in {} could not be written: {}", files, e.getMessage());
    }
  }

  /** Writes all of it or, with an exception or a crash, nothing. Not within a use. */
  void commit(Batch batch) {
    commit(batch.serialized(), batch.records());
  }

  /** The same with a batch that is {@linkplain Batch#serialized serialized} already. */
  void commit(byte[] batch, int records) {
    if (failed) {
      openAgain();
    }
    using(() -> {
      write(batch, records);
      return batch;
    });
  }

  /** As {@link #commit}, within a use or before there can be others. */
  void write(Batch batch) {
    write(batch.serialized(), batch.records());
  }

  private void write(byte[] batch, int records) {
    try (WriteBatch whole = new WriteBatch(batch)) {
      Handles now = handles();
      now.rocks.write(options.write, whole);
      unsynced += records;
      if (settings.flush() == Flush.INCREMENTAL && unsynced >= settings.freq()) {
        now.rocks.syncWal();
        unsynced = 0;
      }
      health.fine();
    } catch (RocksDBException e) {
      failedAt = System.nanoTime();
      failed = true;
      throw health.cannot("write", e);
    }
  }

  /** Whether the last write failed, so that the next one has to open RocksDB again. */
  boolean hasFailed() {
    return failed;
  }

  /** What is done with RocksDB itself, one family after the other. It may take long. Not within a use. */
  void forEach(List<Family> families, Work work) {
    long stamp = background.readLock();
    try {
      if (closed) {
        throw new StoreException("The store is closed");
      }
      Handles now = handles();
      for (Family family : families) {
        work.on(now.rocks, now.of(family));
      }
    } catch (RocksDBException e) {
      throw new StoreException("Cannot tidy up " + files + ": " + e.getMessage(), e);
    } finally {
      background.unlockRead(stamp);
    }
  }

  private void openAgain() {
    long stamp = background.writeLock();
    try {
      closeAndOpen();
    } finally {
      background.unlockWrite(stamp);
    }
  }

  private void closeAndOpen() {
    if (System.nanoTime() - failedAt < PAUSE || Room.in(files) < Options.MEMTABLES) {
      throw new StoreException("The last write to the data directory " + directory.path()
          + " failed. Check the space and the health of its file system");
    }
    failedAt = System.nanoTime();
    Handles before = exchange(null);
    if (before != null) {
      before.close();
    }
    Handles opened = opener.open(false);
    unsynced = settings.freq(); // what the log had before counts as well
    try {
      exchange(opened);
    } catch (StoreException e) {
      opened.close();
      throw e;
    }
    failed = false;
  }

  /**
   * Puts {@code now} in the place of the handles, which nobody uses any more then. Closing and opening may take as long
   * as the disk likes: done here, it would keep those waiting who ask for what is in memory.
   */
  private @Nullable Handles exchange(@Nullable Handles now) {
    long stamp = gate.writeLock();
    try {
      if (closed) {
        throw new StoreException("The store is closed");
      }
      Handles before = handles;
      handles = now;
      return before;
    } finally {
      gate.unlockWrite(stamp);
    }
  }

  StoreHealth health() {
    return health.now();
  }

  /** How the last write went. */
  StoreHealth writing() {
    return health.writing();
  }

  /** About how many rows a family has; what it was at the last time that it could be asked. */
  long estimate(Family family) {
    Handles now = handles;
    try {
      ColumnFamilyHandle handle = now == null ? null : now.find(family);
      if (now != null && handle != null) {
        estimates.set(family.ordinal(), now.rocks.getLongProperty(handle, "rocksdb.estimate-num-keys"));
      }
      return estimates.get(family.ordinal());
    } catch (RocksDBException e) {
      throw health.cannot("read", e);
    }
  }

  long bytes() {
    try (Stream<Path> all = Files.list(files)) {
      return all.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new StoreException("Cannot list " + files, e);
    }
  }

  @Override
  public void close() {
    opener.endChecking();
    long work = background.writeLock();
    long stamp = gate.writeLock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (handles != null) {
        opener.close(handles, !failed, this::copyMeta);
      }
      options.close();
    } finally {
      gate.unlockWrite(stamp);
      background.unlockWrite(work);
    }
  }
}
