package io.taskhistory.collector.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.taskhistory.collector.source.SourceException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

  private static final Journal.Owner OWNER = new Journal.Owner(1, 2, 3);

  @TempDir
  private Path directory;

  private Journal open(Journal.Owner owner, int cpus) {
    return Journal.open(directory.resolve("journal"), owner, Pages.LAYOUT, cpus, 1 << 18);
  }

  private static void fill(Journal journal, int slot) {
    journal.memory().putLong(journal.page(slot) + 8, 20);
  }

  @Test
  void filled_afterReopening_areThoseThatTheKernelFilled() {
    try (Journal journal = open(OWNER, 2)) {
      assertThat(journal.isNew()).isTrue();
      journal.since(77);
      journal.kernelAhead(1, -5);
      fill(journal, journal.take(1, 7, 100));
      fill(journal, journal.take(0, 3, 50));
      int given = journal.take(1, 8, 110);
      fill(journal, given);
      journal.release(1, given);
      journal.take(1, 9, 120); // killed before the kernel has filled it
      fill(journal, journal.take(0, 2, 40));
    }
    try (Journal journal = open(OWNER, 2)) {
      assertThat(journal.isNew()).isFalse();
      assertThat(journal.since()).isEqualTo(77);
      assertThat(journal.kernelAhead(1)).isEqualTo(-5);
      assertThat(journal.filled()).extracting(Journal.Slot::cpu, Journal.Slot::number, Journal.Slot::eventsBefore)
          .containsExactly(tuple(0, 2L, 40L), tuple(0, 3L, 50L), tuple(1, 7L, 100L));
    }
  }

  @Test
  void open_ofAnothersOrABrokenOne_startsAnew() throws IOException {
    for (Journal.Owner other : new Journal.Owner[] {
        new Journal.Owner(9, 2, 3), new Journal.Owner(1, 9, 3), new Journal.Owner(1, 2, 9)}) {
      open(other, 2).close();
      try (Journal journal = open(OWNER, 2)) {
        assertThat(journal.isNew()).isTrue();
      }
    }
    open(OWNER, 3).close();
    try (Journal journal = open(OWNER, 2)) {
      assertThat(journal.isNew()).isTrue();
    }
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve("journal").toFile(), "rw")) {
      file.setLength(100);
    }
    try (Journal journal = open(OWNER, 2)) {
      assertThat(journal.isNew()).isTrue();
    }
    Files.delete(directory.resolve("journal"));
    Files.createSymbolicLink(directory.resolve("journal"), Files.writeString(directory.resolve("other"), "precious"));
    open(OWNER, 2).close();
    assertThat(directory.resolve("other")).hasContent("precious");
  }

  @Test
  void open_ofRandomBytes_isSurvived() throws IOException {
    Random random = new Random(5);
    open(OWNER, 2).close();
    byte[] sound = Files.readAllBytes(directory.resolve("journal"));
    for (int round = 0; round < 50; round++) {
      byte[] bytes = sound.clone();
      for (int i = 0; i < 200; i++) {
        bytes[64 + random.nextInt(2000)] = (byte) random.nextInt();
      }
      Files.write(directory.resolve("journal"), bytes);
      try (Journal journal = open(OWNER, 2)) {
        journal.filled().forEach(slot -> assertThat(slot.cpu()).isBetween(0, 1));
      }
    }
  }

  @Test
  void take_withAllButTheReserveTaken_leavesTheOthersWhatTheyNeed() {
    try (Journal journal = open(OWNER, 2)) {
      int taken = 0;
      for (long number = 0; journal.take(0, number, 0) != Journal.NONE; number++) {
        taken++;
      }
      assertThat(taken).isGreaterThan(50);
      assertThat(journal.take(1, 0, 0)).isNotEqualTo(Journal.NONE);
      assertThat(journal.take(1, 1, 0)).isNotEqualTo(Journal.NONE);
      assertThat(journal.take(1, 2, 0)).isNotEqualTo(Journal.NONE);
      assertThat(journal.take(1, 3, 0)).isEqualTo(Journal.NONE);
    }
  }

  @Test
  void prepare_ofADirectoryThatIsNotOursAlone_isRefused() throws IOException {
    Path ours = directory.resolve("ours");
    JournalDirectory.prepare(ours);
    JournalDirectory.prepare(ours);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(ours))).isEqualTo("rwx------");
    Path link = Files.createSymbolicLink(directory.resolve("link"), ours);
    Path open = Files.createDirectory(directory.resolve("open"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Path file = Files.createFile(directory.resolve("file"));
    for (Path path : new Path[] {link, open, file}) {
      assertThatThrownBy(() -> JournalDirectory.prepare(path)).isInstanceOf(SourceException.class)
          .hasMessageContaining(path.toString()).hasMessageContaining("remove it");
    }
    assertThat(JournalDirectory.choose(ours)).isDirectory();
  }

  @Test
  void lock_heldByAnother_namesIt() throws IOException {
    FileChannel lock = JournalDirectory.lock(directory, "x");
    assertThatThrownBy(() -> JournalDirectory.lock(directory, "x")).isInstanceOf(SourceException.class)
        .hasMessageContaining("process " + ProcessHandle.current().pid()).hasMessageContaining("--trace-instance");
    lock.close();
    JournalDirectory.lock(directory, "x").close();
  }
}
