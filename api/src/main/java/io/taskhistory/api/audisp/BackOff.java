package io.taskhistory.api.audisp;

import java.util.concurrent.TimeUnit;

/** When to try again what failed: soon at first, then less and less often. Times are as from {@link System#nanoTime}. */
final class BackOff {

  private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long MOST = TimeUnit.SECONDS.toNanos(15);

  private long pause;
  private long next;

  boolean mayTry(long now) {
    return pause == 0 || now - next >= 0;
  }

  void failed(long now) {
    pause = pause == 0 ? FIRST : Math.min(2 * pause, MOST);
    next = now + pause;
  }

  void succeeded() {
    pause = 0;
  }
}
