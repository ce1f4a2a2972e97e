package io.taskhistory.api.ask;

import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.Upkeep;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One caller's question, from the moment it was asked. A question about now, or about a time not reached yet, first
 * waits until everything that the kernel had reported by then has been applied: once, and not for long. The watermark
 * that goes with the answer was true before anything was looked up.
 */
public final class Inquiry {

  private static final Duration PATIENCE = Duration.ofMillis(250);
  private static final Duration MOST_BETWEEN = Duration.ofMinutes(1);

  /** A power of two. */
  private static final int RECENT = 4096;
  private static final @Nullable Task[] NONE = {};

  private final HistoryReader reader;
  private final List<Boot> boots;
  private final @Nullable Moment at;
  private final long applied;
  private final String watermark;
  private final String kept;
  private @Nullable Task[] recent = NONE;
  private @Nullable Upkeep upkeep;

  private Inquiry(HistoryReader reader, List<Boot> boots, @Nullable Moment at, long applied, long kept) {
    this.reader = reader;
    this.boots = boots;
    this.at = at;
    this.applied = applied;
    this.watermark = Rfc3339.write(reader.boot().wallAt(applied));
    this.kept = Rfc3339.write(reader.boot().wallAt(Math.min(applied, kept)));
  }

  /** A question about now. */
  public static Inquiry now(HistoryReader reader, CollectorView collector) {
    return about(reader, collector, null, null);
  }

  /**
   * A question about {@code at}, or about now where that is null.
   *
   * @param boot the boot that {@code at} is in, or null for whichever it falls into
   */
  public static Inquiry about(
      HistoryReader reader, CollectorView collector, @Nullable String at, @Nullable String boot) {
    List<Boot> boots = reader.boots();
    Moment moment = moment(boots, at, boot);
    if (moment == null || moment.boot().equals(reader.boot()) && moment.time() > collector.watermark()) {
      collector.awaitNow(PATIENCE);
    }
    long kept = collector.kept();
    return new Inquiry(reader, boots, moment, collector.watermark(), kept);
  }

  /** With what can tell whether something has been dropped. */
  public Inquiry within(Upkeep limits) {
    upkeep = limits;
    return this;
  }

  /** The watermark on the wall clock. */
  public static String watermark(HistoryReader reader, CollectorView collector) {
    return Rfc3339.write(reader.boot().wallAt(collector.watermark()));
  }

  public String watermark() {
    return watermark;
  }

  /** The same for what only the store answers: past execs and children. A disk that hangs holds it back. */
  public String kept() {
    return kept;
  }

  public HistoryReader reader() {
    return reader;
  }

  /** The task that {@code tid}, a number or a task id, names. */
  public Found task(String tid) {
    if (tid.indexOf('-') > 0) {
      return task(TaskId.parse(tid).orElseThrow(() -> badTid(tid)));
    }
    return task(number(tid), at);
  }

  /** How a task that was found ended; null where it lives. */
  public @Nullable Exit exit(Found found) {
    Task task = found.task();
    long upTo = task.boot().equals(reader.boot()) ? applied : reader.watermark(task.boot());
    return task.ending().map(ending -> Exit.of(reader, task, ending, upTo)).orElse(null);
  }

  /**
   * As {@link #task(String)} for one line of a batch, with a time of its own. Whoever was found to hold a tid at one
   * time is not looked up again for another time of its life.
   */
  public Found task(int tid, @Nullable String at, @Nullable String boot) {
    Moment then = moment(boots, at, boot);
    if (then == null) {
      return task(tid, null);
    }
    if (recent == NONE) {
      recent = new Task[RECENT];
    }
    int slot = tid & RECENT - 1;
    Task known = recent[slot];
    if (known != null && known.tid() == tid && known.livedAt(then.time()) && known.boot().equals(then.boot())) {
      return new Found(known, then.time());
    }
    Found found = task(tid, then);
    recent[slot] = found.task();
    return found;
  }

  /**
   * The only one who held {@code tid} at any time from {@code at} to {@code until}, both included, as it was at the end
   * of that, or of its life: for times that are not exact.
   */
  public Found onlyTask(int tid, @Nullable String at, String until, @Nullable String boot) {
    Moment from = moment(boots, at, boot);
    if (from == null) {
      throw new Refusal(Refusal.Kind.BAD_PARAMETER, "until ends what at begins; give at too");
    }
    long to = AskedTime.parse("until", until).in(from.boot(), boots).map(Moment::time).orElse(0L);
    if (to < from.time() || to - from.time() > MOST_BETWEEN.toNanos()) {
      throw new Refusal(Refusal.Kind.BAD_PARAMETER,
          "until has to be after at, by " + MOST_BETWEEN.toSeconds() + " seconds or less");
    }
    Task known = recent == NONE ? null : recent[tid & RECENT - 1];
    if (known != null && known.tid() == tid && known.boot().equals(from.boot()) && known.livedAt(from.time())
        && known.livedAt(to)) {
      return new Found(known, to);
    }
    List<Task> holders = reader.tasks(tid, from, to);
    if (holders.size() != 1) {
      throw noSuchTask((holders.isEmpty() ? "nobody" : holders.size() + " tasks") + " held tid " + tid
          + " within that time, as far as is known");
    }
    Task task = holders.get(0);
    return new Found(task, task.ending().map(end -> Math.min(to, Math.max(task.start(), end.time() - 1))).orElse(to));
  }

  /** A point in time that bounds a search: before all that is known it is the first moment of the first boot. */
  public @Nullable Moment bound(String name, @Nullable String time) {
    return time == null
        ? null
        : AskedTime.parse(name, time).in(null, boots).orElseGet(() -> new Moment(boots.get(0), 0));
  }

  private Found task(int tid, @Nullable Moment at) {
    if (at == null) {
      return reader.task(tid).map(Found::present)
          .orElseThrow(() -> noSuchTask("no task with tid " + tid + " is known; nothing ran under it since recording"
              + " began, or it was dropped since"));
    }
    return reader.task(tid, at).map(task -> new Found(task, at.time()))
        .orElseThrow(() -> noSuchTask("nobody held tid " + tid + " at " + Rfc3339.write(at.boot().wallAt(at.time()))
            + dropped(at) + "; without at the last holder is shown"));
  }

  private String dropped(Moment at) {
    Upkeep limits = upkeep;
    return limits == null ? " as far as is known" : Dropped.reason(limits, at);
  }

  private Found task(TaskId id) {
    Task task = reader.task(id).orElseThrow(() -> noSuchTask("no task " + id + " is known"));
    if (at == null) {
      return Found.present(task);
    }
    if (!at.boot().equals(task.boot()) || !task.livedAt(at.time())) {
      throw noSuchTask("task " + id + " did not live at that time; leave at away");
    }
    return new Found(task, at.time());
  }

  private static @Nullable Moment moment(List<Boot> boots, @Nullable String at, @Nullable String boot) {
    if (at == null) {
      if (boot != null) {
        throw new Refusal(Refusal.Kind.BAD_PARAMETER, "boot says which boot at is in; give at too");
      }
      return null;
    }
    AskedTime time = AskedTime.parse("at", at);
    return time.in(boot == null ? null : AskedTime.boot(boot, boots), boots)
        .orElseThrow(() -> new Refusal(Refusal.Kind.NO_SUCH_BOOT,
            "at is before " + Rfc3339.write(boots.get(0).wallStart()) + ", the start of the first boot that is known"));
  }

  private static int number(String tid) {
    if (!tid.matches("[1-9][0-9]{0,9}")) {
      throw badTid(tid);
    }
    try {
      return Integer.parseInt(tid);
    } catch (NumberFormatException e) {
      throw badTid(tid);
    }
  }

  private static Refusal badTid(String tid) {
    return new Refusal(Refusal.Kind.BAD_PARAMETER,
        "tid is " + AskedTime.shown(tid) + "; write a number from 1, or a task id as answers give it");
  }

  private static Refusal noSuchTask(String detail) {
    return new Refusal(Refusal.Kind.NO_SUCH_TASK, detail);
  }
}
