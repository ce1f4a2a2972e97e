package io.taskhistory.collector.masking;

/** Finds what is secret in {@code scheme://user:secret@host/…}. */
final class Addresses {

  private static final byte[] AUTHORITY = {':', '/', '/'};

  /** Of a name before the host that is taken for a token: {@code https://TOKEN@host}. */
  private static final int LONG_NAME = 20;

  private Addresses() {}

  static void find(byte[] text, int begin, int to, Spans secrets) {
    int wordEnd = begin;
    int lastAt = -1;
    for (int i = Ascii.find(AUTHORITY, text, begin, to); i >= 0; i = Ascii.find(AUTHORITY, text, i, to)) {
      int from = i + AUTHORITY.length;
      i = from;
      if (from >= wordEnd) { // else all of that word is known, and not gone through again
        lastAt = -1;
        for (wordEnd = from; wordEnd < to && !isEnd(text[wordEnd]); wordEnd++) {
          lastAt = text[wordEnd] == '@' ? wordEnd : lastAt;
        }
      }
      if (lastAt >= from && text[from] != '[') {
        i = Math.max(i, credentials(text, from, wordEnd, lastAt, secrets));
      }
    }
  }

  private static boolean isEnd(byte c) {
    return Ascii.isSpace(c) || Ascii.isQuote(c) || c == '<' || c == '>';
  }

  /** How far this has come. */
  private static int credentials(byte[] text, int from, int wordEnd, int lastAt, Spans secrets) {
    int slash = from;
    int colon = -1;
    int at = -1;
    boolean isNumber = true;
    for (; slash < wordEnd && text[slash] != '/' && text[slash] != '?' && text[slash] != '#'; slash++) {
      if (text[slash] == '@') {
        at = slash;
      } else if (text[slash] == ':' && colon < 0) {
        colon = slash;
      } else if (colon >= 0) {
        isNumber &= Ascii.isDigit(text[slash]);
      }
    }
    int end = at >= 0 ? at : isNumber ? -1 : lastAt; // no port has letters: then that is a secret with a slash in it
    if (colon >= 0 && end > colon) {
      secrets.add(colon + 1, end);
      return end;
    }
    if (colon < 0 && at - from >= LONG_NAME) {
      secrets.add(from, at);
    }
    return slash;
  }
}
