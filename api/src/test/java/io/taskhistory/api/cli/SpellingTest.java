package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {

  private static final List<String> COMMANDS = List.of("run", "show", "serve", "search", "status", "tree");

  @ParameterizedTest
  @CsvSource({"shwo, show", "SHOW, show", "sho, show", "seach, search", "statsu, status", "tre, tree", "rnu, run"})
  void nearest_ofOneMistake_isWhatWasMeant(String word, String meant) {
    assertThat(Spelling.nearest(word, COMMANDS)).containsExactly(meant);
  }

  @Test
  void nearest_ofTheStartOfSeveral_isAllOfThem() {
    assertThat(Spelling.nearest("se", COMMANDS)).containsExactly("search", "serve");
  }

  @ParameterizedTest
  @CsvSource({"xyzzy", "--", "''", "delete", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
  void nearest_ofSomethingElse_isNothing(String word) {
    assertThat(Spelling.nearest(word, COMMANDS)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"'', abc, 3", "abc, abc, 0", "abc, acb, 1", "abc, ab, 1", "abc, abx, 1", "kitten, sitting, 3"})
  void distance_isThatOfTheTextbook(String a, String b, int distance) {
    assertThat(Spelling.distance(a, b)).isEqualTo(distance).isEqualTo(Spelling.distance(b, a));
  }
}
