package io.taskhistory.store.rocksdb;

import io.taskhistory.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Owns RocksDB's handles. They are bare pointers: a call on a closed one brings the whole JVM down. So every use is
 * inside {@link #using}, which shares a lock that {@link #close} takes alone; after that uses are refused.
 *
 * <p>The order of closing, each before what it refers to: iterators (within their use), family handles, the database,
 * the options, and last, by the store, the directory's lock.
 */
final class Database implements AutoCloseable {

  static {
    RocksDB.loadLibrary();
  }

  private final DataDirectory directory;
  private final Options options;
  private final RocksDB rocks;
  private final List<ColumnFamilyHandle> handles;
  private final StampedLock gate = new StampedLock();
  private boolean closed;

  private Database(DataDirectory directory, Options options, RocksDB rocks, List<ColumnFamilyHandle> handles) {
    this.directory = directory;
    this.options = options;
    this.rocks = rocks;
    this.handles = handles;
  }

  static Database open(DataDirectory directory) {
    Options options = new Options();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      Files.createDirectories(directory.database());
      RocksDB rocks = RocksDB.open(options.database, directory.database().toString(), options.families, handles);
      return new Database(directory, options, rocks, handles);
    } catch (RocksDBException | IOException e) {
      options.close();
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

  int[] familyIds() {
    return handles.stream().mapToInt(ColumnFamilyHandle::getID).toArray();
  }

  private ColumnFamilyHandle handle(Family family) {
    return handles.get(family.ordinal());
  }

  byte @Nullable [] get(Family family, byte[] key) {
    try {
      return rocks.get(handle(family), options.read, key);
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  /** To be closed within the same use. */
  Scan scan(Family family) {
    return new Scan(rocks.newIterator(handle(family), options.read));
  }

  /** All of it or, with an exception or a crash, nothing. */
  void write(Batch batch) {
    try (WriteBatch whole = new WriteBatch(batch.serialized())) {
      rocks.write(options.write, whole);
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
  }

  private StoreException failed(String what, RocksDBException e) {
    return new StoreException("Cannot " + what + " the data directory " + directory.path() + ": " + e.getMessage()
        + ". Check the space and the health of its file system", e);
  }

  long estimate(Family family) {
    try {
      return rocks.getLongProperty(handle(family), "rocksdb.estimate-num-keys");
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
      handles.forEach(ColumnFamilyHandle::close);
      rocks.close();
      options.close();
    } finally {
      gate.unlockWrite(stamp);
    }
  }

  /** A walk over one family's keys. */
  static final class Scan implements AutoCloseable {

    private final RocksIterator iterator;

    private Scan(RocksIterator iterator) {
      this.iterator = iterator;
    }

    /** To the first at or after {@code key}; false where there is none. */
    boolean from(byte[] key) {
      iterator.seek(key);
      return isValid();
    }

    /** To the last at or before {@code key}; false where there is none. */
    boolean backFrom(byte[] key) {
      iterator.seekForPrev(key);
      return isValid();
    }

    boolean first() {
      iterator.seekToFirst();
      return isValid();
    }

    boolean next() {
      iterator.next();
      return isValid();
    }

    private boolean isValid() {
      if (iterator.isValid()) {
        return true;
      }
      try {
        iterator.status();
        return false;
      } catch (RocksDBException e) {
        throw new StoreException("Cannot read on: " + e.getMessage(), e);
      }
    }

    byte[] key() {
      return iterator.key();
    }

    byte[] value() {
      return iterator.value();
    }

    @Override
    public void close() {
      iterator.close();
    }
  }
}
