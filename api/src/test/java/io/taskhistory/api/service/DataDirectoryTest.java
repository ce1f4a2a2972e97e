package io.taskhistory.api.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

  @TempDir
  private Path parent;

  @Test
  void token_isMadeOnceAndKeptPrivate() throws IOException {
    DataDirectory directory = new DataDirectory(parent.resolve("a/b"));
    assertThat(directory.token()).isEmpty();
    directory.create();
    String token = directory.tokenOrNew();
    assertThat(token).matches("[A-Za-z0-9_-]{43}");
    assertThat(directory.tokenOrNew()).isEqualTo(token);
    assertThat(new DataDirectory(directory.path()).token()).contains(token);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path().resolve("token"))))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path()))).isEqualTo("rwx------");
    DataDirectory other = new DataDirectory(parent.resolve("c"));
    other.create();
    assertThat(other.tokenOrNew()).isNotEqualTo(token);
  }

  @Test
  void token_damaged_isRefusedWithWhatToDo() throws IOException {
    Files.writeString(parent.resolve("token"), "short\n");
    assertThatThrownBy(() -> new DataDirectory(parent).tokenOrNew()).isInstanceOf(ServiceException.class)
        .hasMessageContaining("taskhistory token --rotate");
    Files.writeString(parent.resolve("token"), "x".repeat(10_000));
    assertThatThrownBy(() -> new DataDirectory(parent).token()).isInstanceOf(ServiceException.class);
  }

  @Test
  void endpoint_isThereWhileTheServiceIs() throws IOException {
    DataDirectory directory = new DataDirectory(parent);
    assertThat(directory.endpoint()).isEmpty();
    directory.announce("http://127.0.0.1:1");
    directory.announce("http://127.0.0.1:2");
    assertThat(directory.endpoint()).contains("http://127.0.0.1:2");
    try (Stream<Path> files = Files.list(parent)) {
      assertThat(files).containsExactly(parent.resolve("endpoint"));
    }
    directory.withdraw();
    directory.withdraw();
    assertThat(directory.endpoint()).isEmpty();
  }

  @Test
  void directory_thatCannotBeMade_isRefusedWithWhatToDo() throws IOException {
    Path file = Files.createFile(parent.resolve("file"));
    assertThatThrownBy(() -> new DataDirectory(file.resolve("x")).create()).isInstanceOf(ServiceException.class)
        .hasMessageContaining("--data-dir");
  }
}
