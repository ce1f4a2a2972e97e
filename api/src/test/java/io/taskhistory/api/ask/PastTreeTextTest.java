package io.taskhistory.api.ask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Details;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.StoreSettings;
import io.taskhistory.store.rocksdb.RocksDbHistoryStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes with arguments that are as long as they can be: a tree of them all has no place in memory. */
class PastTreeTextTest {

  private static final int PROCESSES = 15_000;
  private static final int FIRST_PID = 1000;

  @TempDir
  private Path directory;

  @Test
  void tree_whoseArgumentsAreTooLongTogether_isRefused_andAShorterTimeIsAnswered() {
    BootFacts facts = new BootFacts("bbbbbbbb-2222-4444-8888-000000000000", 0, new ClockLedger.Row(0, 0, 0));
    try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, facts, StoreSettings.DEFAULT)) {
      fill(store.writer());
      Span all = new Span(store.writer().boot(), 0, 20L * PROCESSES);
      assertThatThrownBy(() -> PastTree.of(store.reader(), all)).isInstanceOf(Refusal.class)
          .hasMessageContaining("MiB of arguments").hasMessageContaining("ask about less of it");
      Span some = new Span(store.writer().boot(), 0, 10L * PROCESSES / 10);
      assertThat(PastTree.of(store.reader(), some).forest().nodes().size()).isGreaterThan(PROCESSES / 10 - 2);
    }
  }

  private static void fill(HistoryWriter writer) {
    for (int i = 0; i < PROCESSES; i++) {
      int pid = FIRST_PID + i;
      long start = 10L * (i + 1);
      byte[] argument = ("this one is " + pid + " ".repeat(Details.MAX_ARGV_BYTES)).substring(0, Details.MAX_ARGV_BYTES)
          .getBytes(StandardCharsets.US_ASCII);
      Entry entry = new Entry(writer.root(), start + 1, pid, RawText.of("long"), Provenance.OBSERVED);
      entry.detail(new Details(RawText.of("/bin/long"), RawText.of("/bin/long"), List.of(RawText.of(argument)), false,
          RawText.of("/"), 0, 0, 0, 0, 0, 1, RawText.EMPTY, RawText.EMPTY, RawText.EMPTY, pid));
      writer.save(entry);
      Task task = Task.leader(writer.boot(), pid, start, entry);
      task.rename(entry.name());
      writer.save(task);
      task.end(new Ending(start + 5, 0));
      writer.save(task);
      if (i % 500 == 0) {
        writer.commit(start + 5);
      }
    }
    writer.commit(20L * PROCESSES);
  }
}
