package io.taskhistory.store.rocksdb;

import com.sun.management.OperatingSystemMXBean;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Details;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What a lifecycle (fork, exec, exit) costs the store in time, CPU and bytes, what look-ups take, and how long opening
 * does. The module's README says how to run it. Arguments: how many lifecycles (1,000,000), how many of them a commit
 * has (100), on every how manieth there are details (0: never).
 */
final class StoreBenchmark {

  private static final int LIVE = 10_000;
  private static final int DEPTH = 6;
  private static final int PID_MAX = 32_768;
  private static final BootFacts BOOT = new BootFacts(
      "5f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5", 1_700_000_000_000_000_000L, new ClockLedger.Row(0, 0, 0));

  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final Path directory;
  private final Random random = new Random(1);
  private final long[] starts;
  private final int[] tids;

  private StoreBenchmark(Path directory, int lifecycles) {
    this.directory = directory;
    this.starts = new long[lifecycles];
    this.tids = new int[lifecycles];
  }

  public static void main(String[] args) throws IOException {
    int lifecycles = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    int perCommit = args.length > 1 ? Integer.parseInt(args[1]) : 100;
    int detailed = args.length > 2 ? Integer.parseInt(args[2]) : 0;
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    for (int round = 0; round < 2; round++) {
      Path directory = Files.createTempDirectory(parent, "store-benchmark");
      try {
        System.out.println(round == 0 ? "warming up" : "measuring");
        new StoreBenchmark(directory, round == 0 ? lifecycles / 10 : lifecycles).run(perCommit, detailed);
      } finally {
        delete(directory);
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  private void run(int perCommit, int detailed) {
    try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, BOOT)) {
      write(store.writer(), perCommit, detailed);
      report("kept: %.1f bytes a lifecycle", (double) size() / starts.length);
      lookUp(store.reader());
    }
    report("closed: %.1f bytes a lifecycle", (double) size() / starts.length);
    long began = System.nanoTime();
    try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, BOOT)) {
      report("opened in %.0f ms with %d live tasks", (System.nanoTime() - began) / 1e6, store.reader().live().size());
    }
    report("opened once: %.1f bytes a lifecycle", (double) size() / starts.length);
  }

  private void write(HistoryWriter writer, int perCommit, int detailed) {
    Entry shell = writer.root();
    for (int i = 0; i < DEPTH; i++) {
      shell = new Entry(shell, i + 1, i + 1, RawText.of("parent" + i), Provenance.OBSERVED);
      writer.save(shell);
    }
    for (int i = 0; i < LIVE; i++) {
      Task task = Task.leader(writer.boot(), PID_MAX + i, 10, shell);
      task.rename(RawText.of("bash"));
      writer.save(task);
    }
    writer.commit(100);
    long before = size();
    long began = System.nanoTime();
    long cpu = PROCESS.getProcessCpuTime();
    long time = 1_000_000_000;
    Doubts doubts = Doubts.NONE.withCreatorAssumed();
    for (int i = 0; i < starts.length; i++) {
      int tid = 1_000 + i % (PID_MAX - 1_000);
      time += 100_000 + random.nextInt(100_000);
      starts[i] = time;
      tids[i] = tid;
      Task task = Task.leader(writer.boot(), tid, time, shell);
      task.createdBy(PID_MAX + i % 2, 10);
      task.reapedBy(task.creator().orElseThrow());
      task.doubt(doubts);
      writer.save(task);
      Entry entry = new Entry(
          shell, time + 200_000 + random.nextInt(50_000), tid, RawText.of("true"), Provenance.OBSERVED);
      if (detailed > 0 && i % detailed == 0) {
        entry.detail(details(i));
      }
      writer.save(entry);
      task.enter(entry);
      task.rename(entry.name());
      task.imprint(random.nextLong());
      task.end(new Ending(time + 400_000 + random.nextInt(100_000), 0));
      writer.save(task);
      if (i % perCommit == perCommit - 1) {
        writer.commit(time);
      }
    }
    writer.commit(time + 1_000_000);
    double micros = (System.nanoTime() - began) / 1e3;
    double cpuMicros = (PROCESS.getProcessCpuTime() - cpu) / 1e3;
    report("written: %.2f µs, %.2f µs of CPU, %d bytes before", micros / starts.length, cpuMicros / starts.length,
        before);
  }

  private static Details details(int i) {
    return new Details(
        RawText.of("/usr/bin/true"), RawText.of("/usr/bin/true"),
        List.of(RawText.of("true"), RawText.of("--number=" + i)), false, RawText.of("/home/user/project"), 1000, 1000,
        1000, 1000, 1000, 3, RawText.of("pts/3"), RawText.of("/user.slice/user-1000.slice/session-3.scope"),
        RawText.EMPTY, tidOf(i));
  }

  private static long tidOf(int i) {
    return 1_000 + i % (PID_MAX - 1_000);
  }

  private void lookUp(HistoryReader reader) {
    for (int round = 0; round < 2; round++) {
      int lookUps = Math.min(200_000, starts.length);
      long began = System.nanoTime();
      int entries = 0;
      for (int n = 0; n < lookUps; n++) {
        int i = random.nextInt(starts.length);
        Task task = reader.task(tids[i], new Moment(reader.boot(), starts[i] + 300_000)).orElseThrow();
        entries += task.entry().pid() == tids[i] ? 1 : 0;
      }
      report("looked up: %.2f µs each, any of all (%d)", (System.nanoTime() - began) / 1e3 / lookUps, entries);
    }
  }

  private long size() {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void report(String format, Object... values) {
    System.out.println("  " + format.formatted(values));
  }
}
