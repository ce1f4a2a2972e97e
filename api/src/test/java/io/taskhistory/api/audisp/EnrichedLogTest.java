package io.taskhistory.api.audisp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrichedLogTest {

  @TempDir
  private Path directory;

  private Path path;
  private EnrichedLog log;

  @BeforeEach
  void open() throws IOException {
    path = directory.resolve("taskhistory.log");
    log = Objects.requireNonNull(EnrichedLog.tryOpen(path));
  }

  @AfterEach
  void close() throws IOException {
    log.close();
  }

  private void append(String text) throws IOException {
    log.append(ByteBuffer.wrap(Records.bytes(text)));
  }

  private String read(String name) throws IOException {
    return Files.readString(directory.resolve(name));
  }

  private String[] names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).filter(name -> !name.endsWith(".lock")).sorted()
          .toArray(String[]::new);
    }
  }

  @Test
  void file_isTheOwnersAlone() throws IOException {
    append("one\n");
    log.rotate(3);
    assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.getPosixFilePermissions(directory.resolve("taskhistory.log.1")))
        .isEqualTo(PosixFilePermissions.fromString("r--------"));
  }

  @Test
  void rotated_keepsSoManyAndTheNewest() throws IOException {
    for (int i = 1; i <= 6; i++) {
      append(i + "\n");
      log.rotate(4);
    }
    append("7\n");
    assertThat(names()).containsExactly(
        "taskhistory.log", "taskhistory.log.1", "taskhistory.log.2", "taskhistory.log.3");
    assertThat(read("taskhistory.log") + read("taskhistory.log.1") + read("taskhistory.log.3")).isEqualTo("7\n6\n4\n");
    log.rotate(2);
    assertThat(names()).as("fewer are to be kept now").containsExactly("taskhistory.log", "taskhistory.log.1");
    log.rotate(1);
    assertThat(names()).as("never rotated").hasSize(2);
  }

  @Test
  void reopened_isTheFileThatHasTheName() throws IOException {
    append("one\n");
    Files.move(path, directory.resolve("moved"));
    append("two\n");
    log.reopen();
    append("three\n");
    assertThat(read("moved")).isEqualTo("one\ntwo\n");
    assertThat(read("taskhistory.log")).isEqualTo("three\n");
  }

  @Test
  void lineThatAKillCutOff_isEnded() throws IOException {
    append("type=SYSCALL msg=aud");
    log.reopen();
    append("two\n");
    assertThat(read("taskhistory.log")).isEqualTo("type=SYSCALL msg=aud\ntwo\n");
  }

  @Test
  void writerThatWasKilled_isNoticedOnce() throws IOException {
    assertThat(log.isCutOff()).isFalse();
    Path lock = directory.resolve("taskhistory.log.lock");
    String whileWritten = Files.readString(lock);
    log.close();
    log = reopened();
    assertThat(log.isCutOff()).as("it was closed").isFalse();
    log.close();
    Files.writeString(lock, whileWritten);
    log = reopened();
    assertThat(log.isCutOff()).isTrue();
    log.close();
    log = reopened();
    assertThat(log.isCutOff()).as("that was said").isFalse();
  }

  private EnrichedLog reopened() throws IOException {
    return Objects.requireNonNull(EnrichedLog.tryOpen(path));
  }

  @Test
  void truncatedBySomebody_hasNoHole() throws IOException {
    append("one\n");
    Files.writeString(path, "");
    append("two\n");
    assertThat(read("taskhistory.log")).isEqualTo("two\n");
  }

  @Test
  void linkOrDevice_isRefused() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("target"));
    assertThatThrownBy(() -> EnrichedLog.tryOpen(link)).isInstanceOf(IOException.class)
        .hasMessageContaining("no regular file");
    assertThat(directory.resolve("target")).doesNotExist();
  }
}
