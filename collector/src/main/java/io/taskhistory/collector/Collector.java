package io.taskhistory.collector;

import io.taskhistory.collector.procfs.DetailsFiles;
import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.source.EventSource;
import io.taskhistory.collector.tracking.Tracking;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the tasks of this host: one thread that drains the spine, applies what happened, commits what is known and
 * publishes how far it got. The write path is {@link #cycle}, from top to bottom.
 *
 * <p>Names that were read from /proc are believed only after a further drain; so a cycle drains again while there are
 * such, a few times at most, and the watermark stays before the first exec whose name is not yet sure.
 */
public final class Collector implements CollectorView, AutoCloseable {

  /**
   * What a collector works with.
   *
   * @param store where it goes; the collector writes, and does not close it
   * @param spine the source; the collector opens and closes it
   * @param clock the monotonic clock
   * @param clocks reads all clocks, for the ledger
   * @param ticksPerSecond of {@code starttime} in /proc
   * @param detailsRate how many processes' details are read a second
   * @param detailsBurst and how many at once
   */
  public record Setup(
      HistoryStore store, EventSource spine, ProcTasks proc, DetailsFiles detailsFiles, LongSupplier clock,
      Supplier<ClockLedger.Row> clocks, long ticksPerSecond, int detailsRate, int detailsBurst) {

    /** Details of 500 processes a second are read, and of 2,000 at once. */
    public static final int DETAILS_RATE = 500;

    public static final int DETAILS_BURST = 2000;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

  /** How many events are applied before they are committed, at most about. */
  private static final int BATCH = 8192;

  /** How often a cycle drains for the sake of names that are not yet sure. */
  private static final int EXTRA_DRAINS = 2;

  /**
   * How long what was applied waits for more to be committed with it, if nobody asks: a commit costs as much as a dozen
   * events, and while it lasts no name is read.
   */
  private static final long PACE = 5_000_000L;

  /** How long an idle machine is left alone; then the watermark is kept, so that a later gap starts there. */
  private static final long IDLE = 1_000_000_000L;

  /** How long the store may refuse what is to be kept before following tasks ends: disks are full for a while. */
  private static final long STORE_PATIENCE = 30_000_000_000L;

  /** How long after a refusal the store is asked again. */
  private static final long STORE_PAUSE = 1_000_000_000L;

  private static final long NEVER = -1;

  private final Setup setup;
  private final HistoryWriter writer;
  private final EventSource spine;
  private final Tracking tracking;
  private final Consumer<Throwable> onFailure;
  private final Thread thread = new Thread(this::run, "collector");
  private final CountDownLatch started = new CountDownLatch(1);
  private final Object progress = new Object();
  private final AtomicInteger waiting = new AtomicInteger();

  private volatile boolean closing;
  private volatile @Nullable Throwable failure;
  private volatile long watermark;
  private long lastCommit;
  private long refusedSince = NEVER;

  /**
   * Makes one; {@link #start} sets it to work.
   *
   * @param onFailure called, at most once, by the collector's thread when it cannot go on
   */
  public Collector(Setup setup, Consumer<Throwable> onFailure) {
    this.setup = setup;
    this.writer = setup.store.writer();
    this.spine = setup.spine;
    this.onFailure = onFailure;
    this.watermark = writer.watermark();
    this.tracking = new Tracking(
        new Tracking.Setup(writer, spine.name(), setup.proc, setup.detailsFiles, setup.clock, setup.ticksPerSecond,
            setup.detailsRate, setup.detailsBurst),
        spine::wakeUp);
  }

  /**
   * Opens the spine, takes up what the store has and what /proc shows, and goes on in a thread of its own.
   *
   * @throws RuntimeException where the source or the store refuses; everything is closed again then
   */
  public void start() {
    spine.open();
    thread.start();
    try {
      started.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Throwable failed = failure;
    if (failed != null) {
      close();
      throw new IllegalStateException("cannot take up what /proc shows: " + failed.getMessage(), failed);
    }
  }

  private void run() {
    try {
      tracking.resume();
      reconcile();
      cycle();
      started.countDown();
      while (!closing) {
        if (!tracking.hasUnsureNames()) {
          spine.await(writer.isDirty() ? pace() : tracking.patience(IDLE));
        }
        cycle();
      }
      cycle();
      commit(watermark);
      publish(watermark); // whoever still waits need not any longer
    } catch (RuntimeException | Error e) {
      LOG.error("following tasks has ended: {}", e.toString(), e);
      failure = e;
      boolean running = started.getCount() == 0;
      started.countDown();
      publish(watermark);
      if (running) {
        onFailure.accept(e);
      }
    }
  }

  private void cycle() {
    long drained = drain();
    for (int i = 0; i < EXTRA_DRAINS && tracking.hasUnsureNames(); i++) {
      drained = drain();
    }
    if (tracking.wantsReconciling()) {
      reconcile();
      drained = drain();
    }
    long settled = Math.max(watermark, tracking.settled(drained));
    commitInTime(settled);
    if (!writer.isDirty()) {
      publish(settled);
    }
  }

  private void commitInTime(long settled) {
    long sinceCommit = setup.clock.getAsLong() - lastCommit;
    boolean wanted = refusedSince == NEVER && waiting.get() > 0 || sinceCommit >= pace();
    if (writer.isDirty() ? wanted : sinceCommit >= IDLE) {
      commit(settled);
    }
  }

  private long pace() {
    return refusedSince == NEVER ? PACE : STORE_PAUSE;
  }

  private void commit(long settled) {
    readClocks();
    try {
      writer.commit(settled);
      refusedSince = NEVER;
    } catch (StoreException e) {
      bearWith(e);
    }
    lastCommit = setup.clock.getAsLong();
  }

  /** What was refused is still the writer's, and comes with the next commit; meanwhile the watermark stands still. */
  private void bearWith(StoreException e) {
    long now = setup.clock.getAsLong();
    if (refusedSince == NEVER) {
      LOG.warn("what happened cannot be kept and is tried again: {}", e.getMessage());
      refusedSince = now;
    } else if (now - refusedSince >= STORE_PATIENCE) {
      throw e;
    }
  }

  private long drain() {
    long drained = spine.drain(tracking.events(), BATCH);
    tracking.drained(drained);
    return drained;
  }

  /** Looks, drains until everything reported up to the look is applied, and settles. */
  private void reconcile() {
    tracking.reconcile(looked -> {
      while (drain() < looked && !closing) {
        if (watermark >= 0) {
          commitInTime(watermark); // a flood can keep this up for long
        }
      }
    });
  }

  private void readClocks() {
    ClockLedger.Row reading = setup.clocks.get();
    if (writer.boot().clock().observe(reading)) {
      writer.clock(reading);
    }
  }

  private void publish(long settled) {
    synchronized (progress) {
      watermark = settled;
      progress.notifyAll();
    }
  }

  @Override
  public long watermark() {
    return watermark;
  }

  @Override
  public boolean awaitNow(Duration atMost) {
    long asked = setup.clock.getAsLong();
    long deadline = System.nanoTime() + atMost.toNanos();
    waiting.incrementAndGet();
    try {
      spine.wakeUp();
      return awaitPublished(asked, deadline);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      waiting.decrementAndGet();
    }
  }

  private boolean awaitPublished(long asked, long deadline) throws InterruptedException {
    synchronized (progress) {
      for (long left = deadline - System.nanoTime(); watermark < asked; left = deadline - System.nanoTime()) {
        if (left <= 0 || closing || failure != null) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(progress, left);
      }
      return true;
    }
  }

  @Override
  public Status status() {
    String state = failure != null ? "failed" : closing ? "closed" : "running";
    return new Status(spine.name(), List.of(new Status.Source(spine.name(), state, watermark, spine.stats())),
        tracking.detailsRead(), tracking.detailsSkipped());
  }

  /** Applies and commits what was reported until now, and stops. */
  @Override
  public void close() {
    closing = true;
    spine.wakeUp();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    tracking.close();
    spine.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
