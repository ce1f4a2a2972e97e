package io.taskhistory.collector.masking;

/**
 * Finds the values of secret names: {@code --password=…}, {@code DB_PASSWORD=…}, {@code "token": "…"},
 * {@code Authorization: Bearer …}, {@code user=a&password=b}.
 *
 * <p>Where nothing but names stands before it, a value goes to the end of the argument. Else it ends where what follows
 * shows that: by a space, at its quote, or where the next name begins. Rather too much is secret than too little.
 */
final class Assignments {

  /** A shorter word behind {@code Bearer} is none. */
  private static final int LEAST_BEARER = 8;

  private final SecretNames names;
  private final boolean builtIn;

  Assignments(SecretNames names, boolean builtIn) {
    this.names = names;
    this.builtIn = builtIn;
  }

  /**
   * Finds them.
   *
   * @param isWhole whether the value of a name that it begins with goes to its end; else it is a line of words
   */
  void find(byte[] text, int begin, int to, boolean isWhole, Spans secrets) {
    boolean isFirst = isWhole;
    int i = begin;
    while (i < to) {
      if (!Ascii.isName(text[i])) {
        isFirst = false;
        i++;
        continue;
      }
      int from = i;
      while (i < to && Ascii.isName(text[i])) {
        i++;
      }
      int value = i < to ? value(text, from, i, to) : -1;
      if (value >= 0) {
        int end = isFirst ? to : Values.end(text, value, to, !isWhole);
        Values.add(text, value, end, secrets);
        isFirst = false;
        i = Math.max(i, end);
      } else {
        isFirst &= i < to && (text[i] == '=' || text[i] == ':');
        i += isFirst ? 1 : 0;
      }
    }
  }

  /** Where the value of the name begins; -1 where it has none, or is not secret. */
  private int value(byte[] text, int from, int name, int to) {
    int i = name;
    while (i < to && (Ascii.isQuote(text[i]) || text[i] == ']' || text[i] == '\\')) {
      i++;
    }
    boolean isApart = i < to && text[i] == ' ';
    while (i < to && text[i] == ' ') {
      i++;
    }
    if (i == to) {
      return -1;
    }
    if (text[i] != '=' && text[i] != ':') {
      return isApart ? apart(text, from, name, i, to) : -1;
    }
    boolean isColon = text[i] == ':';
    if (isColon && (i + 1 == to || text[i + 1] == ':'
        || text[i + 1] == '/' && i + 2 < to && text[i + 2] == '/' // the scheme of an address
        || from > 0 && text[from - 1] == '/')) { // or a path, and what it is mapped to
      return -1;
    }
    if (!names.isSecret(text, from, name)) {
      return -1;
    }
    i++;
    if (i + 1 < to && (text[i] == '=' || text[i] == '>') && text[i + 1] == ' ') {
      i++;
      isApart = true;
    }
    while ((isApart || isColon) && i < to && Ascii.isSpace(text[i])) {
      i++;
    }
    return i;
  }

  /** {@code --password secret} in one argument, or {@code Bearer token}. */
  private int apart(byte[] text, int from, int name, int value, int to) {
    if (text[from] == '-' && names.takesSecret(text, from, name)) {
      return Arguments.isOption(text, value, to) ? -1 : value;
    }
    if (!builtIn || name - from != Values.BEARER.length() || !Values.isScheme(text, from, value)) {
      return -1;
    }
    int end = value;
    while (end < to && !Ascii.isSpace(text[end])) {
      end++;
    }
    return end - value < LEAST_BEARER ? -1 : value;
  }
}
