package io.taskhistory.store.rocksdb;

import io.taskhistory.history.RawText;
import io.taskhistory.store.StoreException;

/**
 * Reads what {@link Bytes} wrote. The bytes can come from a damaged disk: whatever does not fit is a
 * {@link StoreException}, never a number made up.
 */
final class BytesReader {

  private byte[] array;
  private int position;

  BytesReader(byte[] array) {
    this.array = array;
  }

  /** Checks the version that every value starts with. */
  static BytesReader value(byte[] array, int version, String what) {
    BytesReader in = new BytesReader(array);
    int found = in.u8();
    if (found != version) {
      throw new StoreException("Damaged " + what + ": its version is " + found + ", not " + version);
    }
    return in;
  }

  int left() {
    return array.length - position;
  }

  private int take(int count) {
    if (count < 0 || count > left()) {
      throw new StoreException("Damaged value: " + count + " bytes expected where " + left() + " are left");
    }
    position += count;
    return position - count;
  }

  int u8() {
    return array[take(1)] & 0xff;
  }

  int u16() {
    return u8() << 8 | u8();
  }

  int u32() {
    return Keys.u32(array, take(Integer.BYTES));
  }

  long u64() {
    return Keys.u64(array, take(Long.BYTES));
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int b = u8();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new StoreException("Damaged value: a number without an end");
  }

  long zigzag() {
    long value = varint();
    return value >>> 1 ^ -(value & 1);
  }

  /** A varint that has to fit between 0 and {@code most}. */
  int count(int most) {
    long value = varint();
    if (value < 0 || value > most) {
      throw new StoreException("Damaged value: " + value + " where at most " + most + " can be");
    }
    return (int) value;
  }

  RawText text(int count) {
    return RawText.of(array, take(count), count);
  }

  RawText rest() {
    return text(left());
  }
}
