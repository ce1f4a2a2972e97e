package io.taskhistory.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Gap;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loop, when the source or the store does not do as it should. */
class CollectorTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  private volatile long wallOffset;
  private final SaidSource source = new SaidSource("said", false);
  private final ReluctantStore store = new ReluctantStore();
  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
  private final Collector collector = new Collector(
      new Collector.Setup(store, SourcePlan.only(source), new EmptyProc(), tgid -> null, System::nanoTime,
          () -> new ClockLedger.Row(System.nanoTime(), wallOffset, 0), 100, 500, 2000, 1 << 20),
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
  void commit_refusedForAWhile_isTriedAgainAndNobodyWaitsForIt() {
    store.refuses = true;
    source.say(events -> SaidSource.fork(events, 77));
    assertThat(collector.awaitNow(LONG)).as("what is applied can be asked for").isTrue();
    assertThat(store.reader().task(77)).isPresent();
    long applied = collector.watermark();
    assertThat(collector.kept()).as("but it is not in the store").isLessThan(applied);
    assertThat(collector.status().sources().get(0).state()).isEqualTo("running");
    int commits = store.commits.get();
    store.refuses = false;
    await().until(() -> collector.kept() >= applied);
    assertThat(store.commits.get()).isGreaterThan(commits);
    assertThat(failures).isEmpty();
  }

  @Test
  void queue_thatWasShed_isStuckUntilTheStoreTakesSomething() {
    assertThat(collector.status().queue().stuck()).isFalse();
    store.refuses = true;
    source.say(events -> SaidSource.fork(events, 77));
    await().atMost(LONG).until(() -> collector.status().queue().stuck());
    store.waiting = 2 << 20;
    await().atMost(LONG).untilAsserted(() -> assertThat(collector.status().queue()).satisfies(queue -> {
      assertThat(queue.overflows()).isOne();
      assertThat(queue.lost()).isEqualTo(7);
      assertThat(queue.bytes()).as("it was given up").isZero();
      assertThat(queue.stuck()).isTrue();
    }));
    store.refuses = false;
    await().atMost(LONG).until(() -> !collector.status().queue().stuck());
  }

  @Test
  void clock_setWhileNothingHappens_isInTheLedgerAtTheNextLookAndThenKept() {
    ClockLedger ledger = store.reader().boot().clock();
    int rows = ledger.rows().size();
    long before = System.nanoTime();
    wallOffset = 3_600_000_000_000L;
    long looked = collector.lookAtClocks();
    assertThat(ledger.rows()).hasSize(rows + 1);
    assertThat(ledger.last().wallOffset()).isEqualTo(wallOffset);
    assertThat(ledger.last().from()).isBetween(before, looked);
    assertThat(ledger.last().since()).as("it held at some time after the last look").isLessThanOrEqualTo(looked);
    collector.lookAtClocks();
    assertThat(ledger.rows()).hasSize(rows + 1);
    collector.close();
    assertThat(store.isDirty()).isFalse();
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
}
