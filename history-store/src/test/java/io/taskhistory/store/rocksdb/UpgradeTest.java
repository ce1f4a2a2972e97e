package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Details;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.LineagePattern;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.CheckReport;
import io.taskhistory.store.ExecQuery;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.Picture;
import io.taskhistory.store.StoreSettings;
import io.taskhistory.store.memory.MemoryHistoryStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code format-1.zip} is what the last program of format 1 left in its data directory after {@link #fill}. */
final class UpgradeTest {

  private static final StoreSettings SHORT_SLICES = StoreSettings.sliced(Duration.ofNanos(1000));
  private static final int EXECS = 300;

  @TempDir
  Path directory;

  private static void fill(HistoryStore store) {
    HistoryWriter writer = store.writer();
    Entry shell = new Entry(writer.root(), 10, 3, RawText.of("bash"), Provenance.OBSERVED);
    shell.detail(HistoryStoreContract.details(1));
    writer.save(shell);
    Task task = Task.leader(writer.boot(), 3, 5, shell);
    task.rename(shell.name());
    writer.save(task);
    for (int i = 0; i < EXECS; i++) {
      run(writer, shell, i);
      if (i % 20 == 19) {
        writer.commit(109 + 10 * i);
      }
    }
  }

  private static void run(HistoryWriter writer, Entry shell, int i) {
    Entry make =
        new Entry(shell, 100 + 10 * i, 1000 + i, RawText.of(i % 3 == 0 ? "make" : "sh"), Provenance.OBSERVED);
    writer.save(make);
    Entry cc = new Entry(make, 105 + 10 * i, 1000 + i, i % 5 == 0 ? RawText.UNKNOWN : RawText.of("cc"),
        i % 5 == 0 ? Provenance.UNKNOWN : Provenance.OBSERVED);
    writer.save(cc);
    Task child = Task.leader(writer.boot(), 1000 + i, 99 + 10 * i, shell);
    child.createdBy(3, 5);
    child.enter(make);
    child.enter(cc);
    child.rename(RawText.of("cc"));
    child.end(new Ending(109 + 10 * i, 0));
    writer.save(child);
  }

  @BeforeEach
  void unpack() throws IOException {
    try (InputStream packed = Objects.requireNonNull(UpgradeTest.class.getResourceAsStream("format-1.zip"));
        ZipInputStream zip = new ZipInputStream(packed)) {
      for (ZipEntry each = zip.getNextEntry(); each != null; each = zip.getNextEntry()) {
        Path file = directory.resolve(each.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, zip.readAllBytes());
      }
    }
  }

  private String version() throws IOException {
    return Files.readString(directory.resolve("VERSION"));
  }

  private static List<String> execs(HistoryReader reader, String pattern) {
    try {
      return reader.execs(new ExecQuery(null, null, Details.UNKNOWN_NUMBER, null, null, null, 10_000, 10_000)
          .of(LineagePattern.parse(pattern))).execs().stream().map(exec -> Picture.of(exec.entry())).toList();
    } catch (ParseException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> lived(HistoryReader reader, long from, long to) {
    return reader.livedWithin(new Moment(reader.boot(), from), to, 1000).stream().map(Picture::of).toList();
  }

  private static void assertSame(HistoryReader real, HistoryReader reference) {
    for (String pattern : List.of("*", "bash=>make=>*", "/usr/bin/tool1=>sh=>**", "bash=>*=>cc")) {
      assertThat(execs(real, pattern)).as(pattern).hasSizeGreaterThan(50).isEqualTo(execs(reference, pattern));
    }
    for (long time = 4; time < 20 * EXECS; time += 95) {
      assertThat(lived(real, time, time)).as("at %d", time).isEqualTo(lived(reference, time, time));
      assertThat(lived(real, time, time + 77)).as("from %d", time).isEqualTo(lived(reference, time, time + 77));
    }
    for (int tid = 1000; tid < 1000 + EXECS; tid++) {
      assertThat(real.task(tid).map(Picture::of)).isEqualTo(reference.task(tid).map(Picture::of));
    }
  }

  @Test
  void open_earlierFormat_goesOnWithAllOfItAndCanNoLongerBeOpenedByAnEarlierProgram() throws IOException {
    try (MemoryHistoryStore reference = MemoryHistoryStore.open(HistoryStoreContract.facts(1))) {
      fill(reference);
      try (HistoryStore real = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1), SHORT_SLICES)) {
        assertThat(version()).isEqualTo("taskhistory data, format " + DataDirectory.FORMAT + "\n");
        assertSame(real.reader(), reference.reader());
        for (HistoryStore store : List.of(real, reference)) {
          Entry shell = store.writer().live().get(3).entry();
          for (int i = EXECS; i < 2 * EXECS; i++) {
            run(store.writer(), shell, i);
            if (i % 20 == 19) {
              store.writer().commit(109 + 10 * i);
            }
          }
        }
        assertSame(real.reader(), reference.reader());
      }
      try (HistoryStore again = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1), SHORT_SLICES)) {
        assertSame(again.reader(), reference.reader());
      }
    }
  }

  @Test
  void check_earlierFormat_isFineAndWritesNothing() throws IOException {
    CheckReport report = RocksDbHistoryStore.check(directory, (what, done, of) -> { });

    assertThat(report.findings()).isEmpty();
    assertThat(report.entries()).isGreaterThanOrEqualTo(2 * EXECS);
    assertThat(version()).isEqualTo("taskhistory data, format 1\n");
  }

  @Test
  void repair_earlierFormat_savesAllOfIt() throws IOException {
    Files.write(directory.resolve("db/CURRENT"), new byte[] {'?'});

    RocksDbHistoryStore.repair(directory, (what, done, of) -> { });

    try (MemoryHistoryStore reference = MemoryHistoryStore.open(HistoryStoreContract.facts(1));
        HistoryStore repaired = RocksDbHistoryStore.reopen(directory)) {
      fill(reference);
      assertSame(repaired.reader(), reference.reader());
    }
  }
}
