package io.taskhistory.collector.masking;

/** What bytes of an argument are. */
final class Ascii {

  /** What may stand behind a name. */
  static final int SEPARATOR = 1;
  static final int AT = 2;
  static final int SPACE = 4;

  private static final byte[] TRAITS = new byte[256];

  static {
    TRAITS['='] = SEPARATOR;
    TRAITS[':'] = SEPARATOR;
    TRAITS['@'] = AT;
    TRAITS[' '] = SPACE;
  }

  private Ascii() {}

  /** Which of these there is, for a quick look: most arguments have none. */
  static int traits(byte[] text, int from, int to) {
    int traits = 0;
    for (int i = from; i < to; i++) {
      traits |= TRAITS[text[i] & 0xff];
    }
    return traits;
  }

  static boolean isLetter(byte c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
  }

  static boolean isDigit(byte c) {
    return c >= '0' && c <= '9';
  }

  static boolean isWord(byte c) {
    return isLetter(c) || isDigit(c) || c == '_';
  }

  /** Of the name of an option, a variable or a header. */
  static boolean isName(byte c) {
    return isWord(c) || c == '-' || c == '.';
  }

  static boolean isSpace(byte c) {
    return c == ' ' || c >= '\t' && c <= '\r';
  }

  static boolean isQuote(byte c) {
    return c == '"' || c == '\'';
  }

  static byte lower(byte c) {
    return c >= 'A' && c <= 'Z' ? (byte) (c + 'a' - 'A') : c;
  }

  /** Whether {@code what} stands at {@code from}. */
  static boolean stands(byte[] what, byte[] text, int from, int to) {
    if (to - from < what.length) {
      return false;
    }
    for (int i = 0; i < what.length; i++) {
      if (text[from + i] != what[i]) {
        return false;
      }
    }
    return true;
  }

  /** Where {@code what} stands first, or -1. */
  static int find(byte[] what, byte[] text, int from, int to) {
    for (int i = from; i <= to - what.length; i++) {
      if (text[i] == what[0] && stands(what, text, i, to)) {
        return i;
      }
    }
    return -1;
  }

  /** Where {@code c} stands first, or -1. */
  static int find(char c, byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text[i] == c) {
        return i;
      }
    }
    return -1;
  }
}
