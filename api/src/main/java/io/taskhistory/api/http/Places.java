package io.taskhistory.api.http;

import io.taskhistory.api.ask.Refusal;
import java.util.concurrent.Semaphore;

/**
 * Of what takes long only so much goes on at once; who comes on top of that is told to come back. So there are threads
 * left for what is short.
 */
final class Places {

  private final Semaphore free;
  private final String busy;

  /**
   * Makes some.
   *
   * @param busy what is going on then, for whoever is refused
   */
  Places(int most, String busy) {
    this.free = new Semaphore(most);
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

  void enter() {
    if (!free.tryAcquire()) {
      throw new Refusal(Refusal.Kind.BUSY, busy);
    }
  }

  void leave() {
    free.release();
  }
}
