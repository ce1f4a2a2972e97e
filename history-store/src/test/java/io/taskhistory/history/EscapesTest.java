package io.taskhistory.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EscapesTest {

  @Test
  void readable_keepsLettersOfAllScriptsAndEscapesWhatIsNotToBeSeen() {
    assertThat(Escapes.readable(RawText.of("na\u00efve \u65e5\u672c"))).isEqualTo("na\u00efve \u65e5\u672c");
    assertThat(Escapes.readable(RawText.of("\u001b[31m\n\t\u0000"))).isEqualTo("\\033[31m\\012\\011\\000");
    assertThat(Escapes.readable(RawText.of("a\u202eb\u2028c\u00a0d"))).isEqualTo(
        "a\\342\\200\\256b\\342\\200\\250c\\302\\240d");
    assertThat(Escapes.readable(RawText.of("C:\\x"))).isEqualTo("C:\\134x");
    assertThat(Escapes.readable(RawText.of(new byte[] {(byte) 0xc3, 'a', (byte) 0xff}))).isEqualTo("\\303a\\377");
    assertThat(Escapes.readable(RawText.UNKNOWN)).isEqualTo("?");
  }

  @Test
  void bytesOfAscii_areWrittenAlikeAloneAndAmongOthers() {
    for (int b = 0; b < 128; b++) {
      byte[] alone = {(byte) b};
      // Other texts are written in another way than those of harmless bytes alone.
      byte[] among = {(byte) b, (byte) 0xff};
      assertThat(Escapes.readable(RawText.of(among))).isEqualTo(Escapes.readable(RawText.of(alone)) + "\\377");
      assertThat(Escapes.kernel(RawText.of(among))).isEqualTo(Escapes.kernel(RawText.of(alone)) + "\\377");
      boolean isShown = b >= ' ' && b < 127 && b != '\\';
      assertThat(Escapes.readable(RawText.of(alone)))
          .isEqualTo(isShown ? Character.toString(b) : String.format("\\%03o", b));
    }
  }

  @Test
  void parse_givesBackWhatWasEscaped() throws ParseException {
    Random random = new Random(20231);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(24)];
      random.nextBytes(bytes);
      RawText text = RawText.of(bytes);
      assertThat(Escapes.parse(Escapes.kernel(text))).isEqualTo(text);
      String readable = Escapes.readable(text);
      if (!readable.equals("?")) {
        assertThat(Escapes.parse(readable)).isEqualTo(text);
      }
      assertThat(readable.chars()).allMatch(c -> c >= ' ' && c != 127 && !(c >= 128 && c < 160));
    }
  }

  @Test
  void readable_differsWhereTheBytesDiffer() {
    Random random = new Random(7);
    Set<String> seen = new HashSet<>();
    Set<RawText> texts = new HashSet<>();
    byte[] alphabet = "\\0127a\n\303\251\377?".getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = new byte[random.nextInt(7)];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = alphabet[random.nextInt(alphabet.length)];
      }
      texts.add(RawText.of(bytes));
      seen.add(Escapes.readable(RawText.of(bytes)));
    }
    assertThat(seen).hasSameSizeAs(texts);
  }

  @Test
  void parse_refusesWhatIsNoEscape() {
    for (String wrong : new String[] {"a\\", "\\1", "\\12", "\\400", "\\08a", "\\x41"}) {
      assertThatExceptionOfType(ParseException.class).as(wrong).isThrownBy(() -> Escapes.parse(wrong));
    }
  }

  @Test
  void parse_bareQuestionMarkIsUnknown() throws ParseException {
    assertThat(Escapes.parse("?").isKnown()).isFalse();
    assertThat(Escapes.parse("\\077")).isEqualTo(RawText.of("?"));
  }
}
