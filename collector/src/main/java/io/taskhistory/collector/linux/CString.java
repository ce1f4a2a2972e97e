package io.taskhistory.collector.linux;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Bytes that end with a NUL, where the C library finds them. Can be rewritten in place; for one thread at a time. */
public final class CString {

  private final ByteBuffer bytes;
  private final long address;

  /** An empty one with room for {@code capacity} bytes and the NUL. */
  public CString(int capacity) {
    bytes = Native.allocate(capacity + 1);
    address = Native.address(bytes);
  }

  public static CString of(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    CString string = new CString(utf8.length);
    string.append(utf8, 0, utf8.length);
    return string;
  }

  /** Starts anew. */
  public CString clear() {
    bytes.clear();
    return this;
  }

  public CString ascii(String text) {
    for (int i = 0; i < text.length(); i++) {
      bytes.put((byte) text.charAt(i));
    }
    return this;
  }

  /**
   * Appends some bytes.
   *
   * @throws java.nio.BufferOverflowException where they do not fit
   */
  public CString append(byte[] source, int offset, int length) {
    bytes.put(source, offset, length);
    return this;
  }

  /** Appends a number that is not negative, in decimal. */
  public CString number(int value) {
    int digits = 1;
    for (int rest = value; rest > 9; rest /= 10) {
      digits++;
    }
    int end = bytes.position() + digits;
    int rest = value;
    for (int at = end - 1; at >= end - digits; at--) {
      bytes.put(at, (byte) ('0' + rest % 10));
      rest /= 10;
    }
    bytes.position(end);
    return this;
  }

  /** Where it stands, its NUL in place. */
  long address() {
    bytes.put(bytes.position(), (byte) 0);
    return address;
  }
}
