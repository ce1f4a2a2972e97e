package io.taskhistory.collector;

import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The time up to which everything has been applied, and up to which the store has it, which is some milliseconds behind,
 * or more where it hangs; and those who wait for either to advance. Thousands may wait a second, so nobody is woken
 * before it has come to what was asked.
 */
final class Watermark {

  /** One who waits. */
  private static final class Waiter {

    final Thread thread = Thread.currentThread();
    final long asked;
    final boolean forStore;
    volatile boolean isServed;

    Waiter(long asked, boolean forStore) {
      this.asked = asked;
      this.forStore = forStore;
    }
  }

  private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingForStore = new AtomicInteger();
  private volatile long time;
  private volatile long kept;
  private volatile boolean stuck;
  private volatile boolean over;

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

  /** Whether somebody waits now for the store to have something. */
  boolean isStoreAwaited() {
    return waitingForStore.get() > 0;
  }

  /**
   * Says how far it came.
   *
   * @param storeIsStuck nobody should wait for the store
   */
  void publish(long settled, long inStore, boolean storeIsStuck) {
    kept = inStore;
    time = settled;
    stuck = storeIsStuck;
    wake();
  }

  /** It will not advance any more: nobody need wait. */
  void end() {
    over = true;
    wake();
  }

  private void wake() {
    for (Iterator<Waiter> all = waiters.iterator(); all.hasNext(); ) {
      Waiter waiter = all.next();
      if (over || isReached(waiter)) {
        all.remove();
        waiter.isServed = true;
        LockSupport.unpark(waiter.thread);
      }
    }
  }

  private boolean isReached(Waiter waiter) {
    return (waiter.forStore && !stuck ? kept : time) >= waiter.asked;
  }

  /**
   * Waits until everything up to {@code asked} has been applied.
   *
   * @param nanos for how long at most
   * @param wakeUp called once others can see that somebody waits
   * @return whether it has
   */
  boolean await(long asked, long nanos, Runnable wakeUp) {
    return await(new Waiter(asked, false), nanos, wakeUp);
  }

  /** The same for the store; where that is stuck, until everything has been applied. */
  boolean awaitKept(long asked, long nanos, Runnable wakeUp) {
    waitingForStore.incrementAndGet();
    try {
      return await(new Waiter(asked, true), nanos, wakeUp);
    } finally {
      waitingForStore.decrementAndGet();
    }
  }

  private boolean await(Waiter waiter, long nanos, Runnable wakeUp) {
    long deadline = System.nanoTime() + nanos;
    waiters.add(waiter);
    try {
      // Whoever published before it was in the queue has not seen it.
      if (isReached(waiter)) {
        return true;
      }
      wakeUp.run();
      while (!waiter.isServed && !over) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || Thread.currentThread().isInterrupted()) {
          break;
        }
        LockSupport.parkNanos(this, left);
      }
      return isReached(waiter);
    } finally {
      if (!waiter.isServed) {
        waiters.remove(waiter);
      }
    }
  }
}
