package io.taskhistory.collector.masking;

import java.util.List;
import java.util.Locale;

/**
 * Which names say that their value is secret: {@code --db-password}, {@code PGPASSWORD}, {@code clientSecret}. Case and
 * what parts words does not count; the end of a name says what it is ({@code --password-file} is none).
 */
final class SecretNames {

  /** At the end of a name, whatever stands before them. */
  private static final String[] ENDINGS = {
      "password", "passwd", "passphrase", "passcode", "secret", "token", "apikey", "secretkey", "accesskey",
      "accountkey", "sharedkey", "privatekey", "encryptionkey", "signingkey", "authkey", "authorization", "cookie",
      "basicauth", "rediscliauth"};

  /** At the end too, but only as words of their own: a bypass is no secret. */
  private static final String[] WORDS = {"pass", "pwd", "psw", "pw"};

  /** What makes a switch of an option, which has no value behind it. */
  private static final String[] SWITCHES = {"no", "ask", "prompt", "read", "use", "with", "without", "require"};

  private static final int LONGEST = 128;

  private final boolean builtIn;
  private final String[] more;

  SecretNames(boolean builtIn, List<String> options) {
    this.builtIn = builtIn;
    more = options.stream().map(option -> option.replaceAll("[-_.]", "").toLowerCase(Locale.ROOT))
        .filter(name -> name.length() > 1).toArray(String[]::new);
  }

  /** Whether the value of the name that stands there is secret. */
  boolean isSecret(byte[] text, int begin, int end) {
    int to = end;
    while (to > begin && isSeparator(text[to - 1])) {
      to--;
    }
    int from = Math.max(begin, to - LONGEST);
    while (from < to && isSeparator(text[from])) {
      from++;
    }
    if (to - from < 2) {
      return false;
    }
    for (String name : more) {
      if (start(name, text, from, to) == from) {
        return true;
      }
    }
    return builtIn && canEnd(text[to - 1]) && (endsInSecret(text, from, to) || endsInWord(text, from, to));
  }

  /** Whether the option that stands there has its value in the next argument. */
  boolean takesSecret(byte[] text, int from, int to) {
    if (!isSecret(text, from, to)) {
      return false;
    }
    int first = from;
    while (text[first] == '-') {
      first++;
    }
    int next = first;
    while (next < to && !isSeparator(text[next])) {
      next++;
    }
    for (String word : SWITCHES) {
      if (next < to && next - first == word.length() && start(word, text, first, next) == first) {
        return false;
      }
    }
    return true;
  }

  /** A quick look, as most names are none. */
  private static boolean canEnd(byte last) {
    return switch (Ascii.lower(last)) {
      case 'd', 'e', 't', 'n', 'y', 's', 'w', 'h' -> true;
      default -> false;
    };
  }

  private static boolean endsInSecret(byte[] text, int from, int to) {
    for (String ending : ENDINGS) {
      if (start(ending, text, from, to) >= 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean endsInWord(byte[] text, int from, int to) {
    for (String word : WORDS) {
      int start = start(word, text, from, to);
      if (start == from || start > from && (isSeparator(text[start - 1])
          || isUpper(text[start]) && !isUpper(text[start - 1]))) {
        return !(start == from && text[start] == 'P' && text[to - 1] == 'D'); // the shell's PWD is a directory
      }
    }
    return false;
  }

  /** Where the word begins that the name ends in, or -1. */
  private static int start(String word, byte[] text, int from, int to) {
    int i = to;
    for (int w = word.length() - 1; w >= 0; w--) {
      do {
        i--;
      } while (i >= from && isSeparator(text[i]));
      if (i < from || Ascii.lower(text[i]) != word.charAt(w)) {
        return -1;
      }
    }
    return i;
  }

  private static boolean isUpper(byte c) {
    return c >= 'A' && c <= 'Z';
  }

  private static boolean isSeparator(byte c) {
    return c == '-' || c == '_' || c == '.';
  }
}
