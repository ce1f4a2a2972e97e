package io.taskhistory.api.ask;

import io.taskhistory.api.ask.Forest.Parent;
import io.taskhistory.api.ask.Forest.ParentIs;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.TooMuchException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The processes that lived at a time, or at some time within a stretch, as a forest. At a time, a process stands below
 * its creator if that lived then, else below its reaper if that did. Within a stretch it stands below its creator alone:
 * a reaper can be both, before and after.
 */
public final class PastTree {

  /** How many processes one may have: each is held in memory while the answer is made. */
  public static final int MOST = 50_000;

  private final HistoryReader reader;
  private final Span span;
  private final Map<TaskId, Task> processes = new HashMap<>();
  private final Map<TaskId, Optional<Task>> threads = new HashMap<>();
  private final Forest forest;

  private PastTree(HistoryReader reader, Span span, List<Task> lived) {
    this.reader = reader;
    this.span = span;
    lived.forEach(task -> processes.put(task.id(), task));
    forest = new Forest(lived, this::parent);
  }

  /** Of those who lived at some time of {@code span}, both ends included. */
  static PastTree of(HistoryReader reader, Span span) {
    List<Task> lived = lived(reader, span);
    if (lived.size() > MOST) {
      throw new Refusal(Refusal.Kind.TOO_MANY_TASKS, "more than " + MOST + " processes lived within that time; ask about"
          + " less of it");
    }
    return new PastTree(reader, span, lived);
  }

  private static List<Task> lived(HistoryReader reader, Span span) {
    try {
      return reader.livedWithin(span.start(), span.to(), MOST + 1);
    } catch (TooMuchException e) {
      throw new Refusal(Refusal.Kind.TOO_MANY_TASKS, e.getMessage() + "; ask about less of it");
    }
  }

  public Forest forest() {
    return forest;
  }

  public Boot boot() {
    return span.boot();
  }

  /** The first time that is meant, on the monotonic clock. */
  public long from() {
    return span.from();
  }

  /** The last, included. */
  public long to() {
    return span.to();
  }

  /** The process of {@code task} in it. */
  public Optional<Task> process(Task task) {
    return Optional.ofNullable(processes.get(task.leader().id()));
  }

  private @Nullable Parent parent(Task task) {
    Task creator = task.creator().map(this::process).orElse(null);
    if (creator != null) {
      return new Parent(creator, ParentIs.CREATOR);
    }
    Task reaper = span.from() == span.to() ? task.reaper().map(this::process).orElse(null) : null;
    return reaper == null ? null : new Parent(reaper, ParentIs.REAPER);
  }

  /** The process that task was of, if it is in here; a creator can be any of its threads. */
  private @Nullable Task process(TaskId id) {
    Task process = processes.get(id);
    if (process != null) {
      return process;
    }
    return threads.computeIfAbsent(id, thread -> reader.task(thread)
        .filter(task -> !task.isLeader()).flatMap(this::process)).orElse(null);
  }
}
