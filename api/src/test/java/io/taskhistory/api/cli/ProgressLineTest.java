package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.cli.ProgressLine.Shown;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressLineTest {

  private static final long SECOND = 1_000_000_000L;

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
      "0 | 0 | 1000000 | 1 | [                    ]   0 %  0 records, 0/s, 0.0 MB/s",
      "5000 | 500000 | 2000000 | 2 | [#####               ]  25 %  5,000 records, 2,500/s, 0.3 MB/s, 0:06 left",
      "10000 | 2000000 | 2000000 | 4 | [####################] 100 %  10,000 records, 2,500/s, 0.5 MB/s, 0:00 left",
      "10000 | 3000000 | 2000000 | 4 | [####################] 100 %  10,000 records, 2,500/s, 0.8 MB/s, 0:00 left",
      "10000 | 20000000 | 0 | 10 | 10,000 records, 1,000/s, 2.0 MB/s",
      "1 | 1 | 7200 | 1 | [                    ]   0 %  1 records, 1/s, 0.0 MB/s, 1:59:59 left"})
  void text_hasPercentRatesAndTimeLeft(long count, long position, long size, long seconds, String text) {
    assertThat(ProgressLine.ofText("records", count, position, size, seconds * SECOND)).isEqualTo(text);
  }

  @Test
  void stage_hasThemToo() {
    assertThat(ProgressLine.ofStage("files", 250, 1000, 5 * SECOND)).isEqualTo("files: 250 of 1,000, 25 %, 50/s, 0:15 left");
    assertThat(ProgressLine.ofStage("tasks", 250, 0, 5 * SECOND)).isEqualTo("tasks: 250, 50/s");
    assertThat(ProgressLine.ofStage("tasks", 0, 0, 0)).isEqualTo("tasks: 0, 0/s");
  }

  private static Terminal terminal(int columns) {
    return new Terminal(new PrintStream(OutputStream.nullOutputStream()), false, true, () -> columns);
  }

  @Test
  void text_thatIsTooLong_isWithoutTheBar_andThenCut() {
    String text = ProgressLine.ofText("records", 123_456_789, 45_000_000_000L, 90_000_000_000L, 3_600 * SECOND);
    assertThat(text).isEqualTo("[##########          ]  50 %  123,456,789 records, 34,294/s, 12.5 MB/s, 1:00:00 left");
    assertThat(ProgressLine.fit(text, text.length(), "…")).isEqualTo(text);
    assertThat(ProgressLine.fit(text, 79, "…")).isEqualTo("50 %  123,456,789 records, 34,294/s, 12.5 MB/s, 1:00:00 left");
    assertThat(ProgressLine.fit(text, 30, "…")).isEqualTo("50 %  123,456,789 records, 34…");
  }

  @Test
  void line_onANarrowTerminal_staysWithinOneLine() {
    StringWriter out = new StringWriter();
    try (ProgressLine line = new ProgressLine(new PrintWriter(out), Shown.IN_PLACE, terminal(20))) {
      for (long end = System.nanoTime() + 30 * SECOND; out.getBuffer().length() == 0 && System.nanoTime() < end; ) {
        line.at("a stage with a long name", 1_000_000, 2_000_000);
        Thread.onSpinWait();
      }
    }
    assertThat(out.toString()).isEqualTo("\r\u001b[Ka stage with a lon…\r\u001b[K");
  }

  /** Draws until something has been drawn, which is no sooner than people can read. */
  private static String drawn(Shown shown) {
    StringWriter out = new StringWriter();
    try (ProgressLine line = new ProgressLine(new PrintWriter(out), shown, terminal(80))) {
      for (long end = System.nanoTime() + 30 * SECOND; out.getBuffer().length() == 0 && System.nanoTime() < end; ) {
        line.at("records", 1, 1, 2);
        Thread.onSpinWait();
      }
    }
    return out.toString();
  }

  @Test
  void line_isDrawnInItsPlace_andTakenAway() {
    assertThat(drawn(Shown.IN_PLACE)).startsWith("\r\u001b[K[##########          ]  50 %").endsWith("\r\u001b[K")
        .doesNotContain("\n");
  }

  @Test
  void line_withoutATerminal_isALine() {
    assertThat(drawn(Shown.IN_LINES)).startsWith("taskhistory: [####").endsWith(" left\n").doesNotContain("\u001b");
  }

  @Test
  void line_thatIsNotWanted_isNotThere() {
    StringWriter out = new StringWriter();
    try (ProgressLine line = new ProgressLine(new PrintWriter(out), Shown.NOT, terminal(80))) {
      for (long end = System.nanoTime() + SECOND; System.nanoTime() < end; ) {
        line.at("records", 1, 1, 2);
        line.at("files", 1, 2);
      }
    }
    assertThat(out.toString()).isEmpty();
  }
}
