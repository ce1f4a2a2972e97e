package io.taskhistory.collector;

import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.StoreException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides when what was applied is committed, and bears with a store that refuses for a while. */
final class Committer {

  /**
   * How long what was applied waits for more to be committed with it, if nobody asks: a commit costs as much as a dozen
   * events, and while it lasts no name is read.
   */
  private static final long PACE = 5_000_000L;

  /** How long an idle machine is left alone; then the watermark is kept, so that a later gap starts there. */
  private static final long IDLE = 1_000_000_000L;

  /** How long the store may refuse what is to be kept before it is given up: disks are full for a while. */
  private static final long PATIENCE = 30_000_000_000L;

  /** How long after a refusal the store is asked again. */
  private static final long PAUSE = 1_000_000_000L;

  private static final long NEVER = -1;
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

  private final HistoryWriter writer;
  private final Sources sources;
  private final LongSupplier clock;
  private final Supplier<ClockLedger.Row> clocks;
  private long lastCommit;
  private long refusedSince = NEVER;

  Committer(HistoryWriter writer, Sources sources, LongSupplier clock, Supplier<ClockLedger.Row> clocks) {
    this.writer = writer;
    this.sources = sources;
    this.clock = clock;
    this.clocks = clocks;
  }

  /** How long may be waited for more to commit. */
  long patience() {
    return !writer.isDirty() ? IDLE : refusedSince == NEVER ? PACE : PAUSE;
  }

  /** Commits if it is time to, or {@code wanted}. */
  void commitInTime(long settled, boolean wanted) {
    boolean due = clock.getAsLong() - lastCommit >= patience();
    if (due || wanted && writer.isDirty() && refusedSince == NEVER) {
      commit(settled);
    }
  }

  /** Commits now. What is refused is still the writer's, and comes with the next commit. */
  void commit(long settled) {
    ClockLedger.Row reading = clocks.get();
    if (writer.boot().clock().observe(reading)) {
      writer.clock(reading);
    }
    byte[] position = sources.spine().position();
    writer.position(position);
    try {
      writer.commit(settled);
      sources.spine().kept(position);
      refusedSince = NEVER;
    } catch (StoreException e) {
      bearWith(e);
    }
    lastCommit = clock.getAsLong();
  }

  private void bearWith(StoreException e) {
    long now = clock.getAsLong();
    if (refusedSince == NEVER) {
      LOG.warn("what happened cannot be kept and is tried again: {}", e.getMessage());
      refusedSince = now;
    } else if (now - refusedSince >= PATIENCE) {
      throw e;
    }
  }
}
