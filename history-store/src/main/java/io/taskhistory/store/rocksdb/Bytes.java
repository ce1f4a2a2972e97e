package io.taskhistory.store.rocksdb;

import io.taskhistory.history.RawText;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Bytes being written, in a buffer that grows and is used again and again. Numbers of fixed width are big-endian, so
 * that keys sort as the numbers do; a varint is LEB128: seven bits a byte, the lowest first, the top bit set on all but
 * the last. A zigzag is a varint of a number that can be negative: 0, -1, 1, -2 are 0, 1, 2, 3.
 */
final class Bytes {

  private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int LONGEST_VARINT = 10;

  byte[] array;
  int length;

  Bytes(int capacity) {
    array = new byte[capacity];
  }

  Bytes clear() {
    length = 0;
    return this;
  }

  private void room(int more) {
    if (array.length - length < more) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, Math.addExact(length, more)));
    }
  }

  Bytes u8(int value) {
    room(1);
    array[length++] = (byte) value;
    return this;
  }

  Bytes u16(int value) {
    return u8(value >> 8).u8(value);
  }

  Bytes u32(int value) {
    room(Integer.BYTES);
    INT.set(array, length, value);
    length += Integer.BYTES;
    return this;
  }

  Bytes u64(long value) {
    room(Long.BYTES);
    LONG.set(array, length, value);
    length += Long.BYTES;
    return this;
  }

  Bytes varint(long value) {
    room(LONGEST_VARINT);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      array[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[length++] = (byte) rest;
    return this;
  }

  Bytes zigzag(long value) {
    return varint(value << 1 ^ value >> 63);
  }

  Bytes text(RawText text) {
    room(text.length());
    text.copyTo(array, length);
    length += text.length();
    return this;
  }

  Bytes bytes(byte[] source, int from, int count) {
    room(count);
    System.arraycopy(source, from, array, length, count);
    length += count;
    return this;
  }

  byte[] copy() {
    return Arrays.copyOf(array, length);
  }
}
