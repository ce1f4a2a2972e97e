package io.taskhistory.api.lines;

import org.jspecify.annotations.Nullable;

/** What all kinds of lines have in common. */
final class Lines {

  private static final int BOOT_ID = 32;

  private Lines() {}

  /** Where the line that begins at {@code from} ends, without its end of line. */
  static int end(byte[] text, int from, int to) {
    return indexOf(text, from, to, '\n');
  }

  /** Where {@code c} is next, or {@code to}. */
  static int indexOf(byte[] text, int from, int to, char c) {
    int at = from;
    while (at < to && text[at] != c) {
      at++;
    }
    return at;
  }

  static boolean isBlank(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r') {
        return false;
      }
    }
    return true;
  }

  /** A boot id as the kernel writes it, of which systemd leaves out the dashes; null where it is none. */
  static @Nullable String bootId(@Nullable String id) {
    if (id == null || id.length() != BOOT_ID) {
      return id;
    }
    return id.substring(0, 8) + '-' + id.substring(8, 12) + '-' + id.substring(12, 16) + '-' + id.substring(16, 20)
        + '-' + id.substring(20);
  }
}
