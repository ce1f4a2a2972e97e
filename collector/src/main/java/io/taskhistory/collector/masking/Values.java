package io.taskhistory.collector.masking;

/** Where a value in the midst of an argument begins and ends. */
final class Values {

  static final String BEARER = "Bearer";

  /** What may stand before the secret in a header. */
  private static final String[] SCHEMES = {BEARER, "Basic", "Token", "Digest", "Negotiate", "ApiKey"};

  private Values() {}

  /**
   * Where the value that begins at {@code from} ends, its quote included.
   *
   * @param isLine whether it is a word of a shell's
   */
  static int end(byte[] text, int from, int to, boolean isLine) {
    int open = quote(text, from, to);
    if (open >= 0) {
      int close = close(text, from, open, to);
      return close < 0 ? to : close + 1;
    }
    int i = from + schemeLength(text, from, to);
    while (i < to && !Ascii.isSpace(text[i]) && !isBreak(text, i, to) && !(isLine && isOperator(text[i]))) {
      i++;
    }
    return i;
  }

  /** Adds what is secret in a value: what is between its quotes, without the name of a scheme. */
  static void add(byte[] text, int from, int end, Spans secrets) {
    int open = quote(text, from, end);
    boolean isQuoted = open >= 0 && end > open + 1 && text[end - 1] == text[open];
    int start = isQuoted ? open + 1 : from;
    int stop = isQuoted ? end - 1 : end;
    if (isQuoted && open > from && stop > start && text[stop - 1] == '\\') {
      stop--;
    }
    if (!isSchemeAlone(text, start, stop)) {
      secrets.add(start + schemeLength(text, start, stop), stop);
    }
  }

  /** Whether the name of a scheme stands there, and a space behind it. */
  static boolean isScheme(byte[] text, int from, int to) {
    return schemeLength(text, from, to) > 0;
  }

  private static int schemeLength(byte[] text, int from, int to) {
    for (String scheme : SCHEMES) {
      int length = scheme.length();
      if (to - from > length && text[from + length] == ' ' && isWord(scheme, text, from)) {
        return length + 1;
      }
    }
    return 0;
  }

  private static boolean isSchemeAlone(byte[] text, int from, int to) {
    for (String scheme : SCHEMES) {
      if (to - from == scheme.length() && isWord(scheme, text, from)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWord(String word, byte[] text, int from) {
    for (int i = 0; i < word.length(); i++) {
      if (Ascii.lower(text[from + i]) != Ascii.lower((byte) word.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** Where the quote stands that the value begins with, perhaps behind a backslash; -1 where it has none. */
  private static int quote(byte[] text, int from, int to) {
    int at = from < to && text[from] == '\\' ? from + 1 : from;
    return at < to && Ascii.isQuote(text[at]) ? at : -1;
  }

  private static int close(byte[] text, int from, int open, int to) {
    boolean isEscaped = open > from;
    for (int i = open + 1; i < to; i++) {
      if (text[i] == '\\') {
        if (isEscaped && i + 1 < to && text[i + 1] == text[open]) {
          return i + 1;
        }
        i++;
      } else if (text[i] == text[open]) {
        return i;
      }
    }
    return -1;
  }

  /** Whether something else begins there: a secret may have any of these characters in it. */
  private static boolean isBreak(byte[] text, int at, int to) {
    byte c = text[at];
    boolean isMark = c == ',' || c == ';' || c == '&';
    if (!isMark && !Ascii.isQuote(c) && !isClosing(c)) {
      return false;
    }
    if (at + 1 == to || Ascii.isSpace(text[at + 1])) {
      return true;
    }
    byte next = text[at + 1];
    return Ascii.isQuote(next) || isClosing(next) || (isMark ? isAssignment(text, at + 1, to)
        : next == ',' || next == ';' || next == '&');
  }

  private static boolean isOperator(byte c) {
    return c == ';' || c == '&' || c == '|' || c == '<' || c == '>' || c == '(' || c == ')';
  }

  private static boolean isClosing(byte c) {
    return c == '}' || c == ')' || c == ']';
  }

  private static boolean isAssignment(byte[] text, int from, int to) {
    int i = from;
    while (i < to && Ascii.isName(text[i])) {
      i++;
    }
    return i > from && i < to && text[i] == '=';
  }
}
