package io.taskhistory.collector;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The time up to which everything is known, and those who wait for it to advance. Commonly the store has all of that;
 * where it hangs, {@link #kept} tells how far it got.
 */
final class Watermark {

  private final AtomicInteger waiting = new AtomicInteger();
  private volatile long time;
  private volatile long kept;
  private boolean over;

  Watermark(long time) {
    this.time = time;
    this.kept = time;
  }

  long get() {
    return time;
  }

  /** Up to when the store has everything. */
  long kept() {
    return kept;
  }

  /** Whether somebody waits now. */
  boolean isAwaited() {
    return waiting.get() > 0;
  }

  synchronized void publish(long settled, long inStore) {
    kept = inStore;
    time = settled;
    notifyAll();
  }

  /** It will not advance any more: nobody need wait. */
  synchronized void end() {
    over = true;
    notifyAll();
  }

  /**
   * Waits until it has reached {@code asked}.
   *
   * @param nanos for how long at most
   * @param wakeUp called once others can see that somebody waits
   * @return whether it has
   */
  boolean await(long asked, long nanos, Runnable wakeUp) {
    long deadline = System.nanoTime() + nanos;
    waiting.incrementAndGet();
    try {
      wakeUp.run();
      return awaitUntil(asked, deadline);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      waiting.decrementAndGet();
    }
  }

  private synchronized boolean awaitUntil(long asked, long deadline) throws InterruptedException {
    for (long left = deadline - System.nanoTime(); time < asked; left = deadline - System.nanoTime()) {
      if (left <= 0 || over) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }
}
