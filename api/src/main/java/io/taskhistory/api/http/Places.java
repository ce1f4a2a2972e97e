package io.taskhistory.api.http;

import io.taskhistory.api.ask.Refusal;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Of what takes long only so much goes on at once; who comes on top of that is told to come back. So there are threads
 * left for what is short.
 */
final class Places {

  private final Semaphore free;
  private final Duration patience;
  private final String busy;

  /**
   * Makes some.
   *
   * @param busy what is going on then, for whoever is refused
   */
  Places(int most, String busy) {
    this(most, Duration.ZERO, busy);
  }

  /**
   * Makes some for which whoever comes waits a while, in its turn.
   *
   * @param patience for how long
   */
  Places(int most, Duration patience, String busy) {
    this.free = new Semaphore(most, true);
    this.patience = patience;
    this.busy = most + " " + busy + "; ask again later";
  }

  /** {@code resource}, for as many at once as there are places. */
  Resource of(Resource resource) {
    return (ctx, params) -> {
      enter();
      try {
        resource.answer(ctx, params);
      } finally {
        leave();
      }
    };
  }

  /** What {@code work} comes to, done in a place that is left as soon as it is. */
  <T> T in(Supplier<T> work) {
    enter();
    try {
      return work.get();
    } finally {
      leave();
    }
  }

  void enter() {
    if (!free.tryAcquire() && !waitFor()) {
      throw new Refusal(Refusal.Kind.BUSY, busy);
    }
  }

  private boolean waitFor() {
    try {
      return !patience.isZero() && free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the server stops
      return false;
    }
  }

  void leave() {
    free.release();
  }
}
