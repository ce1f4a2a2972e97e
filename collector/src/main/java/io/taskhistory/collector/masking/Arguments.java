package io.taskhistory.collector.masking;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the arguments of one exec, in order: what one says of the next counts. An argument with spaces in it may
 * be a line for a shell ({@code sh -c}, {@code ssh}), so its words are gone through in the same way.
 */
final class Arguments {

  /** A line for a shell in a line for a shell; deeper ones are taken as they are. */
  private static final int DEEPEST = 3;

  private static final SecretOptions.Flag ALL = new SecretOptions.Flag(new byte[0], false, true, '\0');

  private final SecretNames names;
  private final SecretOptions options;
  private final boolean builtIn;
  private final int depth;
  private final Assignments assignments;
  private List<SecretOptions.Flag> flags = List.of();
  /** The option before, if this argument is its value. */
  private SecretOptions.@Nullable Flag before;
  private boolean isLine;

  Arguments(SecretNames names, SecretOptions options, boolean builtIn, int depth) {
    this.names = names;
    this.options = options;
    this.builtIn = builtIn;
    this.depth = depth;
    assignments = new Assignments(names, builtIn);
  }

  /** Takes in the next argument, and adds what is secret in it. */
  void next(byte[] text, int from, int to, Spans secrets) {
    SecretOptions.Flag option = before;
    before = null;
    boolean isForShell = isLine;
    isLine = false;
    if (option != null && !isOption(text, from, to) && addValue(option, text, from, to, secrets)) {
      return;
    }
    if (from == to) {
      return;
    }
    int traits = Ascii.traits(text, from, to);
    if ((traits & (Ascii.SEPARATOR | Ascii.SPACE)) != 0) {
      assignments.find(text, from, to, !isForShell, secrets);
    }
    if (builtIn && to - from >= SecretShapes.SHORTEST) {
      SecretShapes.find(text, from, to, secrets);
    }
    if (builtIn && (traits & Ascii.AT) != 0) {
      Addresses.find(text, from, to, secrets);
    }
    if (text[from] == '-' || text[from] == '/') {
      option(text, from, to, secrets);
    }
    if (text[from] != '-' && flags.isEmpty()) {
      flags = options.of(text, from, to);
    }
    if (depth < DEEPEST && (isForShell || (traits & Ascii.SPACE) != 0)) {
      words(text, from, to, secrets);
    }
  }

  /** Whether that is an option rather than a value: {@code --x…}, or a dash and one letter. */
  static boolean isOption(byte[] text, int from, int to) {
    if (to - from < 2 || text[from] != '-') {
      return false;
    }
    return text[from + 1] == '-' ? to - from > 2 && Ascii.isLetter(text[from + 2])
        : Ascii.isLetter(text[from + 1]) && (to - from == 2 || text[from + 2] == ' ');
  }

  private static boolean addValue(SecretOptions.Flag option, byte[] text, int from, int to, Spans secrets) {
    int secret = option.after() == 0 ? from : Ascii.find(option.after(), text, from, to) + 1;
    if (option.after() != 0 && secret == 0) {
      return false;
    }
    secrets.add(secret, to);
    return true;
  }

  private void option(byte[] text, int from, int to, Spans secrets) {
    for (SecretOptions.Flag flag : flags) {
      if (option(flag, text, from, to, secrets)) {
        return;
      }
    }
    for (SecretOptions.Flag flag : options.ofAll()) {
      if (option(flag, text, from, to, secrets)) {
        return;
      }
    }
    if (text[from] == '-' && names.takesSecret(text, from, to) && isName(text, from, to)) {
      before = ALL;
    }
    isLine = text[from] == '-' && text[to - 1] == 'c' && to - from > 1 && to - from <= 6 && text[from + 1] != '-';
  }

  private static boolean isName(byte[] text, int from, int to) {
    int i = from;
    while (i < to && Ascii.isName(text[i])) {
      i++;
    }
    return i == to;
  }

  private boolean option(SecretOptions.Flag flag, byte[] text, int from, int to, Spans secrets) {
    if (flag.apart() && (flag.isWhole(text, from, to) || flag.isLastOf(text, from, to))) {
      before = flag;
      return true;
    }
    return flag.glued() && flag.isBefore(text, from, to)
        && addValue(flag, text, from + flag.flag().length, to, secrets);
  }

  /** The words of a line for a shell. What is quoted is one word; if all of it is, then without its quotes. */
  private void words(byte[] text, int begin, int to, Spans secrets) {
    Arguments line = new Arguments(names, options, builtIn, depth + 1);
    int i = begin;
    while (i < to) {
      if (isBetweenWords(text[i])) {
        i++;
        continue;
      }
      int from = i;
      byte quote = 0;
      for (; i < to && (quote != 0 || !isBetweenWords(text[i])); i++) {
        if (text[i] == '\\' && quote != '\'') {
          i++;
        } else if (quote == 0 ? Ascii.isQuote(text[i]) : text[i] == quote) {
          quote = quote == 0 ? text[i] : 0;
        }
      }
      i = Math.min(i, to);
      boolean isQuoted = Ascii.isQuote(text[from]) && i - from > 1 && text[i - 1] == text[from];
      line.next(text, isQuoted ? from + 1 : from, isQuoted ? i - 1 : i, secrets);
    }
  }

  private static boolean isBetweenWords(byte c) {
    return Ascii.isSpace(c) || c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<' || c == '>';
  }
}
