package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.history.Details;
import io.taskhistory.history.Moment;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.EventLogContract;
import io.taskhistory.store.ExecQuery;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.Picture;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it writes leaves all that it has committed, and nothing by halves. */
final class CrashTest {

  private static final int ROUNDS = 3;

  @TempDir
  Path directory;

  @Test
  void commits_beforeTheKill_areThereAndWhole() throws IOException, InterruptedException {
    int last = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int printed = runAndKill(last + 60 + 45 * round, () -> { });
      try (RocksDbHistoryStore store =
          RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1), StoreSettings.sliced(CrashChild.PERIOD))) {
        HistoryReader reader = store.reader();
        last = (int) (reader.watermark() / 1000);
        assertThat(last).isGreaterThanOrEqualTo(printed);
        assertThat(reader.watermark()).isEqualTo(CrashChild.watermark(last));
        for (int c = 1; c <= last; c++) {
          checkThere(reader, c, last);
        }
        checkNothingAfter(reader, last);
        checkLog(reader, last);
      }
    }
  }

  private static void checkLog(HistoryReader reader, int last) {
    List<String> expected = new ArrayList<>();
    for (int c = 1; c <= last; c++) {
      if (c > CrashChild.LONG_LIVED) {
        expected.add("exit " + CrashChild.longLivedTid(c) + "@" + 1000L * c);
      }
      begin(expected, CrashChild.longLivedTid(c), 1000L * c + 1);
      for (int i = 0; i < CrashChild.SHORT; i++) {
        begin(expected, CrashChild.shortTid(c, i), CrashChild.shortStart(c, i));
        expected.add("exit " + CrashChild.shortTid(c, i) + "@" + (CrashChild.shortStart(c, i) + 5));
      }
    }
    assertThat(EventLogContract.all(reader, null, 100)).isEqualTo(expected);
  }

  private static void begin(List<String> expected, int tid, long start) {
    expected.add("fork " + tid + "@" + start);
    expected.add("exec " + tid + "@" + start + " of " + start);
  }

  @Test
  void open_whileAnotherProcessHasIt_isRefused() throws IOException, InterruptedException {
    runAndKill(2, () -> assertThatThrownBy(
        () -> RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("another taskhistory runs on it"));
    RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1)).close();
  }

  /** Kills it once it has printed that commit; what it printed after that and before its end counts too. */
  private int runAndKill(int commit, Runnable beforeTheKill) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--enable-native-access"))
        .forEach(command::add);
    command.addAll(List.of(
        "-Xmx128m", "-cp", System.getProperty("java.class.path"), CrashChild.class.getName(), directory.toString()));
    Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader lines = child.inputReader(StandardCharsets.US_ASCII)) {
      int last = 0;
      while (last < commit) {
        last = Integer.parseInt(Objects.requireNonNull(lines.readLine(), "the child ended by itself"));
      }
      beforeTheKill.run();
      child.toHandle().destroyForcibly();
      for (String line = lines.readLine(); line != null && line.matches("\\d+"); line = lines.readLine()) {
        last = Math.max(last, Integer.parseInt(line));
      }
      assertThat(child.waitFor()).isEqualTo(128 + 9);
      return last;
    } finally {
      child.destroyForcibly();
    }
  }

  static void checkThere(HistoryReader reader, int c, int last) {
    Task longLived = at(reader, CrashChild.longLivedTid(c), 1000L * c + 1);
    assertThat(longLived.start()).isEqualTo(1000L * c + 1);
    assertThat(longLived.isLive()).isEqualTo(c > last - CrashChild.LONG_LIVED);
    assertThat(reader.children(longLived.id(), null, 100)).hasSize(CrashChild.SHORT);
    for (int i = 0; i < CrashChild.SHORT; i++) {
      Task task = at(reader, CrashChild.shortTid(c, i), CrashChild.shortStart(c, i) + 4);
      assertThat(task.start()).isEqualTo(CrashChild.shortStart(c, i));
      assertThat(task.ending().orElseThrow().waitStatus()).isEqualTo(i);
      assertThat(task.comm()).isEqualTo(RawText.of("run" + task.start()));
      assertThat(Picture.of(task.entry()))
          .startsWith("run" + task.start())
          .contains("/usr/bin/tool")
          .endsWith(Picture.of(longLived.entry()));
    }
  }

  private static Task at(HistoryReader reader, int tid, long time) {
    return reader.task(tid, new Moment(reader.boot(), time))
        .orElseThrow(() -> new AssertionError("nobody held " + tid + " at " + time));
  }

  static void checkNothingAfter(HistoryReader reader, int last) {
    Moment after = new Moment(reader.boot(), CrashChild.watermark(last) + 1);
    assertThat(reader.execs(new ExecQuery(null, null, Details.UNKNOWN_NUMBER, after, null, null, 1, 1)).execs())
        .isEmpty();
    List<Task> live = new ArrayList<>();
    reader.live().forEach(live::add);
    assertThat(live).hasSize(Math.min(last, CrashChild.LONG_LIVED))
        .allMatch(task -> task.start() < after.time());
    for (int i = 0; i < CrashChild.SHORT; i++) {
      assertThat(reader.task(CrashChild.shortTid(last + 1, i)).map(Task::start).orElse(0L)).isLessThan(after.time());
    }
  }
}
