package io.taskhistory.store.rocksdb;

import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractRocksIterator;
import org.rocksdb.RocksDBException;

/**
 * A walk over keys that steps over what cannot be read. From the last good key on it tries keys at growing distances
 * until one can be read, and then halves the way back; so of the sound keys behind a damaged block it misses none.
 *
 * <p>Whatever else stands between the keys that RocksDB could not compare is left out with them: what had taken their
 * place, or had taken them away, cannot come up again.
 */
final class SkippingScan {

  /** As long as the longest key of {@link Keys}. */
  private static final int WIDTH = Keys.CHILD;
  private static final BigInteger END = BigInteger.ONE.shiftLeft(WIDTH * Byte.SIZE);

  /** Takes what is found. */
  interface Found {
    void row(byte[] key, byte[] value);

    /** Nothing from {@code from} to {@code to}, which can be read again or is null, could be read. */
    void hole(byte[] from, byte @Nullable [] to, String why);
  }

  /** The keys and values of one kind of iterator, which share no interface. */
  interface Cells {
    byte[] key();

    byte[] value();
  }

  private final AbstractRocksIterator<?> iterator;
  private final Cells cells;
  private final Found found;

  private SkippingScan(AbstractRocksIterator<?> iterator, Cells cells, Found found) {
    this.iterator = iterator;
    this.cells = cells;
    this.found = found;
  }

  static void over(AbstractRocksIterator<?> iterator, Cells cells, Found found) {
    new SkippingScan(iterator, cells, found).run();
  }

  private void run() {
    BigInteger next = BigInteger.ZERO;
    iterator.seekToFirst();
    while (true) {
      while (iterator.isValid()) {
        byte[] key = cells.key();
        found.row(key, cells.value());
        next = number(key).add(BigInteger.ONE);
        iterator.next();
      }
      String why = problem();
      if (why == null) {
        return;
      }
      BigInteger readable = readableAfter(next);
      found.hole(bytes(next), readable == null ? null : bytes(readable), why);
      if (readable == null) {
        return;
      }
      iterator.seek(bytes(readable));
      next = readable;
    }
  }

  private @Nullable String problem() {
    try {
      iterator.status();
      return null;
    } catch (RocksDBException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** The first key from {@code bad} on at which reading goes on; null where there is none. */
  private @Nullable BigInteger readableAfter(BigInteger bad) {
    BigInteger low = bad;
    BigInteger step = BigInteger.ONE;
    BigInteger high;
    while (true) {
      high = bad.add(step);
      if (high.compareTo(END) >= 0) {
        high = END.subtract(BigInteger.ONE);
        if (!canRead(high)) {
          return null;
        }
        break;
      }
      if (canRead(high)) {
        break;
      }
      low = high;
      step = step.shiftLeft(1);
    }
    while (high.subtract(low).compareTo(BigInteger.ONE) > 0) {
      BigInteger middle = low.add(high).shiftRight(1);
      if (canRead(middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  /** Whether reading can begin there; that nothing is there counts too. */
  private boolean canRead(BigInteger key) {
    iterator.seek(bytes(key));
    return iterator.isValid() || problem() == null;
  }

  private static BigInteger number(byte[] key) {
    return new BigInteger(1, Arrays.copyOf(key, WIDTH));
  }

  private static byte[] bytes(BigInteger number) {
    byte[] digits = number.toByteArray();
    byte[] key = new byte[WIDTH];
    int count = Math.min(digits.length, WIDTH);
    System.arraycopy(digits, digits.length - count, key, WIDTH - count, count);
    return key;
  }
}
