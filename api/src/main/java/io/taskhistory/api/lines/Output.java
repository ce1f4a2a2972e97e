package io.taskhistory.api.lines;

import java.util.Arrays;

/** Bytes that grow; used again for each batch. */
final class Output {

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

  /** Takes the last byte back. */
  void chop() {
    length--;
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
    }
  }
}
