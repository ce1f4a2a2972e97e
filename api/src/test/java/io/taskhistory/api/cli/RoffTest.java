package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.cli.Machinery.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reader of a page sees, as groff makes it. */
class RoffTest {

  @TempDir
  private Path directory;

  private String shown(Roff page) throws Exception {
    Path file = Files.writeString(directory.resolve("page.1"), page.toString());
    Outcome outcome = Machinery.run(List.of(
        "groff", "-man", "-Tutf8", "-P-cbou", "-ww", "-rLL=200n", file.toString()));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    return outcome.out();
  }

  private static Roff page() {
    return new Roff().macro("TH", "X", "1", "", "v", "h").ragged().section("NAME").line("x \\- y").section("TEXT");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      ".SH no section", "'br no break", "a\\fBb", "\\*(xx \\n(yy \\\\", "--long-option -x", "it's `so' ^and~", "\"quoted\"",
      "sshd=>bash=>*", "\\ooo stands for a byte", "umlaut ü, arrow →", ".", "..", "'", "100 %"})
  void text_isShownAsItIs(String text) throws Exception {
    assertThat(shown(page().text(text))).contains("       " + text + "\n");
    assertThat(shown(page().entry(Roff.bold(text), "says " + text))).contains(text).contains("says " + text + "\n");
    assertThat(shown(page().example(List.of(text)))).contains("           " + text + "\n");
    assertThat(shown(page().section(text))).contains("\n" + text + "\n");
  }

  @Test
  void entry_withoutText_isValid() throws Exception {
    assertThat(shown(page().entry(Roff.bold("--x"), ""))).contains("--x");
  }
}
