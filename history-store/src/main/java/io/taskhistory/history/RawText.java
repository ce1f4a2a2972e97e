package io.taskhistory.history;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes that the kernel or a program chose: a comm, a path, an argument. They have no encoding, may hold anything but
 * are never trusted to be printable; {@link Escapes} turns them into text that can be shown.
 *
 * <p>{@link #UNKNOWN} is a value of its own, not equal to any text, so that what is not known travels through every
 * format without being taken for a program that is called {@code ?}.
 */
public final class RawText {

  /** Nobody knows what stood here; every format writes it as a bare {@code ?}. */
  public static final RawText UNKNOWN = new RawText(new byte[0]);

  /** Known to be empty. */
  public static final RawText EMPTY = new RawText(new byte[0]);

  private final byte[] bytes;
  private final int hash;

  private RawText(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  public static RawText of(byte[] source, int offset, int length) {
    return length == 0 ? EMPTY : new RawText(Arrays.copyOfRange(source, offset, offset + length));
  }

  public static RawText of(byte[] source) {
    return of(source, 0, source.length);
  }

  /** The UTF-8 bytes of {@code text}; a literal {@code "?"} is a real question mark, not {@link #UNKNOWN}. */
  public static RawText of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  public boolean isKnown() {
    return this != UNKNOWN;
  }

  public int length() {
    return bytes.length;
  }

  /** The byte at {@code index}, 0 to 255. */
  public int at(int index) {
    return bytes[index] & 0xff;
  }

  /** Whether {@code table} has each of the bytes. */
  boolean isMadeOf(boolean[] table) {
    for (byte b : bytes) {
      if (!table[b & 0xff]) {
        return false;
      }
    }
    return true;
  }

  /** A character for each byte. */
  String latin1() {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  public byte[] toByteArray() {
    return bytes.clone();
  }

  public void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, target, offset, bytes.length);
  }

  /** Whether these are exactly the {@code length} bytes that stand at {@code offset}; spares the hot path a copy. */
  public boolean equalsBytes(byte[] source, int offset, int length) {
    return isKnown() && Arrays.equals(bytes, 0, bytes.length, source, offset, offset + length);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof RawText that && isKnown() && that.isKnown() && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** For logs and test reports; escaped as in the kernel style. */
  @Override
  public String toString() {
    return Escapes.kernel(this);
  }
}
