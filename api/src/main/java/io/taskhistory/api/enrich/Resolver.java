package io.taskhistory.api.enrich;

import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the process that an audit record means, and where it stood. A wrong answer is worse than none: where what the
 * record says leaves a doubt, there is none.
 *
 * <p>Whoever held the pid at some time from the lag of the coarse clock before the stamp until that and 2 ms after it
 * can be meant: a stamp is up to the lag and a millisecond too early (see {@link Images}), and clocks are compared to a
 * millisecond.
 *
 * <p>One thread uses it, for one request; what it remembers is bounded.
 */
final class Resolver {

  /** What a question came to. */
  enum Outcome {
    /** {@link #boot} and {@link #entry} have the answer. */
    FOUND,
    /** More than one process, or image of one, would have been an answer. */
    AMBIGUOUS,
    /** Nobody is known to have held the pid then. */
    UNKNOWN
  }

  private static final Duration PATIENCE = Duration.ofMillis(250);
  private static final long NOISE = 2_000_000L;

  /** Later stamps are nonsense, with which nobody should have to calculate. */
  private static final long LATEST = Long.MAX_VALUE - Duration.ofHours(1).toNanos();

  /** How much before and after is looked up at once: the same processes appear again soon. */
  private static final long NEARBY = 500_000_000L;

  /** How many pids; each with a task and its entries. A power of two. */
  private static final int REMEMBERED = 2048;

  private final HistoryReader reader;
  private final CollectorView collector;
  private final Boot present;
  private final WallTimes times;
  private final Images images;
  private final Candidates candidates;
  private final long lag;
  private final @Nullable Held[] remembered = new Held[REMEMBERED];
  private final List<WallTimes.Interval> intervals = new ArrayList<>();
  private final List<Known> holders = new ArrayList<>();
  private final List<WallTimes.Interval> when = new ArrayList<>();
  private long now;
  private long applied;
  private boolean hasWaited;
  private boolean isCurrent;
  private @Nullable Boot boot;
  private @Nullable Entry entry;

  /**
   * @param lag how far the clock can be behind that stamped the records
   */
  Resolver(HistoryReader reader, CollectorView collector, long lag) {
    this.reader = reader;
    this.collector = collector;
    this.present = reader.boot();
    this.now = collector.lookAtClocks();
    this.times = new WallTimes(reader);
    this.images = new Images(lag);
    this.candidates = new Candidates(reader);
    this.lag = lag;
  }

  /** More records have come in, which can be about what happened since the last ones. */
  void moreCame() {
    hasWaited = false;
    isCurrent = false;
    now = collector.lookAtClocks();
    times.refresh();
  }

  /** The answer, after {@link Outcome#FOUND}. */
  @Nullable Entry entry() {
    return entry;
  }

  /** The boot that it happened in, after {@link Outcome#FOUND}. */
  @Nullable Boot boot() {
    return boot;
  }

  Outcome resolve(Question question) {
    if (question.stamp > LATEST) {
      return Outcome.UNKNOWN;
    }
    intervals.clear();
    holders.clear();
    when.clear();
    times.find(question.stamp - lag, question.stamp + lag + NOISE, intervals);
    for (int i = 0; i < intervals.size(); i++) {
      WallTimes.Interval interval = intervals.get(i);
      boolean isPresent = interval.boot().equals(present);
      // Where the clock was set back, it will show the time again.
      boolean isStillToCome = isPresent && interval.from() > now + NOISE && intervals.size() > 1;
      if (isPresent && !isStillToCome && !isApplied(interval)) {
        return Outcome.UNKNOWN;
      }
      if (!isStillToCome) {
        hold(question.pid, interval);
      }
    }
    return switch (holders.size()) {
      case 0 -> Outcome.UNKNOWN;
      case 1 -> found(holders.get(0), when.get(0), question);
      default -> separate(question);
    };
  }

  /** Whether all that happened by then can be found, waiting for it if need be, once for what came in at once. */
  private boolean isApplied(WallTimes.Interval interval) {
    if (interval.to() > applied) {
      applied = collector.watermark();
    }
    if (interval.to() > applied && !hasWaited) {
      hasWaited = true;
      isCurrent = collector.awaitNow(PATIENCE);
      applied = collector.watermark();
    }
    // What is here has happened; what would have happened later than everything that is applied is another clock's.
    return interval.to() <= applied || isCurrent && interval.from() + lag <= applied + NOISE / 2;
  }

  private void hold(int pid, WallTimes.Interval interval) {
    Held held = remembered[pid & REMEMBERED - 1];
    if (held == null || !held.covers(pid, interval.boot(), interval.from(), interval.to())) {
      long from = interval.from() - NEARBY;
      long to = interval.to() + NEARBY;
      List<Task> tasks = reader.tasks(pid, new Moment(interval.boot(), from), to);
      long known = interval.boot().equals(present) ? Math.min(to, applied) : to;
      held = new Held(pid, interval.boot(), from, known, tasks, held);
      remembered[pid & REMEMBERED - 1] = held;
    }
    held.within(interval, holders, when);
  }

  private Outcome found(Known known, WallTimes.Interval interval, Question question) {
    entry = images.find(known.task, interval.from(), interval.to(), question,
        question.isOwn ? known.before(question.serial) : null);
    boot = known.task.boot();
    if (entry == null) {
      return Outcome.AMBIGUOUS;
    }
    if (question.isOwn) {
      known.reached(entry, question.serial);
    }
    return Outcome.FOUND;
  }

  private Outcome separate(Question question) {
    int only = -1;
    for (int i = 0; i < holders.size(); i++) {
      WallTimes.Interval interval = when.get(i);
      if (candidates.isPossible(holders.get(i).task, interval.from(), interval.to(), question)) {
        if (only >= 0) {
          return agree(question);
        }
        only = i;
      }
    }
    if (only < 0) {
      return Outcome.AMBIGUOUS;
    }
    WallTimes.Interval interval = when.get(only);
    return candidates.isLikely(holders.get(only).task, interval.from(), interval.to(), question)
        ? found(holders.get(only), interval, question)
        : Outcome.AMBIGUOUS;
  }

  /** Where the clock was set back, one task can be meant at two times; if it stood at the same entry, that is it. */
  private Outcome agree(Question question) {
    @Nullable Entry common = null;
    for (int i = 0; i < holders.size(); i++) {
      Task task = holders.get(i).task;
      WallTimes.Interval interval = when.get(i);
      Entry found = holders.get(i) == holders.get(0)
          ? images.find(task, interval.from(), interval.to(), question, null) : null;
      if (found == null || common != null && (found.time() != common.time() || found.pid() != common.pid())) {
        return Outcome.AMBIGUOUS;
      }
      common = found;
    }
    entry = common;
    boot = holders.get(0).task.boot();
    return Outcome.FOUND;
  }
}
