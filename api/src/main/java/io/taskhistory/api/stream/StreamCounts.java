package io.taskhistory.api.stream;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** How many streams there are, and what has become of them. */
public final class StreamCounts {

  private final AtomicInteger open = new AtomicInteger();
  private final LongAdder opened = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder slow = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  /** One more, if there are fewer than that. */
  boolean open(int most) {
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      refused.increment();
      return false;
    }
    opened.increment();
    return true;
  }

  void close() {
    open.decrementAndGet();
  }

  void slow() {
    slow.increment();
  }

  void dropped() {
    dropped.increment();
  }

  void told(int length) {
    bytes.add(length);
  }

  /** How many are open. */
  public int now() {
    return open.get();
  }

  /** How many were opened. */
  public long opened() {
    return opened.sum();
  }

  /** How many were not, as there were too many. */
  public long refused() {
    return refused.sum();
  }

  /** How many ended as their reader took nothing. */
  public long cutOff() {
    return slow.sum();
  }

  /** How many asked for a place that is no longer kept. */
  public long dropouts() {
    return dropped.sum();
  }

  /** How many bytes of events were passed on. */
  public long bytes() {
    return bytes.sum();
  }
}
