package io.taskhistory.api.stream;

import io.taskhistory.store.EventCursor;
import io.taskhistory.store.HistoryReader;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Lets one thread wait for the log to grow, or for anybody to wake it. It is interrupted for that, but only while it
 * waits: an interrupt that came anywhere else would close what the thread writes to.
 */
final class Waiting {

  private final HistoryReader reader;
  /** True while the thread may be interrupted; whoever makes it false does that. */
  private final AtomicBoolean isWaiting = new AtomicBoolean();
  private final AtomicBoolean isCalled = new AtomicBoolean();
  private volatile @Nullable Thread thread;

  Waiting(HistoryReader reader) {
    this.reader = reader;
  }

  void wake() {
    isCalled.set(true);
    Thread waiter = thread;
    if (waiter != null && isWaiting.compareAndSet(true, false)) {
      waiter.interrupt();
    }
  }

  /**
   * Waits until something is kept behind {@code after}, or {@link #wake} was called since this last returned.
   *
   * @param after null to wait for the call alone
   */
  void await(@Nullable EventCursor after, Duration longest) {
    thread = Thread.currentThread();
    boolean wasInterrupted = false;
    isWaiting.set(true);
    try {
      if (!isCalled.get()) {
        if (after == null) {
          Thread.sleep(longest.toMillis());
        } else {
          reader.awaitEvents(after, longest);
        }
      }
    } catch (InterruptedException e) {
      wasInterrupted = true;
    }
    if (!isWaiting.compareAndSet(true, false) && !wasInterrupted) {
      // Somebody has decided to interrupt; that must not come later.
      while (!Thread.interrupted()) {
        Thread.onSpinWait();
      }
    }
    isCalled.set(false);
  }
}
