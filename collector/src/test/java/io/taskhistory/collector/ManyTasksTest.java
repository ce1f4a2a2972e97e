package io.taskhistory.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.History;
import io.taskhistory.history.RawText;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.rocksdb.RocksDbHistoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.ObjIntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a hundred thousand tasks take that live at the same time, in the real store. */
class ManyTasksTest {

  private static final int TASKS = 100_000;
  private static final int BATCH = 2000;
  private static final Duration LONG = Duration.ofSeconds(60);

  /** What may be used is 64 MiB for 10,000 tasks, of everything; a task that comes without details takes far less. */
  private static final long MOST_BYTES_A_TASK = 2048;

  @TempDir
  Path directory;

  private final SaidSource source = new SaidSource("said", true);
  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

  private HistoryStore open() {
    return RocksDbHistoryStore.open(directory.resolve("store"),
        new BootFacts("01234567-89ab-cdef-0123-456789abcdef", 1, new ClockLedger.Row(1, 0, 0)));
  }

  private Collector collector(HistoryStore store) {
    return new Collector(
        new Collector.Setup(store, SourcePlan.only(source), new EmptyProc(), tgid -> null, System::nanoTime,
            () -> new ClockLedger.Row(System.nanoTime(), 0, 0), 100, 500, 2000, Collector.Setup.QUEUE),
        failures::add);
  }

  @AfterEach
  void nothingFailed() {
    assertThat(failures).isEmpty();
  }

  private static long usedHeap() {
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      used = Math.min(used, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    return used;
  }

  /** Each is the child of any before it, most have called exec, and all names are their own. */
  private static void begin(TaskEvents events, int tid, Random random) {
    int caller = tid == 1 ? 0 : 1 + random.nextInt(tid - 1);
    events.cloned(System.nanoTime(), caller, false, tid, tid, 0, RawText.of("fork-" + tid));
    if (random.nextInt(4) > 0) {
      RawText name = RawText.of("task-" + tid);
      events.execed(System.nanoTime(), tid, tid, name, name);
    }
  }

  private void sayInBatches(Collector collector, ObjIntConsumer<TaskEvents> each) {
    for (int from = 1; from <= TASKS; from += BATCH) {
      int first = from;
      source.say(events -> {
        for (int tid = first; tid < first + BATCH; tid++) {
          each.accept(events, tid);
        }
      });
    }
    assertThat(collector.awaitNow(LONG)).as("all of that was applied").isTrue();
  }

  @Test
  void tasks_aHundredThousandAtOnce_takeBoundedMemoryAndGiveItBack() {
    Random random = new Random(1);
    try (HistoryStore store = open(); Collector collector = collector(store)) {
      collector.start();
      assertThat(collector.awaitNow(LONG)).isTrue();
      long before = usedHeap();
      sayInBatches(collector, (events, tid) -> begin(events, tid, random));
      assertThat(store.reader().live().size()).isEqualTo(TASKS);
      long taken = usedHeap() - before;
      History last = History.of(store.reader().task(TASKS).orElseThrow(), System.nanoTime());
      assertThat(last.reasons()).as("%s", last.entries()).isEmpty();
      sayInBatches(collector, (events, tid) -> events.exited(System.nanoTime(), tid, tid, 0, TaskEvents.UNKNOWN_TID));
      assertThat(store.reader().task(TASKS).orElseThrow().isLive()).isFalse();
      await().atMost(LONG).untilAsserted(() -> assertThat(store.reader().live().size()).as("not kept yet").isZero());
      System.out.printf("%d live tasks take %.1f MiB of heap, %d bytes each%n", TASKS, taken / 1048576.0, taken / TASKS);
      assertThat(taken / TASKS).as("bytes a live task").isLessThan(MOST_BYTES_A_TASK);
      // Who has ended is remembered for some seconds: losses come to light that late. What stays does not grow with their
      // number: entries that were read lately, and the names of as many lineages as a period tells apart.
      await().atMost(LONG)
          .untilAsserted(() -> assertThat(usedHeap() - before).as("what is left of that").isLessThan(taken / 5));
    }
  }

  /** Whoever starts when so many live takes them up again, each with its history. */
  @Test
  void tasks_aHundredThousandAtOnce_areTheSameAfterARestart() {
    String said = follow();
    long before = usedHeap();
    try (HistoryStore store = open()) {
      assertThat(store.reader().live().size()).isEqualTo(TASKS);
      long taken = usedHeap() - before;
      System.out.printf("opened with them, a store takes %.1f MiB of heap%n", taken / 1048576.0);
      assertThat(taken / TASKS).as("bytes a live task").isLessThan(MOST_BYTES_A_TASK);
      assertThat(all(store)).isEqualTo(said);
    }
  }

  /** Leaves nothing of it on the stack, from where it would count as used. */
  private String follow() {
    Random random = new Random(2);
    try (HistoryStore store = open(); Collector collector = collector(store)) {
      collector.start();
      sayInBatches(collector, (events, tid) -> begin(events, tid, random));
      return all(store);
    }
  }

  private static String all(HistoryStore store) {
    StringBuilder all = new StringBuilder();
    for (int tid = 1; tid <= TASKS; tid += 97) {
      all.append(History.of(store.reader().task(tid).orElseThrow(), Long.MAX_VALUE).entries()).append('\n');
    }
    return all.toString();
  }
}
