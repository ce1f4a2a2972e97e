package io.taskhistory.collector;

import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.EventSource;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.source.SourceStats;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.RawText;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A source that says what a test says, refuses when it is told to, and may not be used when it is not open. */
final class SaidSource implements EventSource {

  private enum State { NEW, OPEN, CLOSED }

  private final String name;
  private final boolean exact;
  private final BlockingDeque<Consumer<TaskEvents>> queue = new LinkedBlockingDeque<>();
  final AtomicInteger tid = new AtomicInteger();
  volatile boolean neverEmpty;

  /** Why it does not open. */
  volatile @Nullable SourceException refusal;

  /** Why it does not close. */
  volatile @Nullable SourceException reluctance;

  /** Called in the middle of opening. */
  volatile Runnable whileOpening = () -> { };
  volatile byte[] position = {};
  private volatile State state = State.NEW;
  private volatile long opened;
  private long drained;

  SaidSource(String name, boolean exact) {
    this.name = name;
    this.exact = exact;
  }

  void say(Consumer<TaskEvents> event) {
    queue.add(event);
  }

  /** With the next drain. */
  void fail(String message) {
    say(events -> {
      throw new SourceException(message);
    });
  }

  boolean isOpen() {
    return state == State.OPEN;
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /** Since when it misses nothing. */
  long opened() {
    return opened;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isExact() {
    return exact;
  }

  @Override
  public byte[] position() {
    needOpen();
    return position;
  }

  @Override
  public long open(Checkpoint kept) {
    whileOpening.run();
    SourceException refused = refusal;
    if (refused != null) {
      throw refused;
    }
    state = State.OPEN;
    drained = System.nanoTime();
    opened = drained;
    return drained;
  }

  private void needOpen() {
    if (state != State.OPEN) {
      throw new IllegalStateException(name + " is " + state);
    }
  }

  static void fork(TaskEvents events, int tid) {
    events.cloned(System.nanoTime(), TaskEvents.UNKNOWN_TID, true, tid, tid, TaskEvents.UNKNOWN_FLAGS, RawText.UNKNOWN);
  }

  @Override
  public long drain(TaskEvents events, int most) {
    needOpen();
    long before = System.nanoTime();
    for (Consumer<TaskEvents> event = queue.poll(); event != null; event = queue.poll()) {
      event.accept(events);
    }
    if (neverEmpty) {
      int next = tid.incrementAndGet();
      fork(events, 1000 + next % 1000);
    } else {
      drained = before;
    }
    return drained;
  }

  @Override
  public void kept(byte[] kept) {
    needOpen();
  }

  @Override
  public void await(long nanos) {
    needOpen();
    try {
      Consumer<TaskEvents> event = queue.poll(Math.min(nanos, 1_000_000), TimeUnit.NANOSECONDS);
      if (event != null) {
        queue.addFirst(event); // others may have come meanwhile
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void wakeUp() {}

  @Override
  public SourceStats stats() {
    return new SourceStats(0, 0, 0, 0);
  }

  @Override
  public void close() {
    state = State.CLOSED;
    SourceException reluctant = reluctance;
    if (reluctant != null) {
      throw reluctant;
    }
  }
}
