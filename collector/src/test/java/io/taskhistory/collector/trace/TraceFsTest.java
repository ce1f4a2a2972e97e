package io.taskhistory.collector.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.collector.source.SourceException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFsTest {

  private static final Path FILE = Path.of("/sys/kernel/tracing/instances/x/tracing_on");

  @TempDir
  private Path directory;

  private static String message(IOException e) {
    return String.valueOf(TraceFs.refusal("write \"1\" to", FILE, e).getMessage());
  }

  @Test
  void refusal_ofAnyKind_saysWhatToDo() {
    assertThat(message(new AccessDeniedException(FILE.toString()))).contains(FILE.toString()).contains("as root");
    assertThat(message(new FileSystemException(FILE.toString(), null, "Operation not permitted")))
        .contains("lockdown").contains("--source proc");
    assertThat(message(new FileSystemException(FILE.toString(), null, "Cannot allocate memory")))
        .contains("smaller");
    assertThat(message(new FileSystemException(FILE.toString(), null, "Read-only file system")))
        .contains("ProtectKernelTunables");
    assertThat(message(new NoSuchFileException(FILE.toString()))).contains("--source proc");
  }

  @Test
  void take_whereNoInstanceCanBeMade_saysSo() {
    assertThatThrownBy(() -> TraceInstance.take(directory, "x")).isInstanceOf(SourceException.class)
        .hasMessageContaining(directory.toString());
  }

  @Test
  void recorded_withoutARequiredTracepoint_saysWhichAndWhatToDo() throws IOException {
    Files.createDirectories(directory.resolve("instances"));
    TraceInstance instance = TraceInstance.take(directory, "x");
    assertThatThrownBy(instance::recorded).isInstanceOf(SourceException.class)
        .hasMessageContaining("task/task_newtask").hasMessageContaining("--source proc");
    for (Tracepoint tracepoint : Tracepoint.values()) {
      if (tracepoint.isRequired) {
        Path enable = instance.events(tracepoint, "enable");
        Files.createDirectories(enable.getParent());
        Files.createFile(enable);
      }
    }
    assertThat(instance.recorded()).doesNotContain(Tracepoint.SIGNAL, Tracepoint.VICTIM)
        .contains(Tracepoint.NEWTASK, Tracepoint.EXEC);
  }

  @Test
  void write_toSomethingAbsent_makesNoFile() {
    Path absent = directory.resolve("absent");
    assertThatThrownBy(() -> TraceFs.write(absent, "1")).isInstanceOf(SourceException.class);
    assertThat(absent).doesNotExist();
  }
}
