package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CellsTest {

  @Test
  void width_isThatOfATerminal() {
    assertThat(Cells.width("bash")).isEqualTo(4);
    assertThat(Cells.width("日本")).isEqualTo(4);
    assertThat(Cells.width("e\u0301")).as("a letter and an accent on it").isEqualTo(1);
    assertThat(Cells.width("\ud83d\ude00")).isEqualTo(2);
    assertThat(Cells.pad("日本", 6)).isEqualTo("日本  ");
    assertThat(Cells.pad("longer", 3)).isEqualTo("longer");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void cut_neverTakesMore(int columns) {
    String text = "ab日本\ud83d\ude00cdef";
    for (String cut : new String[] {Cells.start(text, columns, "…"), Cells.end(text, columns, "…")}) {
      assertThat(Cells.width(cut)).isLessThanOrEqualTo(columns);
      assertThat(cut.codePoints()).noneMatch(c -> Character.getType(c) == Character.SURROGATE);
    }
    if (columns > 0) {
      assertThat(text).startsWith(Cells.start(text, columns, "…").replace("…", ""))
          .endsWith(Cells.end(text, columns, "…").replace("…", ""));
    }
    assertThat(Cells.start(text, 12, "…")).isEqualTo(text);
    assertThat(Cells.end(text, 12, "…")).isEqualTo(text);
  }

  @Test
  void cut_leavesAMark() {
    assertThat(Cells.start("swapper/0=>init", 8, "…")).isEqualTo("swapper…");
    assertThat(Cells.end("swapper/0=>init", 6, "~")).isEqualTo("~>init");
  }
}
