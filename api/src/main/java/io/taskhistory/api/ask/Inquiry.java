package io.taskhistory.api.ask;

import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.Upkeep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One caller's question, from the moment it was asked. A question about now, or about a time not reached yet, first
 * waits until everything that the kernel had reported by then has been applied: once, and not for long. The watermark
 * that goes with the answer was true before anything was looked up.
 */
public final class Inquiry {

  private static final Pattern TID = Pattern.compile("[1-9][0-9]{0,9}");
  private static final Duration PATIENCE = Duration.ofMillis(250);
  private static final Duration MOST_BETWEEN = Duration.ofMinutes(1);

  /** A power of two. */
  private static final int RECENT = 4096;
  private static final @Nullable Task[] NONE = {};

  /** How many of the times that can be meant are told. */
  private static final int TOLD = 4;

  private final HistoryReader reader;
  private final CollectorView collector;
  private final BootTimes times;
  private final @Nullable List<Span> at;
  private final long applied;
  private final String watermark;
  private final String kept;
  private long now;
  private @Nullable Task[] recent = NONE;
  private @Nullable Upkeep upkeep;

  private Inquiry(
      HistoryReader reader, CollectorView collector, @Nullable String at, @Nullable String boot, boolean ofStore) {
    this.reader = reader;
    this.collector = collector;
    this.times = new BootTimes(reader);
    moreCame();
    this.at = when(at, at, boot);
    long reached = ofStore ? collector.kept() : collector.watermark();
    if (this.at == null || this.at.stream().anyMatch(span -> isBehind(span, reached))) {
      if (ofStore) {
        collector.awaitKept(PATIENCE);
      } else {
        collector.awaitNow(PATIENCE);
      }
    }
    long inStore = collector.kept();
    this.applied = collector.watermark();
    this.watermark = Rfc3339.write(reader.boot().wallAt(applied));
    this.kept = Rfc3339.write(reader.boot().wallAt(Math.min(applied, inStore)));
  }

  private boolean isBehind(Span span, long reached) {
    return span.boot().equals(reader.boot()) && span.to() > reached;
  }

  /** Times that come in from now on can be later than those before. */
  public void moreCame() {
    now = collector.lookAtClocks();
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
    return new Inquiry(reader, collector, at, boot, false);
  }

  /** The same about what only the store answers: past execs, children, events, and who lived at a time. */
  public static Inquiry ofStore(
      HistoryReader reader, CollectorView collector, @Nullable String at, @Nullable String boot) {
    return new Inquiry(reader, collector, at, boot, true);
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

  /** The same for what has been kept. */
  public static String watermarkOfEvents(HistoryReader reader, CollectorView collector) {
    return Rfc3339.write(reader.boot().wallAt(Math.min(collector.kept(), collector.watermark())));
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

  /** How tasks of one boot ended, for many of them: without what is known of who sent a signal. */
  public Function<Task, @Nullable Exit> exits(Boot boot) {
    List<Gap> gaps = reader.gaps(boot);
    long upTo = boot.equals(reader.boot()) ? applied : reader.watermark(boot);
    return task -> task.ending().map(ending -> new Exit(ending.known(gaps, upTo), null)).orElse(null);
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
    List<Span> when = when(at, at, boot);
    if (when == null) {
      return task(tid, null);
    }
    Task known = recent(tid);
    if (known != null && when.size() == 1 && known.livedAt(when.get(0).to())
        && known.boot().equals(when.get(0).boot())) {
      return new Found(known, when.get(0).to());
    }
    return remembered(task(tid, when));
  }

  private @Nullable Task recent(int tid) {
    Task known = recent == NONE ? null : recent[tid & RECENT - 1];
    return known != null && known.tid() == tid ? known : null;
  }

  private Found remembered(Found found) {
    if (recent == NONE) {
      recent = new Task[RECENT];
    }
    recent[found.task().tid() & RECENT - 1] = found.task();
    return found;
  }

  /**
   * The only one who held {@code tid} at any time from {@code at} to {@code until}, both included, as it was at the end
   * of that, or of its life: for times that are not exact.
   */
  public Found onlyTask(int tid, @Nullable String at, String until, @Nullable String boot) {
    List<Span> when = when(at, until, boot);
    if (when == null) {
      throw new Refusal(Refusal.Kind.BAD_PARAMETER, "until ends what at begins; give at too");
    }
    Task known = recent(tid);
    Span first = when.get(0);
    if (known != null && when.size() == 1 && known.boot().equals(first.boot()) && known.livedAt(first.from())
        && known.livedAt(first.to())) {
      return new Found(known, first.to());
    }
    List<Found> holders = new ArrayList<>();
    for (Span span : when) {
      for (Task task : reader.tasks(tid, span.start(), span.to())) {
        Found holder = new Found(task,
            task.ending().map(end -> Math.min(span.to(), Math.max(task.start(), end.time() - 1))).orElse(span.to()));
        if (holders.stream().noneMatch(holder::isSame)) {
          holders.add(holder);
        }
      }
    }
    if (holders.size() != 1) {
      throw noSuchTask((holders.isEmpty() ? "nobody" : holders.size() + " tasks or images of one") + " held tid " + tid
          + " within that time, as far as is known");
    }
    return holders.get(0);
  }

  /**
   * The tree of those who lived at the time that is asked about.
   *
   * @see #about
   */
  public PastTree tree() {
    List<Span> when = at;
    if (when == null) {
      throw new IllegalStateException("a question about now");
    }
    if (when.size() > 1) {
      throw ambiguous(when);
    }
    return PastTree.of(reader, when.get(0));
  }

  /**
   * The tree of those who lived at some time between two, both included.
   *
   * @param from or null for the start of the boot that {@code to} is in
   * @param to or null for the end of what is known of the boot
   * @param boot the boot that both are in, or null for whichever they fall into
   */
  public PastTree tree(@Nullable String from, @Nullable String to, @Nullable String boot) {
    return PastTree.of(reader, stretches().between(from, to, boot));
  }

  /** The task that {@code tid} names in a tree: of several that held a number within its time, the last one. */
  public Task task(String tid, PastTree tree) {
    if (tid.indexOf('-') > 0) {
      return task(tid).task();
    }
    return reader.tasks(number(tid), new Moment(tree.boot(), tree.from()), tree.to()).stream().findFirst()
        .orElseThrow(() -> noSuchTask("nobody held tid " + tid + " within that time, as far as is known"));
  }

  /** What a search is limited to, of any boot. */
  public SearchTimes searchTimes(@Nullable String from, @Nullable String to) {
    return searchTimes(from, to, null, null);
  }

  /**
   * What a search is limited to: so that nothing is left out, by the first time that can be meant and by the last.
   *
   * @param at the last time that counts, in place of {@code to}, which is the first that does not
   */
  public SearchTimes searchTimes(
      @Nullable String from, @Nullable String to, @Nullable String at, @Nullable String boot) {
    return stretches().search(from, to, at, boot);
  }

  private Stretches stretches() {
    return new Stretches(reader, times, applied);
  }

  private Found task(int tid, @Nullable List<Span> when) {
    if (when == null) {
      return reader.task(tid).map(Found::present)
          .orElseThrow(() -> noSuchTask("no task with tid " + tid + " is known; nothing ran under it since recording"
              + " began, or it was dropped since"));
    }
    Found found = null;
    for (Span span : when) {
      Task task = reader.task(tid, span.end()).orElse(null);
      found = task == null ? found : only(found, new Found(task, span.to()), when);
    }
    if (found == null) {
      Moment at = when.get(0).end();
      throw noSuchTask("nobody held tid " + tid + " at " + Rfc3339.write(at.boot().wallAt(at.time())) + dropped(at)
          + "; without at the last holder is shown");
    }
    return found;
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
    Found found = null;
    for (Span span : at) {
      if (span.boot().equals(task.boot()) && task.livedAt(span.to())) {
        found = only(found, new Found(task, span.to()), at);
      }
    }
    if (found == null) {
      throw noSuchTask("task " + id + " did not live at that time; leave at away");
    }
    return found;
  }

  /** What was found at another of the times that can be meant has to be the same: nothing tells which one is. */
  private static Found only(@Nullable Found found, Found other, List<Span> when) {
    if (found == null || found.isSame(other)) {
      return found == null ? other : found;
    }
    throw ambiguous(when);
  }

  private static Refusal ambiguous(List<Span> when) {
    StringBuilder detail = new StringBuilder("the wall clock showed that time ").append(when.size())
        .append(" times, as it was set, and the answer was not the same; say which time is meant:");
    for (int i = 0; i < Math.min(TOLD, when.size()); i++) {
      detail.append(i == 0 ? " " : ", or ").append(when.get(i).asMonotonic());
    }
    return new Refusal(Refusal.Kind.AMBIGUOUS_TIME, detail.append(when.size() > TOLD ? " …" : "").toString());
  }

  /** All times that can be meant by the time from one to the other; null for now. */
  private @Nullable List<Span> when(@Nullable String at, @Nullable String until, @Nullable String boot) {
    if (at == null || until == null) {
      if (boot != null) {
        throw new Refusal(Refusal.Kind.BAD_PARAMETER, "boot says which boot at is in; give at too");
      }
      return null;
    }
    AskedTime from = AskedTime.parse("at", at);
    AskedTime to = until.equals(at) ? from : AskedTime.parse("until", until);
    if (from.monotonic() != to.monotonic() || to.nanos() < from.nanos()
        || to.nanos() - from.nanos() > MOST_BETWEEN.toNanos()) {
      throw new Refusal(Refusal.Kind.BAD_PARAMETER, "until has to be after at, on the same clock, by "
          + MOST_BETWEEN.toSeconds() + " seconds or less");
    }
    Boot named = boot == null ? null : AskedTime.boot(boot, times.boots());
    List<Span> when = times.when(from, to, named);
    if (when.isEmpty()) {
      throw times.never(from, named);
    }
    return when.size() == 1 ? when : reached(when);
  }

  /** Without those that are still to come, if any of the others can be meant. */
  private List<Span> reached(List<Span> when) {
    List<Span> reached = when.stream()
        .filter(span -> !span.boot().equals(reader.boot()) || span.from() <= now + ClockLedger.TOLERANCE).toList();
    return reached.isEmpty() ? when : reached;
  }

  private static int number(String tid) {
    if (!TID.matcher(tid).matches()) {
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
