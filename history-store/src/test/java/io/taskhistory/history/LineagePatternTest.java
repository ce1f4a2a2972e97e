package io.taskhistory.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LineagePatternTest {

  private static final String[] WORDS = {"a", "b", "/bin/a", "/bin/b", "*", "**"};

  /** {@code a}, {@code ?}, or with a path {@code a:/bin/b}; the root comes first by itself. */
  private static Entry history(String... names) {
    Entry entry = Entry.root(Provenance.SNAPSHOT);
    long time = 0;
    for (String each : names) {
      String[] parts = each.split(":", 2);
      entry = parts[0].equals("?")
          ? new Entry(entry, ++time, 1, RawText.UNKNOWN, Provenance.UNKNOWN)
          : new Entry(entry, ++time, 1, RawText.of(parts[0]), Provenance.OBSERVED);
      if (parts.length > 1) {
        entry.detail(details(RawText.of("/bin/interpreter"), RawText.of(parts[1])));
      }
    }
    return entry;
  }

  private static Details details(RawText exe, RawText program) {
    return Details.UNKNOWN.completedBy(new Details(exe, program, null, false, RawText.UNKNOWN, -1, -1, -1, -1, -1, -1,
        RawText.UNKNOWN, RawText.UNKNOWN, RawText.UNKNOWN, -1));
  }

  @ParameterizedTest
  @CsvSource({
      "sh, true",
      "bash, false",
      "*, true",
      "**, true",
      "bash=>sh, true",
      "sshd=>sh, false",
      "sshd=>*=>sh, true",
      "sshd=>**=>sh, true",
      "bash=>**=>sh, true",
      "init => sshd=>bash   =>sh, true",
      "swapper/0=>init=>*, false",
      "swapper/0=>init=>**, true",
      "swapper/0=>**=>bash=>**, true",
      "**=>bash=>sh, true",
      "sh=>**, true",
      "sh=>*, false",
      "*=>*=>*=>*=>*, true",
      "*=>*=>*=>*=>*=>*, false",
      "**=>**=>init=>**=>**=>sh=>**, true",
  })
  void fits_names_asWritten(String pattern, boolean fits) throws ParseException {
    assertThat(LineagePattern.parse(pattern).fits(history("init", "sshd", "bash", "sh"))).isEqualTo(fits);
  }

  @Test
  void fits_path_isThatOfTheImageOrOfTheProgram() throws ParseException {
    Entry last = history("bash:/bin/bash", "run:/opt/run");

    assertThat(LineagePattern.parse("/bin/bash=>/opt/run").fits(last)).isTrue();
    assertThat(LineagePattern.parse("/bin/interpreter").fits(last)).isTrue();
    assertThat(LineagePattern.parse("/opt/run=>*").fits(last)).isFalse();
    assertThat(LineagePattern.parse("bash=>/opt/runs").fits(last)).isFalse();
    assertThat(LineagePattern.parse("bash=>/opt/run").fits(history("bash", "run"))).isFalse();
  }

  @Test
  void fits_nameThatNobodyKnows_onlyStars() throws ParseException {
    Entry last = history("bash", "?");

    assertThat(LineagePattern.parse("bash=>*").fits(last)).isTrue();
    assertThat(LineagePattern.parse("bash=>**").fits(last)).isTrue();
    assertThat(LineagePattern.parse("bash=>\\077").fits(last)).isFalse();
    assertThat(LineagePattern.parse("bash=>\\077").fits(
        new Entry(history("bash"), 9, 9, RawText.of("?"), Provenance.OBSERVED))).isTrue();
  }

  @Test
  void parse_escapes_areTheBytesThatTheyStandFor() throws ParseException {
    LineagePattern pattern = LineagePattern.parse("tmux\\072\\040server => \\052 => \\057sbin => a b");

    assertThat(pattern.items()).containsExactly(
        new LineagePattern.Named(RawText.of("tmux: server")), new LineagePattern.Named(RawText.of("*")),
        new LineagePattern.Named(RawText.of("/sbin")), new LineagePattern.Named(RawText.of("a b")));
    assertThat(LineagePattern.parse(pattern.toString())).isEqualTo(pattern).hasSameHashCodeAs(pattern);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "''           | item 1 | empty           | 0",
      "a=>          | item 2 | empty           | 3",
      "=>a          | item 1 | empty           | 0",
      "a=> =>b      | item 2 | empty           | 3",
      "a=>b*        | item 2 | \\052           | 3",
      "***          | item 1 | \\052           | 0",
      "a=>b\\9      | item 2 | three octal     | 3",
      "a=>?=>b      | item 2 | nobody knows    | 3",
  })
  void parse_wrong_saysWhatIsWrongWithWhichItem(String pattern, String item, String why, int at) {
    assertThatThrownBy(() -> LineagePattern.parse(pattern)).isInstanceOf(ParseException.class)
        .hasMessageContaining(item).hasMessageContaining(why).extracting("errorOffset").isEqualTo(at);
  }

  @Test
  void parse_limits_areTheLast() throws ParseException {
    String most = String.join("=>", Collections.nCopies(LineagePattern.MOST_ITEMS, "*"));
    String longest = "a".repeat(LineagePattern.MOST_CHARACTERS);

    assertThat(LineagePattern.parse(most).items()).hasSize(LineagePattern.MOST_ITEMS);
    assertThat(LineagePattern.parse(longest).items()).hasSize(1);
    assertThatThrownBy(() -> LineagePattern.parse(most + "=>*")).hasMessageContaining("32 items");
    assertThatThrownBy(() -> LineagePattern.parse(longest + "a")).hasMessageContaining("2048");
  }

  /** Tried one after the other, the ways to fit this would outlast the universe. */
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void fits_manyStarsAndALongHistory_takesOneWalk() throws ParseException {
    String[] names = new String[100_000];
    Arrays.fill(names, "a");
    Entry last = history(names);
    List<String> items = new ArrayList<>(List.of("b"));
    while (items.size() < LineagePattern.MOST_ITEMS - 1) {
      items.add(items.size() % 2 == 0 ? "a" : "**");
    }
    items.add("a");

    assertThat(LineagePattern.parse(String.join("=>", items)).fits(last)).isFalse();
    items.set(0, "swapper/0");
    assertThat(LineagePattern.parse(String.join("=>", items)).fits(last)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void fits_randomPatternsAndHistories_isWhatTheDefinitionSays(long seed) throws ParseException {
    Random random = new Random(seed);
    int fitting = 0;
    for (int i = 0; i < 20_000; i++) {
      Entry last = history(random.ints(random.nextInt(7), 0, 7).mapToObj(n -> switch (n) {
        case 0 -> "?";
        case 1 -> "a:/bin/b";
        case 2 -> "b:/bin/a";
        case 3 -> "?:/bin/a";
        default -> n == 4 ? "a" : n == 5 ? "b" : "c";
      }).toArray(String[]::new));
      List<String> items = new ArrayList<>();
      for (int n = 1 + random.nextInt(5); n > 0; n--) {
        items.add(random.nextInt(12) == 0 ? "swapper/0" : WORDS[random.nextInt(WORDS.length)]);
      }
      LineagePattern pattern = LineagePattern.parse(String.join(random.nextBoolean() ? "=>" : " => ", items));
      List<Entry> path = path(last);
      boolean fits = false;
      for (int from = 0; from <= path.size(); from++) {
        fits |= isFitting(pattern.items(), 0, path, from);
      }
      assertThat(pattern.fits(last)).as("%s on %s", pattern, path).isEqualTo(fits);
      fitting += fits ? 1 : 0;
    }
    assertThat(fitting).isBetween(2_000, 18_000);
  }

  private static List<Entry> path(Entry last) {
    List<Entry> path = new ArrayList<>();
    for (Entry entry = last; entry != null; entry = entry.parent()) {
      path.add(0, entry);
    }
    return path;
  }

  private static boolean isFitting(List<LineagePattern.Item> items, int item, List<Entry> path, int at) {
    if (item == items.size()) {
      return at == path.size();
    }
    if (items.get(item) instanceof LineagePattern.Any any && any.number()) {
      return isFitting(items, item + 1, path, at) || at < path.size() && isFitting(items, item, path, at + 1);
    }
    return at < path.size() && items.get(item).fits(path.get(at)) && isFitting(items, item + 1, path, at + 1);
  }
}
