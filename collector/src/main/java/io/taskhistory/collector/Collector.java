package io.taskhistory.collector;

import io.taskhistory.collector.procfs.DetailsFiles;
import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.EventSource;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.tracking.Tracking;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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
   * @param plan the sources
   * @param clock the monotonic clock
   * @param clocks reads all clocks, for the ledger
   * @param ticksPerSecond of {@code starttime} in /proc
   * @param detailsRate how many processes' details are read a second
   * @param detailsBurst and how many at once
   * @param queue how many bytes may wait for the store, about
   */
  public record Setup(
      HistoryStore store, SourcePlan plan, ProcTasks proc, DetailsFiles detailsFiles, LongSupplier clock,
      Supplier<ClockLedger.Row> clocks, long ticksPerSecond, int detailsRate, int detailsBurst, long queue) {

    /** 64 MiB: what some 150,000 lives take. */
    public static final long QUEUE = 64 << 20;

    /** Details of 500 processes a second are read, and of 2,000 at once. */
    public static final int DETAILS_RATE = 500;

    public static final int DETAILS_BURST = 2000;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Collector.class);

  /** How many events are applied before they are committed, at most about. */
  private static final int BATCH = 8192;

  /** How often a cycle drains for the sake of names that are not yet sure. */
  private static final int EXTRA_DRAINS = 2;

  private final Setup setup;
  private final HistoryWriter writer;
  private final Sources sources;
  private final Tracking tracking;
  private final Consumer<Throwable> onFailure;
  private final Thread thread = new Thread(this::run, "collector");
  private final CountDownLatch started = new CountDownLatch(1);
  private final Watermark watermark;
  private final ClockKeeper clocks;
  private final Committer committer;
  private final BesideSpine beside;

  /** Since when the spine misses nothing. */
  private long whole;


  private volatile boolean closing;
  private volatile @Nullable Throwable failure;

  /**
   * Makes one; {@link #start} sets it to work.
   *
   * @param onFailure called, at most once, by the collector's thread when it cannot go on
   */
  public Collector(Setup setup, Consumer<Throwable> onFailure) {
    this.setup = setup;
    this.writer = setup.store.writer();
    this.sources = new Sources(setup.plan);
    this.onFailure = onFailure;
    this.watermark = new Watermark(writer.watermark());
    this.clocks = new ClockKeeper(writer, setup.clocks);
    this.committer = new Committer(writer, sources, setup.clock, clocks, setup.queue, this::wakeUpIfAwaited);
    this.tracking = new Tracking(
        new Tracking.Setup(writer, setup.proc, setup.detailsFiles, setup.clock, setup.ticksPerSecond,
            setup.detailsRate, setup.detailsBurst),
        this::wakeUp);
    this.beside = new BesideSpine(sources, tracking);
  }

  /**
   * Opens the spine, takes up what the store has and what /proc shows, and goes on in a thread of its own.
   *
   * @throws RuntimeException where the source or the store refuses; everything is closed again then
   */
  public void start() {
    try {
      whole = sources.open(new Checkpoint(writer.watermark(), writer.position()));
    } catch (RuntimeException e) {
      sources.close();
      throw e;
    }
    tracking.follow(sources.spine().name(), sources.spine().isExact());
    tracking.lookForEnds(!sources.spine().tellsEveryEnd());
    thread.start();
    try {
      started.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Throwable failed = failure;
    if (failed != null) {
      close();
      if (failed instanceof SourceException e) {
        throw e;
      }
      throw new IllegalStateException("cannot take up what /proc shows: " + failed.getMessage(), failed);
    }
  }

  private void wakeUp() {
    sources.spine().wakeUp();
  }

  /** A commit has ended. If nobody waits for that, it is noticed soon enough, and a cycle is saved. */
  private void wakeUpIfAwaited() {
    if (watermark.isStoreAwaited()) {
      wakeUp();
    }
  }

  private void run() {
    try {
      tracking.resume(whole);
      beside.begin();
      if (tracking.wantsReconciling()) {
        reconcile();
      }
      cycle();
      started.countDown();
      while (!closing) {
        if (!tracking.hasUnsureNames()) {
          sources.spine().await(tracking.patience(committer.patience()));
          // The machine may have slept meanwhile; starts in /proc are counted by a clock that has not.
          clocks.look();
        }
        cycle();
      }
      cycle();
      committer.finishAll(watermark.get());
    } catch (RuntimeException | Error e) {
      if (!(e instanceof SourceException)) { // which is for a person, and said by whoever is told
        LOG.error("following tasks has ended: {}", e.toString(), e);
      }
      failure = e;
      boolean running = started.getCount() == 0;
      started.countDown();
      if (running) {
        onFailure.accept(e);
      }
    } finally {
      watermark.end();
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
    keepUp(Math.max(watermark.get(), tracking.settled(drained)));
  }

  /** Sees to it that what was applied is kept, and says how far that came. */
  private void keepUp(long settled) {
    long kept = committer.keepUp(settled, watermark.isStoreAwaited());
    // The live table has what was applied: who asks about tasks need not wait for a commit.
    watermark.publish(settled, committer.isAllKept() ? settled : Math.max(kept, watermark.kept()), committer.isStuck());
  }

  private long drain() {
    long drained;
    try {
      drained = sources.spine().drain(tracking.events(), BATCH);
    } catch (SourceException e) {
      drained = takeOver(e);
    }
    tracking.drained(drained, beside.drain(BATCH));
    return drained;
  }

  /** The spine has failed: another goes on, with a gap in between and a look at /proc. */
  private long takeOver(SourceException failure) {
    long since = sources.replace(failure);
    beside.review();
    EventSource spine = sources.spine();
    long from = Math.min(Math.max(watermark.get(), whole), since);
    tracking.takeOver(spine.name(), spine.isExact(), from, since);
    tracking.lookForEnds(!spine.tellsEveryEnd());
    return spine.drain(tracking.events(), BATCH);
  }

  /** Looks, drains until everything reported up to the look is applied, and settles. */
  private void reconcile() {
    tracking.reconcile(looked -> {
      while (drain() < looked && !closing) {
        // A flood can keep this up for long; and a source may only hold so much that is not kept yet.
        keepUp(watermark.get());
      }
    });
  }

  @Override
  public long watermark() {
    return watermark.get();
  }

  @Override
  public long kept() {
    return watermark.kept();
  }

  @Override
  public boolean awaitNow(Duration atMost) {
    return watermark.await(setup.clock.getAsLong(), atMost.toNanos(), this::wakeUp);
  }

  @Override
  public boolean awaitKept(Duration atMost) {
    return watermark.awaitKept(setup.clock.getAsLong(), atMost.toNanos(), this::wakeUp);
  }

  @Override
  public long lookAtClocks() {
    return clocks.look();
  }

  @Override
  public Status status() {
    String state = failure != null ? "failed" : closing ? "closed" : "running";
    List<Status.Source> all = sources.status(state, watermark.get());
    return new Status(all.get(0).name(), all, tracking.detailsRead(), tracking.detailsSkipped(),
        committer.queue(), tracking.checked());
  }

  /** Applies and commits what was reported until now, and stops. */
  @Override
  public void close() {
    closing = true;
    wakeUp();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    tracking.close();
    sources.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
