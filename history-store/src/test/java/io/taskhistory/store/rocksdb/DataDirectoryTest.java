package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.Progress;
import io.taskhistory.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A directory that a store cannot use is refused with the reason, and is afterwards as it was before. */
final class DataDirectoryTest {

  @TempDir
  Path parent;

  private static RocksDbHistoryStore open(Path directory) {
    return RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1));
  }

  private static void assertRefused(Path directory, String... reasons) throws IOException {
    List<String> before = everythingIn(directory);
    assertThatThrownBy(() -> open(directory))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContainingAll(reasons);
    assertThat(everythingIn(directory)).isEqualTo(before);
  }

  private static List<String> everythingIn(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.sorted()
          .map(file -> {
            try {
              return file + " " + Files.getLastModifiedTime(file) + " " + Files.size(file);
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          })
          .toList();
    }
  }

  @Test
  void open_missing_isMadeForItsOwnerOnly() throws IOException {
    Path directory = parent.resolve("a/b");
    open(directory).close();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory))).isEqualTo("rwx------");
    assertThat(Files.readString(directory.resolve("VERSION"))).isEqualTo("taskhistory data, format 2\n");
    open(directory).close();
  }

  @Test
  void open_withTheApisFilesInIt_isFine() throws IOException {
    Files.writeString(parent.resolve("token"), "secret");
    Files.writeString(parent.resolve("endpoint"), "http://127.0.0.1:1");
    open(parent).close();
  }

  @Test
  void open_anothersFiles_isRefused() throws IOException {
    Files.writeString(parent.resolve("thesis.txt"), "years of work");

    assertRefused(parent, "thesis.txt", "not a data directory of taskhistory");
  }

  @Test
  void open_newerFormat_isRefused() throws IOException {
    open(parent).close();
    Files.writeString(parent.resolve("VERSION"), "taskhistory data, format 7\n");

    assertRefused(parent, "newer", "format 7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "12", "taskhistory data, format ", "taskhistory data, format -1",
      "taskhistory data, format 99999999999", "PostgreSQL 15"})
  void open_anothersVersionFile_isRefused(String version) throws IOException {
    Files.writeString(parent.resolve("VERSION"), version);

    assertRefused(parent, "not written by taskhistory");
  }

  @Test
  void open_inUse_isRefusedAsOftenAsTried() throws IOException {
    try (RocksDbHistoryStore store = open(parent)) {
      assertRefused(parent, "in use", "another taskhistory");
      assertRefused(parent.resolve("../" + parent.getFileName()), "in use");
      assertThat(store.reader().watermark()).isEqualTo(-1);
    }
    open(parent).close();
  }

  @Test
  void unlessInUse_isDoneWhereNobodyHasItOpen_whateverIsInIt() throws IOException {
    AtomicInteger done = new AtomicInteger();
    assertThat(RocksDbHistoryStore.unlessInUse(parent, done::incrementAndGet)).as("there is none").isFalse();
    assertThat(parent).isEmptyDirectory();
    try (RocksDbHistoryStore store = open(parent)) {
      assertThat(RocksDbHistoryStore.unlessInUse(parent, done::incrementAndGet)).isFalse();
      assertThat(store.reader().watermark()).isEqualTo(-1);
      assertRefused(parent, "in use");
    }
    assertThat(done).hasValue(0);
    Files.writeString(parent.resolve("VERSION"), "PostgreSQL 15");
    assertThat(RocksDbHistoryStore.unlessInUse(parent, () -> {
      done.incrementAndGet();
      assertThat(RocksDbHistoryStore.unlessInUse(parent, done::incrementAndGet)).as("it is locked").isFalse();
    })).isTrue();
    assertThat(done).hasValue(1);
    assertThat(RocksDbHistoryStore.unlessInUse(parent, done::incrementAndGet)).isTrue();
  }

  @Test
  void open_onlyTheDatabaseInUse_isRefusedInTheSameWords() {
    DataDirectory directory = DataDirectory.open(parent);
    try (Database database = Database.open(directory)) {
      assertThat(database.bytes()).isPositive();
      directory.close();
      assertThatThrownBy(() -> open(parent)).isInstanceOf(StoreException.class).hasMessageContaining("in use");
    }
  }

  @Test
  void open_aFile_isRefused() throws IOException {
    Path file = Files.writeString(parent.resolve("file"), "");

    assertRefused(file, "not a directory");
    assertRefused(file.resolve("below"), "--data-dir");
  }

  @Test
  void open_whereNothingCanBeMade_isRefused() throws IOException {
    assertRefused(Path.of("/proc/self/nothing-can-be-made-here"), "--data-dir");
  }

  @Test
  void open_afterARepairThatWasCutShort_isRefusedUntilItIsFinished() throws IOException {
    open(parent).close();
    Files.move(parent.resolve("db"), parent.resolve("db.repaired"));

    assertThatThrownBy(() -> open(parent)).isInstanceOf(StoreException.class)
        .hasMessageContaining("taskhistory repair --data-dir " + parent);
    RocksDbHistoryStore.repair(parent, Progress.NONE);
    open(parent).close();
  }

  @Test
  void open_damagedDatabase_isRefused() throws IOException {
    open(parent).close();
    Files.writeString(parent.resolve("db/CURRENT"), "MANIFEST-without-a-number\n");

    assertThatThrownBy(() -> open(parent))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(parent.toString());
  }
}
