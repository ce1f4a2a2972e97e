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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A commit that failed loses nothing: the next one that succeeds keeps its part too. */
final class FullDiskTest {

  @TempDir
  Path mountPoint;

  private final Random random = new Random(1);
  private int execs;

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

  private void check(HistoryReader reader) {
    assertThat(reader.watermark()).isEqualTo(execs);
    assertThat(reader.task(10).flatMap(Task::ending)).contains(new Ending(2, 0));
    assertThat(reader.execs(new ExecQuery(null, null, Details.UNKNOWN_NUMBER, null, null, null, 1 << 20, 1 << 20))
        .execs()).hasSize(execs);
  }

  /** Until a commit fails. */
  private void fillUp(HistoryWriter writer) {
    byte[] name = new byte[2_000];
    assertThatThrownBy(() -> {
      while (execs < 1 << 20) {
        for (int i = 0; i < 100; i++) {
          random.nextBytes(name);
          writer.save(new Entry(writer.root(), ++execs, 10, RawText.of(name), Provenance.OBSERVED));
        }
        writer.commit(execs);
      }
    }).isInstanceOf(StoreException.class).hasMessageContaining("space");
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
