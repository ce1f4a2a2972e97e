package io.taskhistory.api.policy;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What somebody may have meant. */
final class Suggestion {

  private static final int MOST_MISTAKES = 3;
  private static final int MOST_CHARS = 64;

  private Suggestion() {}

  /** The nearest of the names, where it is near enough. */
  static Optional<String> of(String written, List<String> names) {
    if (written.length() > MOST_CHARS) {
      return Optional.empty();
    }
    String word = written.toLowerCase(Locale.ROOT).replace('-', '_');
    return names.stream().filter(name -> distance(word, name) <= Math.min(MOST_MISTAKES, name.length() / 3))
        .min(Comparator.comparingInt(name -> distance(word, name)));
  }

  /** How many letters have to be changed, added or left out (Levenshtein's distance). */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int above = row[j];
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(changed, Math.min(row[j - 1], above) + 1);
        diagonal = above;
      }
    }
    return row[other.length()];
  }
}
