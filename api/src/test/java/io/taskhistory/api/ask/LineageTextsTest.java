package io.taskhistory.api.ask;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Details;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Entry;
import io.taskhistory.history.History;
import io.taskhistory.history.HistoryStyle;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineageTextsTest {

  private static final long WALL = 1_691_750_000_000_000_000L;
  private static final Boot BOOT = new Boot(
      0, "01234567-89ab-cdef-0123-456789abcdef", WALL, new ClockLedger(List.of(new ClockLedger.Row(0, WALL, 0))));

  private static RawText name(Random random) {
    byte[] name = new byte[1 + random.nextInt(15)];
    for (int i = 0; i < name.length; i++) {
      int kind = random.nextInt(8);
      name[i] = (byte) (kind == 0 ? random.nextInt(256) : kind == 1 ? "\\\"/?=;>".charAt(random.nextInt(7)) : 'a' + kind);
    }
    return RawText.of(name);
  }

  private static History history(Entry last) {
    List<Entry> entries = new ArrayList<>();
    for (Entry entry = last; entry != null; entry = entry.parent()) {
      entries.add(entry);
    }
    Collections.reverse(entries);
    return new History(BOOT, entries, Doubts.NONE);
  }

  private static Details program(RawText path) {
    Details none = Details.UNKNOWN;
    return new Details(path, path, null, false, none.cwd(), none.uid(), none.euid(), none.gid(), none.egid(),
        none.loginuid(), none.sessionid(), none.tty(), none.cgroup(), none.container(), none.nspid());
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWritten_isTheHistory_orStandsForItInsideJson(HistoryStyle style) throws Exception {
    ObjectMapper json = new ObjectMapper();
    Random random = new Random(7);
    for (int limit : new int[] {0, 256, 1024}) {
      LineageTexts plain = LineageTexts.plain(style, limit);
      LineageTexts inside = LineageTexts.insideJson(style, limit);
      List<Entry> known = new ArrayList<>(List.of(Entry.root(Provenance.SNAPSHOT)));
      for (int i = 1; i < 1000; i++) {
        Entry parent = known.get(random.nextInt(4) == 0 ? random.nextInt(known.size()) : known.size() - 1);
        Entry entry = new Entry(parent, i * 1_000_000_007L, i, name(random), Provenance.OBSERVED);
        known.add(entry);
        History history = history(entry);
        String text = style.write(history, limit);
        assertThat(plain.write(history)).isEqualTo(text);
        assertThat(json.readValue("\"" + inside.write(history) + "\"", String.class)).isEqualTo(text);
      }
    }
  }

  /** Paths as long as there can be, in bytes of which each is written as four. */
  @ParameterizedTest
  @ValueSource(ints = {0, 256, 1024, 100_000})
  void whatIsRemembered_isBounded_howeverLongThePathsAre(int limit) {
    byte[] path = new byte[4000];
    Arrays.fill(path, (byte) 0xff);
    for (int length : new int[] {4000, 100, 15}) {
      Details details = program(RawText.of(Arrays.copyOf(path, length)));
      LineageTexts texts = LineageTexts.insideJson(HistoryStyle.DOMAIN, limit);
      for (int chain = 0; chain < 4; chain++) {
        Entry entry = Entry.root(Provenance.SNAPSHOT);
        for (int i = 1; i < 63; i++) {
          entry = new Entry(entry, chain * 1000 + i, i, RawText.of("x"), Provenance.OBSERVED);
          entry.detail(details);
          History history = history(entry);
          String text = texts.write(history);
          if (i % 10 == 2) {
            assertThat(text).isEqualTo(HistoryStyle.DOMAIN.write(history, limit).replace("\\", "\\\\"));
          }
          assertThat(texts.remembered()).isLessThanOrEqualTo(LineageTexts.MOST_TEXT);
        }
      }
    }
  }
}
