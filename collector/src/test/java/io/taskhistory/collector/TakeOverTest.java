package io.taskhistory.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.CollectorView.Status;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Gap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The loop, when a source refuses or fails and there are others. */
class TakeOverTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int WAITING = 4;

  private final SaidSource trace = new SaidSource("trace", true);
  private final SaidSource beside = new SaidSource("proc", false);
  private final SaidSource substitute = new SaidSource("proc", false);
  private final ReluctantStore store = new ReluctantStore();
  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
  private final Collector collector = new Collector(
      new Collector.Setup(store, new SourcePlan(trace, List.of(beside), List.of(() -> substitute)), new EmptyProc(),
          tgid -> null,
          System::nanoTime, () -> new ClockLedger.Row(System.nanoTime(), 0, 0), 100, 500, 2000, 1 << 20),
      failures::add);

  TakeOverTest() {
    trace.position = new byte[] {7};
  }

  @AfterEach
  void stop() {
    collector.close();
    assertThat(List.of(trace, beside, substitute)).noneMatch(SaidSource::isOpen);
    store.close();
  }

  private List<Gap> gaps() {
    return store.reader().gaps(store.reader().boot());
  }

  private void assertLed(String spine, String failed, String problem) {
    Status status = collector.status();
    assertThat(status.spine()).isEqualTo(spine);
    assertThat(status.sources()).extracting(Status.Source::name).containsExactly(spine, failed);
    assertThat(status.sources()).extracting(Status.Source::state).containsExactly("running", "failed");
    assertThat(status.sources().get(1).problem()).isEqualTo(problem);
  }

  private void awaitApplied(SaidSource source, int tid) {
    source.say(events -> SaidSource.fork(events, tid));
    assertThat(collector.awaitNow(LONG)).isTrue();
    assertThat(store.reader().task(tid)).isPresent();
  }

  @Test
  void spine_thatFails_isFollowedByAnother_withAGapInBetween() {
    collector.start();
    awaitApplied(trace, 77);
    assertThat(store.position()).containsExactly(7);
    long whole = collector.watermark();
    trace.fail("switched off");
    await().until(() -> collector.status().spine().equals("proc"));
    awaitApplied(substitute, 78);
    assertLed("proc", "trace", "switched off");
    assertThat(gaps()).filteredOn(gap -> gap.source().equals("trace")).singleElement().satisfies(gap -> {
      assertThat(gap.from()).isBetween(whole, substitute.opened());
      assertThat(gap.to()).isEqualTo(substitute.opened());
      assertThat(gap.cause()).isEqualTo(Gap.Cause.STOPPED);
    });
    assertThat(store.position()).as("the trace may not go on where it was").isEmpty();
    assertThat(failures).isEmpty();
  }

  @Test
  void spine_thatFailsAtOnce_leavesAGapSinceItWasOpened() {
    trace.fail("switched off");
    collector.start();
    awaitApplied(substitute, 78);
    assertLed("proc", "trace", "switched off");
    assertThat(gaps()).filteredOn(gap -> gap.source().equals("trace")).singleElement()
        .satisfies(gap -> assertThat(gap.from()).isEqualTo(trace.opened()));
  }

  @Test
  void spine_thatRefuses_isReplacedWithoutAGap() {
    trace.refusal = new SourceException("no tracefs");
    collector.start();
    awaitApplied(substitute, 78);
    assertLed("proc", "trace", "no tracefs");
    assertThat(gaps()).isEmpty();
  }

  /** Some wait for the watermark, and wake up whoever is the spine; others look at the status. */
  @Test
  void spine_thatFails_amidQuestions_answersThemAll() throws Exception {
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch mayOpen = new CountDownLatch(1);
    substitute.whileOpening = () -> {
      opening.countDown();
      try {
        mayOpen.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
    collector.start();
    trace.fail("switched off");
    assertThat(opening.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    ExecutorService threads = Executors.newFixedThreadPool(WAITING);
    try {
      List<Future<Boolean>> answers = new ArrayList<>();
      Callable<Boolean> question = () -> collector.awaitNow(LONG);
      for (int i = 0; i < WAITING; i++) {
        answers.add(threads.submit(question));
      }
      assertThat(collector.status().spine()).isEqualTo("trace");
      assertThat(collector.status().sources()).extracting(Status.Source::name).containsExactly("trace", "proc");
      assertThat(collector.awaitNow(Duration.ofMillis(20))).isFalse();
      mayOpen.countDown();
      for (Future<Boolean> answer : answers) {
        assertThat(answer.get()).isTrue();
      }
    } finally {
      mayOpen.countDown();
      threads.shutdown();
    }
    assertLed("proc", "trace", "switched off");
  }

  @Test
  void spine_thatFailsWithItsSubstitute_isToldOnceAndNobodyWaits() throws InterruptedException {
    substitute.refusal = new SourceException("no connector");
    collector.start();
    trace.fail("switched off");
    assertThat(failures.poll(LONG.toSeconds(), TimeUnit.SECONDS))
        .hasMessage("trace cannot be followed: switched off; nor can proc: no connector");
    assertThat(collector.awaitNow(LONG)).isFalse();
    assertThat(collector.status().sources().get(0).state()).isEqualTo("failed");
  }

  @Test
  void sources_thatAllRefuse_leaveNothingOpen() {
    trace.refusal = new SourceException("no tracefs");
    substitute.refusal = new SourceException("no connector");
    assertThatThrownBy(collector::start).isInstanceOf(SourceException.class)
        .hasMessageContaining("no tracefs").hasMessageContaining("no connector");
    assertThat(List.of(trace, beside, substitute)).allMatch(SaidSource::isClosed);
  }

  @Test
  void sources_thatAllFailAtOnce_sayWhyInTheirOwnWords() {
    substitute.refusal = new SourceException("no connector");
    trace.fail("switched off");
    assertThatThrownBy(collector::start).isInstanceOf(SourceException.class)
        .hasMessage("trace cannot be followed: switched off; nor can proc: no connector");
    assertThat(failures).isEmpty();
  }

  @Test
  void beside_thatFails_leavesTheSpineAlone_withAGapOfItsOwn() {
    collector.start();
    awaitApplied(trace, 77);
    beside.fail("gone");
    await().until(() -> collector.status().sources().get(1).state().equals("failed"));
    awaitApplied(trace, 78);
    assertLed("trace", "proc", "gone");
    assertThat(gaps()).singleElement().satisfies(gap -> assertThat(gap.source()).isEqualTo("proc"));
    assertThat(store.reader().task(77).orElseThrow().doubts().gaps()).as("no history is in question").isEmpty();
  }
}
