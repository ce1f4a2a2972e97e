package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.history.Details;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.ExecQuery;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreHealth;
import io.taskhistory.store.StoreSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A commit that failed loses nothing: the next one that succeeds keeps its part too. */
final class FullDiskTest {

  /** How many a commit has here. */
  private static final int EXECS = 100;
  private static final int RESERVE = 40 << 20;

  @TempDir
  Path mountPoint;

  private final Random random = new Random(1);
  private int execs;
  private int ballasts;

  @Test
  void commit_onceThereIsRoomAgain_keepsWhatWasSavedMeanwhile() throws IOException, InterruptedException {
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", mountPoint.toString()))
        .as("a small file system can be mounted (root)").isZero();
    try {
      Path ballast = Files.write(mountPoint.resolve("ballast"), new byte[40 << 20]);
      Path directory = mountPoint.resolve("data");
      try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1))) {
        fillUp(store.writer());
        Task task = Task.leader(store.writer().boot(), 10, 1, store.writer().root());
        task.end(new Ending(2, 0));
        store.writer().save(task);
        assertThatThrownBy(() -> store.writer().commit(execs)).isInstanceOf(StoreException.class);
        assertThat(store.reader().task(10)).containsSame(task);
        assertThat(store.reader().watermark()).isLessThan(execs);

        Files.delete(ballast);
        Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptionsInstanceOf(StoreException.class)
            .until(() -> {
              store.writer().commit(execs);
              return true;
            });
        check(store.reader());
      }
      try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1))) {
        check(store.reader());
      }
    } finally {
      assertThat(run("umount", mountPoint.toString())).isZero();
    }
  }

  /** Of 160 MiB, beside what it keeps for root. */
  private void mount(String type, Path directory) throws IOException, InterruptedException {
    String image = directory.resolve("image").toString();
    List<List<String>> commands = type.equals("tmpfs")
        ? List.of(List.of("mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", mountPoint.toString()))
        : List.of(List.of("mkfs.ext4", "-q", "-m", "12", "-J", "size=4", image, "180m"),
            List.of("mount", "-o", "loop", image, mountPoint.toString()));
    for (List<String> command : commands) {
      assumeThat(run(command.toArray(String[]::new))).as("a small file system can be mounted (root)").isZero();
    }
  }

  /**
   * Somebody else's file takes all there is; nobody makes room but the store itself. Of what that frees ext4 calls
   * nothing available, as less is free then than it keeps for root, who we are.
   */
  @ParameterizedTest
  @ValueSource(strings = {"tmpfs", "ext4"})
  void giveUp_onADiskThatIsFull_usesTheReserveAndGoesOn(String type, @TempDir Path elsewhere)
      throws IOException, InterruptedException {
    mount(type, elsewhere);
    try {
      Path directory = mountPoint.resolve("data");
      Path reserve = directory.resolve("reserve");
      StoreSettings settings = StoreSettings.DEFAULT.withReserve(RESERVE);
      try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1), settings)) {
        HistoryWriter writer = store.writer();
        Task shell = shell(writer);
        while (Files.notExists(reserve) || Files.size(reserve) < RESERVE) {
          fill(writer, 1);
        }
        assertThat(store.upkeep().bytes()).isLessThan(RESERVE);
        fill(writer, 200);
        takeAllThatIsLeft();
        fillUp(writer);
        int refusedAt = execs;
        long full = store.upkeep().bytes();
        assertThat(store.upkeep().health().state()).isEqualTo(StoreHealth.State.FULL);

        store.upkeep().giveUp(Integer.MAX_VALUE);
        Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptionsInstanceOf(StoreException.class)
            .until(() -> {
              writer.commit(execs);
              return true;
            });
        fill(writer, 50);
        System.out.printf("refused at exec %d of %d; %d of %d bytes after giving up, %d execs kept%n", refusedAt, execs,
            store.upkeep().bytes(), full, execsKept(store.reader()));
        assertThat(store.upkeep().slices()).hasSize(1);
        assertThat(store.reader().task(9).map(Task::entry)).contains(shell.entry());
        assertThat(execsKept(store.reader())).isBetween(50 * EXECS, execs - 1);
        Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10)).until(() -> {
          writer.commit(execs);
          return Files.exists(reserve) && Files.size(reserve) == RESERVE;
        });
        assertThat(store.upkeep().bytes()).isLessThan(full);
      }
      try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1))) {
        assertThat(store.reader().watermark()).isEqualTo(execs);
        assertThat(store.reader().task(9).map(Task::comm)).contains(RawText.of("shell"));
        store.writer().commit(execs + 1);
        assertThat(reserve).as("no longer asked for").doesNotExist();
      }
    } finally {
      assertThat(run("umount", mountPoint.toString())).isZero();
    }
  }

  /** Opening writes too, and nothing can be given up before. */
  @Test
  void open_onADiskThatIsFull_usesTheReserve(@TempDir Path elsewhere) throws IOException, InterruptedException {
    mount("tmpfs", elsewhere);
    try {
      Path directory = mountPoint.resolve("data");
      Path reserve = directory.resolve("reserve");
      StoreSettings settings = StoreSettings.DEFAULT.withReserve(RESERVE);
      try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1), settings)) {
        while (Files.notExists(reserve) || Files.size(reserve) < RESERVE) {
          fill(store.writer(), 1);
        }
      }
      takeAllThatIsLeft();
      try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1), settings)) {
        assertThat(reserve).doesNotExist();
        assertThat(execsKept(store.reader())).isEqualTo(execs);
        fill(store.writer(), 1);
      }
      takeAllThatIsLeft();
      assertThatThrownBy(() -> RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1), settings).close())
          .as("there is none any more").isInstanceOf(StoreException.class).hasMessageContaining("Make room");
    } finally {
      assertThat(run("umount", mountPoint.toString())).isZero();
    }
  }

  /** A task that lives all along. */
  private static Task shell(HistoryWriter writer) {
    Entry entry = new Entry(writer.root(), 0, 9, RawText.of("shell"), Provenance.OBSERVED);
    Task shell = Task.leader(writer.boot(), 9, 0, entry);
    shell.rename(entry.name());
    writer.save(entry);
    writer.save(shell);
    return shell;
  }

  private void takeAllThatIsLeft() throws IOException {
    try (OutputStream out = Files.newOutputStream(mountPoint.resolve("ballast" + ballasts++))) {
      byte[] block = new byte[4096];
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("space");
    }
  }

  private static int execsKept(HistoryReader reader) {
    return reader.execs(new ExecQuery(null, null, Details.UNKNOWN_NUMBER, null, null, null, 1 << 20, 1 << 20))
        .execs().size();
  }

  private void check(HistoryReader reader) {
    assertThat(reader.watermark()).isEqualTo(execs);
    assertThat(reader.task(10).flatMap(Task::ending)).contains(new Ending(2, 0));
    assertThat(execsKept(reader)).isEqualTo(execs);
  }

  /** Until a commit fails. */
  private void fillUp(HistoryWriter writer) {
    assertThatThrownBy(() -> fill(writer, 1 << 14)).isInstanceOf(StoreException.class).hasMessageContaining("space");
  }

  private void fill(HistoryWriter writer, int commits) {
    byte[] name = new byte[2_000];
    for (int commit = 0; commit < commits; commit++) {
      for (int i = 0; i < EXECS; i++) {
        random.nextBytes(name);
        writer.save(new Entry(writer.root(), ++execs, 10, RawText.of(name), Provenance.OBSERVED));
      }
      writer.commit(execs);
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
