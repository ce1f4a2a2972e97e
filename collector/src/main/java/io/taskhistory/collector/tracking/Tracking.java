package io.taskhistory.collector.tracking;

import io.taskhistory.collector.procfs.DetailsFiles;
import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * All that turns the events of one spine into tasks and entries, wired together. For the collector's thread.
 *
 * <p>Use: {@link #follow} and {@link #resume} once; then, for as long as it lasts, drain a source into {@link #events}
 * and say with {@link #drained} how far that went.
 */
public final class Tracking implements AutoCloseable {

  /**
   * What it works with.
   *
   * @param clock the monotonic clock
   * @param ticksPerSecond of {@code starttime} in /proc
   * @param detailsRate how many processes' details are read a second
   * @param detailsBurst and how many at once
   */
  public record Setup(
      HistoryWriter writer, ProcTasks proc, DetailsFiles detailsFiles, LongSupplier clock,
      long ticksPerSecond, int detailsRate, int detailsBurst) {}

  /** How often /proc is looked at for ends that the spine does not tell, and for how little of the time. */
  private static final long LOOK_FOR_ENDS_EVERY = 2_000_000_000L;
  private static final int LOOK_FOR_ENDS_SHARE = 50;

  /** How long a comparison with /proc is not repeated, as a multiple of how long it took. */
  private static final int RECONCILING_SHARE = 4;

  private final HistoryWriter writer;
  private final LongSupplier clock;
  private final LiveTable live;
  private final Importer importer;
  private final NameResolver names;
  private final DetailsDesk details;
  private final Reconciler reconciler;
  private final ExitDesk exits;
  private final BesideEvents beside;
  private final RecordedExecs recorded;
  private final SelfCheck check;
  private final TaskEvents exact;
  private final ConnectorRules assuming;
  private boolean isExact;
  private boolean looksForEnds;
  private long nextReconciling = Long.MIN_VALUE;
  private long nextLookForEnds;

  /**
   * Makes one.
   *
   * @param wakeUp called, from a thread of its own, when details were read and wait to be filled in
   */
  public Tracking(Setup setup, Runnable wakeUp) {
    this(setup, wakeUp, Patrol.Pace.USUAL);
  }

  /** One that compares itself with /proc at another pace. */
  Tracking(Setup setup, Runnable wakeUp, Patrol.Pace pace) {
    writer = setup.writer;
    clock = setup.clock;
    ProcTasks proc = setup.proc;
    StartTimes starts = new StartTimes(writer.boot().clock(), setup.ticksPerSecond);
    live = new LiveTable(writer, proc, starts);
    TokenBucket bucket = new TokenBucket(setup.detailsRate, setup.detailsBurst, clock.getAsLong());
    names = new NameResolver(writer, proc, starts, clock);
    details = new DetailsDesk(writer, names, setup.detailsFiles, starts, clock, bucket, wakeUp);
    BiConsumer<Tracked, Entry> entered = details::request;
    importer = new Importer(writer, live, proc, starts, clock, entered);
    reconciler = new Reconciler(writer, live, proc, starts, importer, details, clock);
    Ancestry ancestry = new Ancestry(writer, live, importer, names, details, reconciler, starts);
    check = new SelfCheck(
        writer, live, proc, starts, reconciler, importer, ancestry::wholeSince, clock, pace, this::contradicted);
    exits = new ExitDesk(writer, ExitDesk.Reports.NONE,
        tracked -> proc.isTask(tracked.task.tid()) && live.isAlive(tracked), clock,
        check.judgeOf(Ending.REPORTING_SOURCE));
    exact = new ExactRules(writer, live, proc, importer, names, reconciler, starts, ancestry, exits);
    recorded = new RecordedExecs(
        writer, live, ancestry::wholeSince, (from, to) -> contradicted(from, to, 1), check.findings());
    assuming = new ConnectorRules(writer, live, importer, names, reconciler, starts, ancestry, recorded);
    beside = new BesideEvents(writer, live, exits);
  }

  /**
   * From now on the spine is the source of that name.
   *
   * @param exact whether it is {@link io.taskhistory.collector.source.EventSource#isExact exact}
   */
  public void follow(String source, boolean exact) {
    isExact = exact;
    reconciler.follow(source);
    importer.follow(exact);
    check.follow(exact);
  }

  /** Whether the spine leaves ends untold, so that /proc has to show them; such a one does not tell of threads at all. */
  public void lookForEnds(boolean looks) {
    looksForEnds = looks;
    assuming.followsThreads(!looks);
    recorded.ofSpine(looks);
    check.isNeeded(!looks);
  }

  /**
   * Another source is the spine from {@code since} on, as the one before it has failed: what happened after
   * {@code from} that one may not have told. {@link #wantsReconciling} then, and what is beside a spine is gone.
   */
  public void takeOver(String source, boolean exact, long from, long since) {
    events().lost(from, since, Gap.UNCOUNTED, Gap.Cause.STOPPED);
    live.at(since);
    follow(source, exact);
  }

  /**
   * Takes up what the store has of this boot.
   *
   * @param whole since when the spine misses nothing; what happened between the store's watermark and that is a gap
   */
  public void resume(long whole) {
    List<Task> threads = new ArrayList<>();
    Map<TaskId, TrackedProcess> processes = new HashMap<>();
    writer.live().forEach(task -> {
      if (task.isLeader()) {
        processes.put(task.id(), live.add(task).process);
      } else {
        threads.add(task);
      }
    });
    for (Task thread : threads) {
      TrackedProcess process = processes.get(thread.leader().id());
      if (process != null) {
        live.addThread(process, thread);
        process.uniformComm &= thread.comm().equals(thread.leader().comm());
      }
    }
    for (TrackedProcess process : processes.values()) {
      process.leader.task.reaper().map(processes::get).ifPresent(process::reapedBy);
    }
    if (writer.watermark() < 0 && whole == 0) {
      writer.root().know(writer.root().name(), Provenance.OBSERVED);
      writer.save(writer.root());
    } else if (writer.watermark() >= 0 && whole > writer.watermark()) {
      events().lost(writer.watermark(), whole, Gap.UNCOUNTED, Gap.Cause.STOPPED);
    }
    if (writer.watermark() < 0 || whole > writer.watermark()) {
      reconciler.request();
    }
    details.start();
    check.start();
  }

  /** The spine has missed so much between these times. */
  private void contradicted(long from, long to, long count) {
    events().lost(from, to, count, Gap.Cause.CONTRADICTION);
  }

  /** Where events go. */
  public TaskEvents events() {
    return isExact ? exact : assuming;
  }

  /**
   * A source beside the spine tells of what happened from {@code since} on; of what did before, and since the store's
   * watermark, it does not.
   */
  public void besideSince(String source, long since, boolean tellsEveryExit) {
    check.findings().expect(source);
    if (source.equals(Ending.REPORTING_SOURCE)) {
      exits.expect(tellsEveryExit ? ExitDesk.Reports.ALL : ExitDesk.Reports.NONZERO);
    }
    if (writer.watermark() >= 0 && since > writer.watermark()) {
      beside(source).lost(writer.watermark(), since, Gap.UNCOUNTED, Gap.Cause.STOPPED);
    }
  }

  /** The source is beside the spine no more, since {@code time} at the latest. */
  public void besideGone(String source, long time) {
    // What has ended by now is kept as ended without a report; without the gap that would be read as a 0.
    writer.gap(source, time, Math.max(time, clock.getAsLong()), Gap.UNCOUNTED, Gap.Cause.STOPPED);
    if (source.equals(Ending.REPORTING_SOURCE)) {
      exits.lost(time, Long.MAX_VALUE);
      exits.expect(ExitDesk.Reports.NONE);
    }
  }

  /** Where the events of a source beside the spine go. */
  public TaskEvents beside(String source) {
    return source.equals(Ending.REPORTING_SOURCE) ? beside : recorded;
  }

  /**
   * Everything reported up to these times has been passed to {@link #events} and to {@link #beside}.
   *
   * @param besideTime of the source that reports exits; -1 where there is none
   */
  public void drained(long time, long besideTime) {
    exits.drained(besideTime, time);
    beside.drained(time);
    recorded.drained(time);
    names.drained(time);
    importer.drained(time);
    details.deliver(time);
    check.drained(time);
    live.forgetOwed(time);
  }

  /** Up to when everything has been applied and all names that can be known are, if it was drained up to {@code time}. */
  public long settled(long time) {
    return Math.min(time, names.unsureSince() - 1);
  }

  /** Whether names were read that a further drain will make sure of. */
  public boolean hasUnsureNames() {
    return names.unsureSince() != Long.MAX_VALUE;
  }

  /** How long may be waited for events before {@link #drained} has more to do, at most {@code nanos}. */
  public long patience(long nanos) {
    return details.hasAnswers() ? Math.min(nanos, NameResolver.LONGEST_WAIT) : nanos;
  }

  /** Whether /proc has to be compared with what is known, and it is not too soon after the last time. */
  public boolean wantsReconciling() {
    if (looksForEnds && clock.getAsLong() >= nextLookForEnds) {
      reconciler.request();
    }
    return reconciler.isNeeded() && clock.getAsLong() >= nextReconciling;
  }

  /** Compares with /proc; {@code drain} is to drain the source up to the time that it is given. */
  public void reconcile(LongConsumer drain) {
    long begun = clock.getAsLong();
    drain.accept(reconciler.look());
    reconciler.settle();
    check.inLine();
    details.submit();
    long now = clock.getAsLong();
    nextReconciling = now + RECONCILING_SHARE * (now - begun);
    nextLookForEnds = now + Math.max(LOOK_FOR_ENDS_EVERY, LOOK_FOR_ENDS_SHARE * (now - begun));
  }

  public long detailsRead() {
    return details.read();
  }

  public long detailsSkipped() {
    return details.skipped();
  }

  /** What came of comparing this with /proc, and the sources with each other; any thread may ask. */
  public CheckStats checked() {
    return check.stats();
  }

  SelfCheck selfCheck() {
    return check;
  }

  @Override
  public void close() {
    check.close();
    details.close();
  }
}
