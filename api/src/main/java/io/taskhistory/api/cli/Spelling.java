package io.taskhistory.api.cli;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Finds the word that somebody meant to write. */
final class Spelling {

  private static final int MOST = 3;
  /** Longer words are not typed. */
  private static final int LONGEST = 40;
  private static final int LETTERS_A_MISTAKE = 3;

  private Spelling() {}

  /** Those of {@code known} that {@code word} is the start of, or else a misspelling; the most alike only. */
  static List<String> nearest(String word, Collection<String> known) {
    String wanted = word.toLowerCase(Locale.ROOT);
    String letters = wanted.replaceFirst("^-+", "");
    if (letters.isEmpty() || wanted.length() > LONGEST) {
      return List.of();
    }
    List<String> longer = known.stream().filter(each -> letters.length() > 1 && each.startsWith(wanted)).toList();
    if (!longer.isEmpty()) {
      return longer.stream().sorted().limit(MOST).toList();
    }
    // A short word is not another short word with half of its letters changed.
    int least = Math.max(1, letters.length() / LETTERS_A_MISTAKE);
    for (int mistakes = 0; mistakes <= least; mistakes++) {
      int so = mistakes;
      List<String> found =
          known.stream().filter(each -> each.length() > 2 && distance(wanted, each) == so).sorted().limit(MOST).toList();
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  /**
   * How many letters have to be put in, left out, changed, or exchanged with the next one, to make one of the other
   * (the optimal string alignment distance).
   */
  static int distance(String a, String b) {
    int[][] rows = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          rows[i][j] = i + j;
          continue;
        }
        int changed = rows[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int exchanged = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)
            ? rows[i - 2][j - 2] + 1 : Integer.MAX_VALUE;
        rows[i][j] = Arrays.stream(new int[] {rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed, exchanged}).min()
            .orElseThrow();
      }
    }
    return rows[a.length()][b.length()];
  }
}
