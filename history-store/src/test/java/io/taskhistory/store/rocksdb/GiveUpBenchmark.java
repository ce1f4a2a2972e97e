package io.taskhistory.store.rocksdb;

import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.StoreSettings;
import io.taskhistory.store.Upkeep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What it costs to give up a slice with few tasks and one with many, while a machine goes on with 10,000 lifecycles a
 * second: the commits before it, the one that begins the next slice, the one that gives up, and those after it. Of each
 * two times: what the thread pays that reads the kernel, and until it is kept. The module's README says how to run it.
 * Arguments: the sizes of the slices (10,000 and 1,000,000).
 */
final class GiveUpBenchmark {

  private static final int LIVE = 10_000;
  private static final int A_COMMIT = 100;
  private static final int COMMITS = 500;
  private static final long PACE = 10_000_000;
  private static final long HOUR = Duration.ofHours(1).toNanos();
  private static final BootFacts BOOT = new BootFacts(
      "5f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5", 1_700_000_000_000_000_000L, new ClockLedger.Row(0, 0, 0));

  private final RocksDbHistoryStore store;
  private final HistoryWriter writer;
  private final Random random = new Random(1);
  private Entry shell;
  private long time = 1;
  private int started;

  private GiveUpBenchmark(RocksDbHistoryStore store) {
    this.store = store;
    this.writer = store.writer();
    this.shell = writer.root();
  }

  public static void main(String[] args) throws IOException {
    int[] sizes = args.length > 0 ? Stream.of(args).mapToInt(Integer::parseInt).toArray() : new int[] {10_000, 1_000_000};
    System.out.println("warming up");
    run(sizes[0]);
    for (int size : sizes) {
      System.out.printf("a slice with %,d tasks%n", size);
      run(size);
    }
  }

  private static void run(int tasks) throws IOException {
    Path directory = Files.createTempDirectory("give-up-benchmark");
    try (RocksDbHistoryStore store =
        RocksDbHistoryStore.open(directory, BOOT, StoreSettings.sliced(Duration.ofNanos(HOUR)))) {
      new GiveUpBenchmark(store).run(store.upkeep(), tasks);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private void run(Upkeep upkeep, int tasks) {
    begin();
    while (started < tasks) {
      lifecycles();
      writer.commit(time);
    }
    commits("before");
    time += HOUR;
    single("the one that begins a slice, with %,d live tasks".formatted(LIVE));
    commits("after that");
    long bytes = upkeep.bytes();
    upkeep.giveUp(upkeep.slices().get(0).number());
    single("the one that gives up");
    long then = upkeep.bytes();
    commits("after that");
    System.out.printf("  %,d bytes before, %,d right after, %,d in the end%n", bytes, then, upkeep.bytes());
  }

  private void begin() {
    for (int i = 1; i < 6; i++) {
      shell = new Entry(shell, i, i, RawText.of("parent" + i), Provenance.OBSERVED);
      writer.save(shell);
    }
    for (int i = 0; i < LIVE; i++) {
      Task task = Task.leader(writer.boot(), 32_768 + i, 10, shell);
      task.createdBy(5, 5);
      task.rename(RawText.of("bash"));
      writer.save(task);
    }
    writer.commit(10);
    time = 1_000_000_000;
  }

  private void lifecycles() {
    for (int i = 0; i < A_COMMIT; i++) {
      time += 50_000 + random.nextInt(100_000);
      int tid = 1_000 + started++ % 31_000;
      Task task = Task.leader(writer.boot(), tid, time, shell);
      task.createdBy(32_768 + i % 2, 10);
      task.reapedBy(task.creator().orElseThrow());
      Entry entry = new Entry(shell, time + 200_000 + random.nextInt(50_000), tid, RawText.of("true"),
          Provenance.OBSERVED);
      task.enter(entry);
      task.rename(entry.name());
      task.end(new Ending(entry.time() + 200_000, 0));
      writer.save(entry);
      writer.save(task);
    }
  }

  /** One commit: for how long its beginning kept the caller, and how long it took in all, in microseconds. */
  private long[] commit() {
    lifecycles();
    long began = System.nanoTime();
    writer.begin(time, () -> { });
    long encoded = System.nanoTime();
    while (!writer.settle()) {
      LockSupport.parkNanos(20_000);
    }
    return new long[] {(encoded - began) / 1_000, (System.nanoTime() - began) / 1_000};
  }

  private void single(String which) {
    long[] took = commit();
    System.out.printf("  %-52s %,7d µs, kept after %,d µs%n", which, took[0], took[1]);
  }

  private void commits(String when) {
    long[] begun = new long[COMMITS];
    long[] kept = new long[COMMITS];
    long next = System.nanoTime();
    for (int i = 0; i < COMMITS; i++) {
      long[] took = commit();
      begun[i] = took[0];
      kept[i] = took[1];
      next += PACE;
      LockSupport.parkNanos(next - System.nanoTime());
    }
    Arrays.sort(begun);
    Arrays.sort(kept);
    System.out.printf("  %-52s %,7d µs, kept after %,d µs; p99 %,d and %,d, most %,d and %,d%n", COMMITS + " commits "
        + when + ", each of " + A_COMMIT + " lifecycles", begun[COMMITS / 2], kept[COMMITS / 2],
        begun[COMMITS * 99 / 100], kept[COMMITS * 99 / 100], begun[COMMITS - 1], kept[COMMITS - 1]);
  }
}
