package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.LineagePattern;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.CheckReport;
import io.taskhistory.store.ExecPage;
import io.taskhistory.store.ExecQuery;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.Progress;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreSettings;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That what a lineage has is found without a look at everything, and when it is not. */
final class LineageIndexTest {

  private static final int EXECS = 5_000;

  @TempDir
  Path directory;

  private HistoryStore open() {
    return open(1);
  }

  private HistoryStore open(int boot) {
    return RocksDbHistoryStore.open(
        directory, HistoryStoreContract.facts(boot), StoreSettings.sliced(Duration.ofNanos(1_000_000)));
  }

  private static Entry exec(HistoryWriter writer, Entry parent, long time, String name) {
    Entry entry = new Entry(parent, time, 7, RawText.of(name), Provenance.OBSERVED);
    writer.save(entry);
    return entry;
  }

  /** Every hundredth below {@code rare}, all others below {@code bash}; and the two of them live. */
  private static void fill(HistoryWriter writer, long from) {
    Entry bash = exec(writer, writer.root(), from, "bash");
    Entry rare = exec(writer, writer.root(), from + 1, "rare");
    for (Entry shell : List.of(bash, rare)) {
      Task task = Task.leader(writer.boot(), (int) shell.time() + 1, shell.time(), shell);
      task.rename(shell.name());
      writer.save(task);
    }
    for (int i = 0; i < EXECS; i++) {
      exec(writer, i % 100 == 0 ? rare : bash, from + 10 + i, i % 7 == 0 ? "cc" : "sh");
      if (i % 50 == 49) {
        writer.commit(from + 10 + i);
      }
    }
  }

  private static ExecPage page(HistoryReader reader, String pattern, int scanLimit) {
    try {
      return reader.execs(new ExecQuery(null, null, Details.UNKNOWN_NUMBER, null, null, null, 1_000, scanLimit)
          .of(LineagePattern.parse(pattern)));
    } catch (ParseException e) {
      throw new AssertionError(e);
    }
  }

  /** All that fit were found with no look at more than those. */
  private static void assertAtOnce(HistoryReader reader, String pattern, int execs) {
    ExecPage page = page(reader, pattern, execs);
    assertThat(page.execs()).as(pattern).hasSize(execs);
    assertThat(page.next()).as(pattern).isEmpty();
  }

  private static void assertSearchedThrough(HistoryReader reader, String pattern, int execs) {
    assertThat(page(reader, pattern, execs).execs()).as(pattern).hasSizeLessThan(execs);
    assertThat(page(reader, pattern, 1 << 20).execs()).as(pattern).hasSize(execs);
  }

  @Test
  void execs_rareLineage_areFoundWithoutALookAtTheOthers() {
    try (HistoryStore store = open()) {
      fill(store.writer(), 0);
      assertAtOnce(store.reader(), "rare=>*", 50);
      assertAtOnce(store.reader(), "swapper/0=>rare=>cc", 8);
    }
    try (HistoryStore store = open()) {
      assertAtOnce(store.reader(), "rare=>*", 50);
      Entry rare = store.writer().live().get(2).entry();
      exec(store.writer(), rare, 10_000, "cc");
      store.writer().commit(10_000);
      assertAtOnce(store.reader(), "rare=>*", 51);
    }
    try (HistoryStore store = open(2)) {
      fill(store.writer(), 0);
      assertAtOnce(store.reader(), "rare=>*", 101);
    }
  }

  @Test
  void execs_nameThatComesLate_areFoundWithoutALookAtTheOthers() {
    try (HistoryStore store = open()) {
      HistoryWriter writer = store.writer();
      Entry late = new Entry(writer.root(), 1, 7, RawText.UNKNOWN, Provenance.UNKNOWN);
      writer.save(late);
      exec(writer, late, 2, "cc");
      fill(writer, 10);
      late.know(RawText.of("late"), Provenance.RESOLVED);
      writer.save(late);
      exec(writer, late, 20_000, "cc");
      writer.commit(20_000);

      assertAtOnce(store.reader(), "late=>*", 2);
      assertAtOnce(store.reader(), "late=>**", 3);
    }
  }

  /** Two sources do not agree, and nothing in memory tells where the first name was kept. */
  @Test
  void execs_nameThatIsReplacedAfterARestart_areSearchedForInAllOfThePeriod() {
    try (HistoryStore store = open()) {
      fill(store.writer(), 0);
    }
    try (HistoryStore store = open()) {
      Entry rare = store.writer().live().get(2).entry();
      rare.know(RawText.of("other"), Provenance.RESOLVED);
      store.writer().save(rare);
      store.writer().commit(10_000);
      assertThat(page(store.reader(), "rare=>*", 1 << 20).execs()).isEmpty();
      assertSearchedThrough(store.reader(), "other=>*", 50);

      store.upkeep().giveUp(0);
      exec(store.writer(), rare, 20_000, "cc");
      store.writer().commit(30_000);
      exec(store.writer(), rare, 30_001, "cc");
      store.writer().commit(40_000);
      assertAtOnce(store.reader(), "other=>*", 2);
    }
  }

  @Test
  void execs_historiesThatAreVeryLong_endThePageEarlyAndAreAllFound() throws ParseException {
    try (HistoryStore store = open()) {
      HistoryWriter writer = store.writer();
      Entry entry = exec(writer, writer.root(), 1, "loop");
      for (int i = 0; i < EXECS; i++) {
        entry = exec(writer, entry, 10 + i, "again");
      }
      writer.commit(EXECS + 10);

      int found = 0;
      int pages = 0;
      ExecPage page = null;
      do {
        page = store.reader().execs(new ExecQuery(null, null, Details.UNKNOWN_NUMBER, null, null,
            page == null ? null : page.next().orElseThrow(), 1_000_000, 1_000)
            .of(LineagePattern.parse("swapper/0=>loop=>**=>again")));
        found += page.execs().size();
        pages++;
      } while (page.next().isPresent());
      assertThat(found).isEqualTo(EXECS);
      assertThat(pages).isGreaterThan(EXECS / 1_000 * 10);
    }
  }

  @Test
  void execs_moreLineagesThanAreToldApart_areAllFound() {
    int many = LineageWriter.MOST_NODES + 3_000;
    try (HistoryStore store = open()) {
      HistoryWriter writer = store.writer();
      Entry hostile = exec(writer, writer.root(), 1, "hostile");
      Entry other = exec(writer, writer.root(), 2, "other");
      exec(writer, other, 3, "early");
      for (int i = 0; i < many; i++) {
        exec(writer, hostile, 10 + i, "n" + i);
        if (i % 1_000 == 0) {
          writer.commit(10 + i);
        }
      }
      exec(writer, exec(writer, other, 100_000, "late"), 100_001, "later");
      writer.commit(100_001);

      assertThat(page(store.reader(), "other=>late=>later", 1 << 20).execs()).hasSize(1);
      assertThat(page(store.reader(), "other=>*", 1 << 20).execs()).hasSize(2);
      assertThat(page(store.reader(), "hostile=>n" + (many - 1), 1 << 20).execs()).hasSize(1);
    }
    try (HistoryStore store = open()) {
      assertThat(page(store.reader(), "hostile=>n" + (many - 1), 1 << 20).execs()).hasSize(1);
      assertThat(page(store.reader(), "other=>early", 1 << 20).execs()).hasSize(1);
    }
  }

  @Test
  void execs_afterRefusedCommits_areFoundByTheIndexAgain() {
    StoreThread thread = new StoreThread() {
      private int count;

      @Override
      Future<Boolean> start(Runnable write, Runnable done) {
        return super.start(++count % 3 == 0 ? () -> {
          throw new StoreException("refused for a test");
        } : write, done);
      }
    };
    List<Entry> unsure = new ArrayList<>();
    try (HistoryStore store = RocksDbHistoryStore.open(
        directory, HistoryStoreContract.facts(1), StoreSettings.sliced(Duration.ofNanos(1_000_000)), thread)) {
      HistoryWriter writer = store.writer();
      Entry rare = exec(writer, writer.root(), 1, "rare");
      int refused = 0;
      for (int i = 0; i < 60; i++) {
        unsure.add(exec(writer, rare, 10 + i, "n" + i));
        try {
          writer.commit(10 + i);
        } catch (StoreException e) {
          refused++;
        }
      }
      assertThat(refused).isEqualTo(20);
      writer.commit(100);
      assertAtOnce(store.reader(), "rare=>*", unsure.size());
      assertAtOnce(store.reader(), "rare=>n2", 1);
    }
    CheckReport report = RocksDbHistoryStore.check(directory, Progress.NONE);
    assertThat(report.findings()).isEmpty();
  }

  @Test
  void check_postingOfAnEntryThatIsNotThere_isFound() {
    try (HistoryStore store = open()) {
      fill(store.writer(), 0);
    }
    try (DataDirectory locked = DataDirectory.open(directory); Database database = Database.open(locked)) {
      Batch batch = new Batch(database.familyIds());
      LineageRows.posting(batch, 0, 2, 77_777, 7);
      LineageRows.posting(batch, 0, 99_999, 11, 7);
      LineageRows.node(batch, 0, 100_000, 99_998, RawText.of("orphan"));
      LineageRows.posting(batch, 5, 2, 11, 7);
      database.commit(batch);
    }

    CheckReport report = RocksDbHistoryStore.check(directory, Progress.NONE);

    assertThat(report.findings()).hasSize(4);
    assertThat(report.findings().toString()).contains("entry that it names is missing", "lineage 99999 is missing",
        "99998", "period 5");
  }

  @Test
  void repair_anyStore_findsAllAndLooksThroughWhatItHasSaved() {
    try (HistoryStore store = open()) {
      fill(store.writer(), 0);
    }

    RocksDbHistoryStore.repair(directory, Progress.NONE);

    try (HistoryStore store = open()) {
      assertSearchedThrough(store.reader(), "rare=>*", 50);
    }
    try (HistoryStore store = open(2)) {
      fill(store.writer(), 0);
      assertThat(page(store.reader(), "rare=>*", EXECS + 2 + 50).execs()).hasSize(100);
    }
  }
}
