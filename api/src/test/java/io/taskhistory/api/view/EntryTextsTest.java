package io.taskhistory.api.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.taskhistory.api.ask.Viewer;
import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is remembered of an entry is not told once the entry, or the clock, is another. */
class EntryTextsTest {

  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final EntryTexts texts = new EntryTexts();

  private static Boot boot(long wall) {
    return new Boot(0, "01234567-89ab-cdef-0123-456789abcdef", wall,
        new ClockLedger(List.of(new ClockLedger.Row(0, wall, 0))));
  }

  private void assertTold(Boot boot, Entry entry) throws Exception {
    for (int time = 0; time < 2; time++) {
      EntryTexts.Written written = (EntryTexts.Written) texts.of(boot, List.of(entry));
      assertThat(written.text(0).getValue())
          .isEqualTo(JSON.writeValueAsString(EntryView.of(boot, entry, Viewer.EVERYTHING)));
    }
  }

  private static Details details(String cwd) {
    return new Details(RawText.of("/usr/bin/bash"), RawText.of("/usr/bin/bash"), List.of(RawText.of("bash")), false,
        RawText.of(cwd), 0, 0, 0, 0, 0, 0, RawText.EMPTY, RawText.of("/"), RawText.EMPTY, 7);
  }

  @Test
  void whatChanges_isToldAnew() throws Exception {
    Boot boot = boot(1_691_750_000_000_000_000L);
    Entry entry = new Entry(Entry.root(Provenance.SNAPSHOT), 5, 7, RawText.UNKNOWN, Provenance.UNKNOWN);
    assertTold(boot, entry);
    entry.know(RawText.of("bash"), Provenance.RESOLVED);
    assertTold(boot, entry);
    entry.know(RawText.of("bash"), Provenance.OBSERVED);
    assertTold(boot, entry);
    entry.detail(details("/"));
    assertTold(boot, entry);
    entry.detail(details("/tmp"));
    assertTold(boot, entry);
    assertTold(boot(1_691_750_000_000_000_001L), entry);
    Entry other = new Entry(entry, 5, 7 + 4096, RawText.of("bash"), Provenance.OBSERVED);
    other.detail(details("/tmp"));
    assertTold(boot, other);
    assertTold(boot, entry);
  }

  @Test
  void longTexts_areToldToo() throws Exception {
    Entry entry = new Entry(Entry.root(Provenance.SNAPSHOT), 5, 7, RawText.of("sh"), Provenance.OBSERVED);
    entry.detail(details("/" + "x".repeat(4000)));
    assertTold(boot(0), entry);
  }
}
