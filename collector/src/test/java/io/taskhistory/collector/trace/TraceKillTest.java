package io.taskhistory.collector.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader that is killed over and over, at any moment. */
class TraceKillTest {

  private static final int KILLS = 10;
  private static final int EXECS = 12_000;
  private static final long SEED = 20261120;
  private static final long BUFFER = 32 << 20;

  @TempDir
  private Path directory;

  @Test
  void kill_atAnyMoment_losesNothingAndRepeatsNothing() throws Exception {
    Path kept = directory.resolve("kept");
    Random random = new Random(SEED);
    try (TestInstance instance = new TestInstance()) {
      readAndKill(instance, kept, 0); // sets the instance up
      try (Child flood =
          Child.run(Programs.flood(), Integer.toString(EXECS), "2", Programs.tiny().toString())) {
        for (int i = 0; i < KILLS; i++) {
          readAndKill(instance, kept, random.nextInt(200));
        }
        flood.await();
      }
      Process last = read(instance, kept);
      await().atMost(Duration.ofMinutes(1)).until(() -> tinies(kept).size() >= EXECS);
      last.destroyForcibly().waitFor();
      KilledReader.cut(kept);
    }
    List<String> events = KilledReader.events(kept);
    assertThat(events).filteredOn(line -> line.startsWith("Lost")).isEmpty();
    assertThat(events).filteredOn(line -> line.startsWith("Cloned") && line.endsWith(" again")).isEmpty();
    assertThat(events).doesNotHaveDuplicates();
    String comm = Programs.tiny().getFileName().toString().substring(0, 15);
    assertThat(tinies(kept)).hasSize(EXECS).allMatch(line -> line.split(" ")[3].equals(comm));
  }

  private static List<String> tinies(Path kept) throws IOException {
    return KilledReader.events(kept).stream()
        .filter(line -> line.startsWith("Execed") && line.endsWith(" " + Programs.tiny())).toList();
  }

  private static Process read(TestInstance instance, Path kept) throws IOException {
    Process reader = new ProcessBuilder(
        ProcessHandle.current().info().command().orElseThrow(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
        System.getProperty("java.class.path"), KilledReader.class.getName(), instance.name(),
        instance.journals().toString(), Long.toString(BUFFER), kept.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    assertThat(reader.inputReader().readLine()).isEqualTo("ready");
    return reader;
  }

  private static void readAndKill(TestInstance instance, Path kept, int millis)
      throws IOException, InterruptedException {
    Process reader = read(instance, kept);
    Thread.sleep(millis);
    reader.destroyForcibly().waitFor();
  }
}
