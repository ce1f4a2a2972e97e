package io.taskhistory.collector.auditlog;

import java.nio.charset.StandardCharsets;

/** Reading numbers and words out of bytes, without making anything. */
final class Bytes {

  static final byte[] UNKNOWN = "UNKNOWN[".getBytes(StandardCharsets.US_ASCII);

  private Bytes() {}

  static boolean startWith(byte[] bytes, int from, int to, byte[] prefix) {
    if (to - from < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[from + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  static boolean equal(byte[] bytes, int from, int to, byte[] text) {
    return to - from == text.length && startWith(bytes, from, to, text);
  }

  /** Where {@code c} stands first; {@code to} where it does not. */
  static int next(int c, byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != c) {
      at++;
    }
    return at;
  }

  /** Whether the byte is an ASCII digit. */
  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** All of it as a decimal number without a sign; {@code otherwise} where it is none, or more than {@code most}. */
  static long decimal(byte[] bytes, int from, int to, long most, long otherwise) {
    if (from >= to || to - from > 19) {
      return otherwise;
    }
    long value = 0;
    for (int i = from; i < to; i++) {
      if (!isDigit(bytes[i])) {
        return otherwise;
      }
      value = value * 10 + (bytes[i] - '0');
      if (value < 0 || value > most) {
        return otherwise;
      }
    }
    return value;
  }

  /** What a hexadecimal digit of either case is worth; -1 where it is none. */
  static int hexDigit(byte b) {
    if (isDigit(b)) {
      return b - '0';
    }
    int lower = b | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }
}
