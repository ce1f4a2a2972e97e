package io.taskhistory.store;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Wakes threads that wait for something to come true. Whoever rings it takes no lock, and waits for nobody. */
public final class Bell {

  private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();

  /** Something may have come true. */
  public void ring() {
    if (!waiting.isEmpty()) {
      waiting.forEach(LockSupport::unpark);
    }
  }

  /**
   * Waits.
   *
   * @param isTrue asked now, at each ring, and whenever else a thread may wake up
   * @return false where it did not come true in time
   */
  public boolean await(BooleanSupplier isTrue, Duration longest) throws InterruptedException {
    if (isTrue.getAsBoolean()) {
      return true;
    }
    long deadline = System.nanoTime() + longest.toNanos();
    Thread self = Thread.currentThread();
    waiting.add(self);
    try {
      while (!isTrue.getAsBoolean()) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        LockSupport.parkNanos(this, left);
      }
      return true;
    } finally {
      waiting.remove(self);
    }
  }
}
