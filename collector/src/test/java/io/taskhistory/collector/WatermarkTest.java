package io.taskhistory.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who waits for what, and for how long. */
class WatermarkTest {

  private static final long LONG = TimeUnit.SECONDS.toNanos(60);

  private final Watermark watermark = new Watermark(10);

  private interface Wait {
    boolean until(long asked, long nanos, Runnable wakeUp);
  }

  /** Begins to wait; returns once that can be seen. */
  private static CompletableFuture<Boolean> waiting(Wait wait, long asked) throws InterruptedException {
    CountDownLatch seen = new CountDownLatch(1);
    // Each waits in a thread of its own: the common pool can have a single one.
    CompletableFuture<Boolean> answer = CompletableFuture.supplyAsync(
        () -> wait.until(asked, LONG, seen::countDown), task -> new Thread(task).start());
    assertThat(seen.await(60, TimeUnit.SECONDS)).isTrue();
    return answer;
  }

  @Test
  void await_whatHasBeenReached_wakesNobody() {
    assertThat(watermark.await(10, 0, () -> {
      throw new AssertionError("nobody need be woken");
    })).isTrue();
  }

  @Test
  void await_isServedByWhatWasApplied_andNotByLess() throws Exception {
    CompletableFuture<Boolean> first = waiting(watermark::await, 20);
    CompletableFuture<Boolean> second = waiting(watermark::await, 30);
    watermark.publish(19, 10, false);
    assertThat(first).isNotDone();
    watermark.publish(20, 10, false);
    assertThat(first.get(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second).isNotDone();
    watermark.publish(31, 10, false);
    assertThat(second.get(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void awaitKept_isServedByTheStore_orOnceThatIsStuck() throws Exception {
    CompletableFuture<Boolean> first = waiting(watermark::awaitKept, 20);
    assertThat(watermark.isStoreAwaited()).isTrue();
    watermark.publish(25, 19, false);
    assertThat(first).isNotDone();
    watermark.publish(25, 20, false);
    assertThat(first.get(60, TimeUnit.SECONDS)).isTrue();
    CompletableFuture<Boolean> second = waiting(watermark::awaitKept, 25);
    watermark.publish(25, 20, true);
    assertThat(second.get(60, TimeUnit.SECONDS)).isTrue();
    assertThat(watermark.isStoreAwaited()).isFalse();
  }

  @Test
  void await_whatDoesNotCome_endsInTime() {
    assertThat(watermark.await(20, 1, () -> { })).isFalse();
  }

  @Test
  void end_letsEverybodyGo() throws Exception {
    CompletableFuture<Boolean> answer = waiting(watermark::await, 20);
    watermark.end();
    assertThat(answer.get(60, TimeUnit.SECONDS)).isFalse();
    assertThat(watermark.await(20, LONG, () -> { })).isFalse();
  }
}
