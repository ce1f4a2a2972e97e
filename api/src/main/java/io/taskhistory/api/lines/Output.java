package io.taskhistory.api.lines;

import java.util.Arrays;

/** Bytes that grow; used again for each batch. */
final class Output {

  private static final long SECOND = 1_000_000_000L;
  private static final int FRACTION = 9;
  private static final int MAX_DIGITS = 19;

  private byte[] bytes = new byte[1 << 16];
  private int length;

  void clear() {
    length = 0;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  Output add(byte[] source, int from, int to) {
    room(to - from);
    System.arraycopy(source, from, bytes, length, to - from);
    length += to - from;
    return this;
  }

  /** Text of which only the low byte of each character counts: all of ours is ASCII. */
  Output add(String text) {
    room(text.length());
    for (int i = 0; i < text.length(); i++) {
      bytes[length++] = (byte) text.charAt(i);
    }
    return this;
  }

  Output add(char c) {
    room(1);
    bytes[length++] = (byte) c;
    return this;
  }

  /** A number that is not negative. */
  Output add(long value) {
    room(MAX_DIGITS);
    int digits = 1;
    for (long rest = value / 10; rest > 0; rest /= 10) {
      digits++;
    }
    digits(value, digits);
    return this;
  }

  /** Nanoseconds as seconds with nine digits of fraction. */
  Output addSeconds(long nanos) {
    add(nanos / SECOND);
    room(1 + FRACTION);
    bytes[length++] = '.';
    digits(nanos % SECOND, FRACTION);
    return this;
  }

  private void digits(long value, int digits) {
    long rest = value;
    for (int i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
  }

  /** ASCII text as a JSON string. */
  Output addJson(String text) {
    room(6 * text.length() + 2);
    bytes[length++] = '"';
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        bytes[length++] = '\\';
        bytes[length++] = (byte) c;
      } else if (c < ' ' || c > '~') {
        add(String.format("\\u%04x", (int) c));
      } else {
        bytes[length++] = (byte) c;
      }
    }
    bytes[length++] = '"';
    return this;
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
    }
  }
}
