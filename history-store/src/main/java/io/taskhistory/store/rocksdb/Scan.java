package io.taskhistory.store.rocksdb;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * A walk over one family's keys, to be closed within the use of {@link Database} that it was begun in. A family that is
 * not there has none.
 */
final class Scan implements AutoCloseable {

  private final @Nullable RocksIterator iterator;
  private final Health health;

  Scan(@Nullable RocksIterator iterator, Health health) {
    this.iterator = iterator;
    this.health = health;
  }

  /** To the first at or after {@code key}; false where there is none. */
  boolean from(byte[] key) {
    return moved(there -> there.seek(key));
  }

  /** To the last at or before {@code key}; false where there is none. */
  boolean backFrom(byte[] key) {
    return moved(there -> there.seekForPrev(key));
  }

  boolean first() {
    return moved(RocksIterator::seekToFirst);
  }

  boolean next() {
    return moved(RocksIterator::next);
  }

  boolean previous() {
    return moved(RocksIterator::prev);
  }

  private boolean moved(Consumer<RocksIterator> move) {
    if (iterator == null) {
      return false;
    }
    move.accept(iterator);
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
    return there().key();
  }

  byte[] value() {
    return there().value();
  }

  private RocksIterator there() {
    return Objects.requireNonNull(iterator);
  }

  @Override
  public void close() {
    if (iterator != null) {
      iterator.close();
    }
  }
}
