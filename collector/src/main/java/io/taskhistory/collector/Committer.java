package io.taskhistory.collector;

import io.taskhistory.collector.source.EventSource;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.StoreException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when what was applied is committed, and bears with a store that is slow, or refuses. It never waits for one:
 * what cannot be kept yet waits in memory, up to a limit; then what has ended is given up, and a gap says so.
 */
final class Committer {

  /** How long the source is left alone while there is something to commit, or a commit under way. */
  private static final long PACE = 5_000_000L;

  /**
   * How long what was applied waits for more to be committed with it, if nobody asks: a commit costs as much as dozens
   * of events.
   */
  private static final long COMPANY = 20_000_000L;

  /** How long an idle machine is left alone; then the watermark is kept, so that a later gap starts there. */
  private static final long IDLE = 1_000_000_000L;

  /** How long after a refusal the store is asked again. */
  private static final long PAUSE = 1_000_000_000L;

  /** After that time a commit that is under way is not waited for any more. */
  private static final long STUCK = 250_000_000L;

  /** How long the end waits for what was applied to be kept. */
  private static final Duration LAST = Duration.ofSeconds(10);

  private static final long NEVER = -1;
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

  /** A commit that was begun: up to when, and where which source stood. */
  private record Begun(long watermark, EventSource spine, byte[] position) {}

  private final HistoryWriter writer;
  private final Sources sources;
  private final LongSupplier clock;
  private final ClockKeeper clocks;
  private final long limit;
  private final Runnable wakeUp;
  private @Nullable Begun begun;
  private long lastBegun;
  private long refusedSince = NEVER;
  private boolean overflowing;
  private volatile long pending;
  private volatile long overflows;
  private volatile long lost;

  /** As of the last time that was looked at, for other threads. */
  private volatile boolean stuck;

  /**
   * Makes one.
   *
   * @param limit how many bytes may wait, about
   * @param wakeUp called, by any thread, when a commit has come to its end
   */
  Committer(HistoryWriter writer, Sources sources, LongSupplier clock, ClockKeeper clocks, long limit,
      Runnable wakeUp) {
    this.writer = writer;
    this.sources = sources;
    this.clock = clock;
    this.clocks = clocks;
    this.limit = limit;
    this.wakeUp = wakeUp;
  }

  /** How long may be waited for more to commit, or for what was begun to end. */
  long patience() {
    return writer.isUnderWay()
        ? isStuck() ? STUCK : PACE
        : !writer.isDirty() ? IDLE : refusedSince == NEVER ? PACE : PAUSE;
  }

  private long interval() {
    return !writer.isDirty() ? IDLE : refusedSince == NEVER ? COMPANY : PAUSE;
  }

  /** Whether all that was applied is kept. */
  boolean isAllKept() {
    return !writer.isDirty() && !writer.isUnderWay();
  }

  /** Whether the store cannot keep up, so that nobody should wait for it. */
  boolean isStuck() {
    return refusedSince != NEVER || writer.isUnderWay() && clock.getAsLong() - lastBegun > STUCK;
  }

  /**
   * Takes note of what was kept, begins to keep more if it is time to or {@code wanted}, and gives up what is too much.
   *
   * @param settled up to when everything has been applied
   * @return up to when everything is kept, as far as it turned out just now; -1 where nothing did
   */
  long keepUp(long settled, boolean wanted) {
    long kept = finish();
    if (!writer.isUnderWay()) {
      boolean due = clock.getAsLong() - lastBegun >= interval() || sources.spine().isFull();
      if (due || wanted && writer.isDirty() && refusedSince == NEVER) {
        begin(settled);
      }
    }
    pending = writer.pending();
    stuck = isStuck();
    if (stuck) {
      relieve();
    } else {
      overflowing = false;
    }
    return kept;
  }

  /** Notes how the commit went that was begun. What is refused is still the writer's, and comes with the next one. */
  private long finish() {
    Begun now = begun;
    try {
      if (now == null || !writer.settle()) {
        return -1;
      }
    } catch (StoreException e) {
      begun = null;
      if (refusedSince == NEVER) {
        LOG.warn("what happened cannot be kept and is tried again: {}", e.getMessage());
        refusedSince = clock.getAsLong();
      }
      return -1;
    }
    begun = null;
    if (now.spine == sources.spine()) {
      now.spine.kept(now.position);
    }
    if (refusedSince != NEVER) {
      LOG.warn("what happened is kept again");
      refusedSince = NEVER;
    }
    return now.watermark;
  }

  private void begin(long settled) {
    clocks.keep(writer);
    EventSource spine = sources.spine();
    byte[] position = spine.position();
    writer.position(position);
    lastBegun = clock.getAsLong();
    begun = new Begun(settled, spine, position);
    writer.begin(settled, wakeUp);
  }

  /** The store hangs: sources need not hold what memory does, and memory only what is needed or still fits. */
  private void relieve() {
    EventSource spine = sources.spine();
    if (spine.isFull()) {
      spine.forget(spine.position());
    }
    if (pending <= limit) {
      overflowing &= pending > limit / 2;
      return;
    }
    long given = writer.shed(clock.getAsLong());
    if (!overflowing) {
      overflowing = true;
      overflows++;
      LOG.warn("more than {} MiB wait for the store: what has ended is given up", limit >> 20);
    }
    lost += given;
    pending = writer.pending();
  }

  /** Keeps all that was applied, and waits for it, if not for ever. */
  void finishAll(long settled) {
    long deadline = System.nanoTime() + LAST.toNanos();
    while (System.nanoTime() < deadline) {
      finish();
      if (!writer.isUnderWay()) {
        if (!writer.isDirty() && settled <= writer.watermark()) {
          return;
        }
        if (refusedSince == NEVER || clock.getAsLong() - lastBegun >= PAUSE) {
          begin(settled);
        }
      }
      LockSupport.parkNanos(PACE / 5);
    }
    LOG.error("the store does not take what happened last: it is not kept, unless the kernel's buffer still has it");
  }

  CollectorView.Status.Queue queue() {
    return new CollectorView.Status.Queue(pending, limit, overflows, lost, stuck);
  }
}
