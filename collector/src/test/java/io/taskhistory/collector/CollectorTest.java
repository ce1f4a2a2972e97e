package io.taskhistory.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.EventSource;
import io.taskhistory.collector.source.SourceStats;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.LiveTasks;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.memory.MemoryHistoryStore;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loop, when the source or the store does not do as it should. */
class CollectorTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private final Source source = new Source();
  private final Store store = new Store();
  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
  private final Collector collector = new Collector(
      new Collector.Setup(store, SourcePlan.only(source), new EmptyProc(), tgid -> null, System::nanoTime,
          () -> new ClockLedger.Row(System.nanoTime(), 0, 0), 100, 500, 2000),
      failures::add);

  @BeforeEach
  void start() {
    collector.start();
  }

  @AfterEach
  void stop() {
    source.neverEmpty = false;
    collector.close();
    store.close();
  }

  @Test
  void commit_refusedForAWhile_isTriedAgainAndTheWatermarkWaits() {
    store.refuses = true;
    source.say(events -> Source.fork(events, 77));
    assertThat(collector.awaitNow(Duration.ofMillis(100))).isFalse();
    assertThat(collector.status().sources().get(0).state()).isEqualTo("running");
    store.refuses = false;
    assertThat(collector.awaitNow(LONG)).isTrue();
    assertThat(store.reader().task(77)).isPresent();
    assertThat(failures).isEmpty();
  }

  @Test
  void reconcile_sourceThatIsNeverEmpty_commitsMeanwhile() {
    source.neverEmpty = true;
    source.say(events -> events.lost(System.nanoTime(), System.nanoTime(), 1, Gap.Cause.SEQUENCE));
    int before = store.commits.get();
    source.tid.set(100);
    await().until(() -> source.tid.get() > 200 && store.commits.get() > before + 2);
    assertThat(store.reader().gaps(store.reader().boot())).hasSize(1);
  }

  @Test
  void drain_fails_isToldOnceAndNobodyWaits() throws InterruptedException {
    source.say(events -> {
      throw new IllegalStateException("broken");
    });
    assertThat(failures.poll(LONG.toSeconds(), TimeUnit.SECONDS)).hasMessage("broken");
    assertThat(collector.awaitNow(LONG)).isFalse();
    assertThat(collector.status().sources().get(0).state()).isEqualTo("failed");
  }

  /** Says what a test says. */
  private static final class Source implements EventSource {

    private final BlockingQueue<Consumer<TaskEvents>> queue = new LinkedBlockingQueue<>();
    final AtomicInteger tid = new AtomicInteger();
    volatile boolean neverEmpty;
    private long drained;

    void say(Consumer<TaskEvents> event) {
      queue.add(event);
    }

    @Override
    public String name() {
      return "said";
    }

    @Override
    public boolean isExact() {
      return false;
    }

    @Override
    public byte[] position() {
      return new byte[0];
    }

    @Override
    public long open(Checkpoint kept) {
      drained = System.nanoTime();
      return drained;
    }

    private static void fork(TaskEvents events, int tid) {
      events.cloned(System.nanoTime(), TaskEvents.UNKNOWN_TID, true, tid, tid, TaskEvents.UNKNOWN_FLAGS, RawText.UNKNOWN);
    }

    @Override
    public long drain(TaskEvents events, int most) {
      long before = System.nanoTime();
      for (Consumer<TaskEvents> event = queue.poll(); event != null; event = queue.poll()) {
        event.accept(events);
      }
      if (neverEmpty) {
        int next = tid.incrementAndGet();
        fork(events, 1000 + next % 1000);
      } else {
        drained = before;
      }
      return drained;
    }

    @Override
    public void await(long nanos) {
      try {
        Consumer<TaskEvents> event = queue.poll(Math.min(nanos, 1_000_000), TimeUnit.NANOSECONDS);
        if (event != null) {
          queue.add(event);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void wakeUp() {}

    @Override
    public SourceStats stats() {
      return new SourceStats(0, 0, 0, 0);
    }

    @Override
    public void close() {}
  }

  /** The reference store, whose commits can be refused. */
  private static final class Store implements HistoryStore, HistoryWriter {

    private final HistoryStore kept = MemoryHistoryStore.open(
        new BootFacts("01234567-89ab-cdef-0123-456789abcdef", 1, new ClockLedger.Row(1, 0, 0)));
    private final HistoryWriter writer = kept.writer();
    final AtomicInteger commits = new AtomicInteger();
    volatile boolean refuses;

    @Override
    public HistoryWriter writer() {
      return this;
    }

    @Override
    public HistoryReader reader() {
      return kept.reader();
    }

    @Override
    public void close() {
      kept.close();
    }

    @Override
    public Boot boot() {
      return writer.boot();
    }

    @Override
    public LiveTasks live() {
      return writer.live();
    }

    @Override
    public long watermark() {
      return writer.watermark();
    }

    @Override
    public Entry root() {
      return writer.root();
    }

    @Override
    public void save(Task task) {
      writer.save(task);
    }

    @Override
    public void save(Entry entry) {
      writer.save(entry);
    }

    @Override
    public Gap gap(String source, long from, long to, long lost, Gap.Cause cause) {
      return writer.gap(source, from, to, lost, cause);
    }

    @Override
    public void clock(ClockLedger.Row row) {
      writer.clock(row);
    }

    @Override
    public void position(byte[] position) {
      writer.position(position);
    }

    @Override
    public byte[] position() {
      return writer.position();
    }

    @Override
    public boolean isDirty() {
      return writer.isDirty();
    }

    @Override
    public void commit(long watermark) {
      if (refuses) {
        throw new StoreException("no space");
      }
      writer.commit(watermark);
      commits.incrementAndGet();
    }
  }

  /** Shows nobody. */
  private static final class EmptyProc implements ProcTasks {

    @Override
    public boolean read(int tid, TaskStat into) {
      return false;
    }

    @Override
    public boolean readSettled(int tid, TaskStat into) {
      return false;
    }

    @Override
    public int[] processes() {
      return new int[0];
    }

    @Override
    public int[] threads(int tgid) {
      return new int[0];
    }

    @Override
    public int tgid(int tid) {
      return 0;
    }

    @Override
    public boolean placesStackAtRandom(int tid) {
      return false;
    }
  }
}
