package io.taskhistory.collector.masking;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;

/**
 * What is secret in arguments.
 *
 * @param builtIn whether what is known of programs in general is looked for
 * @param options names of options and variables whose values are secret too: {@code --pin}, {@code -k}, {@code MY_KEY}
 * @param patterns regular expressions in the syntax of RE2; of each match the first group is secret, or all of it where
 *     there is no group
 */
public record MaskRules(boolean builtIn, List<String> options, List<String> patterns) {

  public static final MaskRules DEFAULT = new MaskRules(true, List.of(), List.of());
  public static final MaskRules NONE = new MaskRules(false, List.of(), List.of());

  private static final int MOST = 32;
  private static final int LONGEST = 1000;

  /** @throws IllegalArgumentException where anything of it is wrong; the message says what */
  public MaskRules {
    options = List.copyOf(options);
    patterns = List.copyOf(patterns);
    if (options.size() > MOST || patterns.size() > MOST) {
      throw new IllegalArgumentException("there can be " + MOST + " of them");
    }
    options.forEach(MaskRules::checkOption);
    patterns.forEach(MaskRules::checkPattern);
  }

  boolean isEmpty() {
    return !builtIn && options.isEmpty() && patterns.isEmpty();
  }

  private static void checkOption(String option) {
    if (!option.matches("-{0,2}[A-Za-z0-9][A-Za-z0-9_.-]{0,63}") || option.matches("[A-Za-z0-9]")) {
      throw new IllegalArgumentException("write names of options or variables, as in --pin, -k or MY_KEY");
    }
  }

  private static void checkPattern(String pattern) {
    if (pattern.length() > LONGEST || pattern.chars().anyMatch(c -> c > '~' || c < ' ')) {
      throw new IllegalArgumentException("write a regular expression in ASCII of " + LONGEST + " characters at most;"
          + " other bytes are written \\x{e9}");
    }
    try {
      Pattern compiled = Pattern.compile(pattern);
      if (compiled.matches("")) {
        throw new IllegalArgumentException("it matches nothing at all, and so any argument");
      }
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("it is no regular expression of RE2, which has no look-around and no"
          + " back-references: " + e.getMessage(), e);
    }
  }
}
