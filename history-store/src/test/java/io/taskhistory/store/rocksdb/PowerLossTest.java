package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.store.Flush;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.StoreSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process commits while all that it does to its files is recorded; then the power fails, at moments of all kinds. What
 * the policy promises is there, and whatever is there is whole.
 */
final class PowerLossTest {

  private static final int COMMITS = 90;
  private static final int FREQ = 100;

  /** Each commit has at least ten tasks and eleven entries. */
  private static final int COMMITS_BETWEEN_SYNCS = FREQ / 21 + 1;

  private static final int MOMENTS = 25;

  @TempDir(factory = InMemory.class)
  Path parent;

  @ParameterizedTest
  @EnumSource(Flush.class)
  void open_afterALossOfPower_hasWhatThePolicyPromises(Flush flush) throws Exception {
    Path directory = parent.resolve("data");
    Recorded recorded = run(directory, flush);
    assertThat(recorded.said(recorded.size())).endsWith(COMMITS + "\n");
    Random random = new Random(20231108);
    int acknowledged = 0;
    int there = 0;
    for (int i = 0; i < MOMENTS; i++) {
      int moment = 1 + random.nextInt(recorded.size());
      Path left = parent.resolve("left" + i);
      Files.createDirectories(left);
      recorded.loosePower(moment, directory, left, random);
      startAnew(left);
      int said = last(recorded.said(moment));
      int last = check(left);
      acknowledged += said;
      there += last;
      assertThat(last).as("moment %d of %d", moment, recorded.size()).isGreaterThanOrEqualTo(switch (flush) {
        case SYNC -> said;
        case INCREMENTAL -> said - COMMITS_BETWEEN_SYNCS;
        case NONE -> 0;
      });
      Repair.delete(left);
    }
    System.out.printf("flush = %s: power lost %d times, %d commits acknowledged by then, %d of all were there%n",
        flush, MOMENTS, acknowledged, there);
  }

  /** At each moment until the first commit: whatever was there of files, nothing had been kept in them. */
  @Test
  void open_afterALossOfPowerInTheFirstStart_begins() throws Exception {
    Path directory = parent.resolve("data");
    Recorded recorded = run(directory, Flush.SYNC);
    Random random = new Random(7);
    int moments = 0;
    for (int moment = 1; recorded.said(moment).isBlank(); moment++, moments++) {
      Path left = parent.resolve("left" + moment);
      Files.createDirectories(left);
      recorded.loosePower(moment, directory, left, random);
      startAnew(left);
      assertThat(check(left)).as("moment %d", moment).isLessThanOrEqualTo(1);
      Repair.delete(left);
    }
    assertThat(moments).isGreaterThan(10);
  }

  private Recorded run(Path directory, Flush flush) throws Exception {
    Path recorder = parent.resolve("recorder.so");
    assumeThat(compile(recorder)).as("gcc can compile").isTrue();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--enable-native-access"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx128m", "-cp", System.getProperty("java.class.path"), CrashChild.class.getName(),
        directory.toString(), flush.name(), String.valueOf(FREQ), String.valueOf(COMMITS)));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT)
        .redirectOutput(parent.resolve("out").toFile());
    builder.environment().put("LD_PRELOAD", recorder.toString());
    builder.environment().put("RECORD_DIR", directory.toString());
    builder.environment().put("RECORD_LOG", parent.resolve("record").toString());
    Process child = builder.start();
    try {
      assertThat(child.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).isZero();
    } finally {
      child.destroyForcibly();
    }
    return new Recorded(parent.resolve("record"));
  }

  private static boolean compile(Path recorder) throws InterruptedException, URISyntaxException {
    Path source = Path.of(Objects.requireNonNull(PowerLossTest.class.getResource("/recorder.c")).toURI());
    try {
      return new ProcessBuilder("gcc", "-shared", "-fPIC", "-O1", "-o", recorder.toString(), source.toString(), "-ldl",
          "-lpthread").inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** As if the kernel that runs now were another than the one which the store was open under. */
  private static void startAnew(Path left) throws IOException {
    Path database = left.resolve("db");
    StateFile then = Files.isDirectory(database) ? StateFile.read(database) : null;
    if (then != null && !then.isClosed()) {
      then.opened("another boot", then.flush()).write(database);
    }
  }

  private static int last(String said) {
    String[] lines = said.strip().split("\n");
    return lines[lines.length - 1].isEmpty() ? 0 : Integer.parseInt(lines[lines.length - 1].strip());
  }

  /** The last commit that is there. */
  private static int check(Path left) {
    try (RocksDbHistoryStore store = RocksDbHistoryStore.open(
        left, HistoryStoreContract.facts(1), StoreSettings.sliced(CrashChild.PERIOD))) {
      HistoryReader reader = store.reader();
      int last = (int) Math.max(0, reader.watermark() / 1000);
      for (int c = 1; c <= last; c++) {
        CrashTest.checkThere(reader, c, last);
      }
      CrashTest.checkNothingAfter(reader, last);
      return last;
    }
  }
}
