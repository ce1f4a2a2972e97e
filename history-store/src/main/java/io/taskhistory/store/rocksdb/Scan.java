package io.taskhistory.store.rocksdb;

import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** A walk over one family's keys, to be closed within the use of {@link Database} that it was begun in. */
final class Scan implements AutoCloseable {

  private final RocksIterator iterator;
  private final Health health;

  Scan(RocksIterator iterator, Health health) {
    this.iterator = iterator;
    this.health = health;
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

  boolean previous() {
    iterator.prev();
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
      throw health.cannot("read", e);
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
