package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.rocksdb.RocksDbHistoryStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checking and repairing a store from the command line. */
class CareCommandsTest {

  /** What a command wrote and ended with. */
  private record Outcome(int code, String out, String err) {}

  @TempDir
  private Path directory;

  private Outcome run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of("--data-dir", directory.toString()));
    all.addAll(List.of(args));
    int code = CommandLines.execute(
        new Terminal(new PrintStream(out, false, StandardCharsets.UTF_8), false, true),
        new PrintStream(err, true, StandardCharsets.UTF_8), Map.of(), all.toArray(String[]::new));
    return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private RocksDbHistoryStore open() {
    return RocksDbHistoryStore.open(directory, new BootFacts(
        "5f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5", 0, new ClockLedger.Row(0, 0, 0)));
  }

  private void write() {
    try (RocksDbHistoryStore store = open()) {
      HistoryWriter writer = store.writer();
      for (int time = 10; time < 20; time++) {
        Entry entry = new Entry(writer.root(), time, time, RawText.of("run" + time), Provenance.OBSERVED);
        writer.save(entry);
        writer.save(Task.leader(writer.boot(), time, time, entry));
        writer.commit(time);
      }
    }
  }

  private Path log() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("db"))) {
      return files.filter(file -> file.toString().endsWith(".log")).findFirst().orElseThrow();
    }
  }

  @Test
  void check_ofWhatIsSound_saysSo() {
    write();
    assertThat(run("check")).satisfies(outcome -> {
      assertThat(outcome.code()).as(outcome.err()).isZero();
      assertThat(outcome.out()).contains("sound").contains("10 tasks, 11 entries");
    });
    assertThat(run("check", "--json").out()).startsWith("{\"sound\":true,\"findings\":[]").endsWith("}\n");
  }

  @Test
  void repair_ofADamagedLog_savesWhatIsBeforeTheDamage() throws IOException {
    write();
    byte[] bytes = Files.readAllBytes(log());
    bytes[bytes.length / 2] ^= 1;
    Files.write(log(), bytes);
    Outcome check = run("check");
    assertThat(check.code()).isEqualTo(1);
    assertThat(check.out()).contains(log().toString(), "taskhistory repair --data-dir " + directory);
    assertThat(run("serve", "--listen", "127.0.0.1:0").err()).contains(log().toString(), "taskhistory check",
        "taskhistory repair");

    Outcome repair = run("repair");
    assertThat(repair.code()).as(repair.err()).isZero();
    assertThat(repair.out()).contains("lost", "saved", directory.resolve("db.damaged-1").toString());
    assertThat(run("check").code()).isZero();
    try (RocksDbHistoryStore store = open()) {
      assertThat(store.reader().task(10).orElseThrow().entry().name()).isEqualTo(RawText.of("run10"));
      assertThat(store.reader().task(19)).isEmpty();
    }
  }

  @Test
  void commands_whereTheyCannotWork_sayWhatToDo() {
    for (String command : List.of("check", "repair")) {
      Outcome none = run(command);
      assertThat(none.code()).isEqualTo(3);
      assertThat(none.err()).contains("nothing is kept in " + directory, "--data-dir");
      Outcome server = run("--server", "http://127.0.0.1:1", command);
      assertThat(server.code()).isEqualTo(2);
      assertThat(server.err()).contains("--data-dir");
    }
    try (RocksDbHistoryStore store = open()) {
      assertThat(store.reader().watermark()).isEqualTo(-1);
      assertThat(run("check").code()).isEqualTo(1);
      assertThat(run("repair").err()).contains("in use", "Stop that one");
    }
  }

  @Test
  void help_saysWhatTheyDo() {
    assertThat(run("--help").out()).contains("check ", "repair ");
    assertThat(run("repair", "--help").out()).contains("db.damaged-1");
  }
}
