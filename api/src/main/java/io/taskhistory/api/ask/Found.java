package io.taskhistory.api.ask;

import io.taskhistory.history.Entry;
import io.taskhistory.history.History;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;

/**
 * A task and the time of it that is asked about.
 *
 * @param time {@link #PRESENT} for as it is now, or was at its end
 */
public record Found(Task task, long time) {

  /** After everything that is known. */
  public static final long PRESENT = Long.MAX_VALUE;

  /** A task as it is, or was at its end. */
  public static Found present(Task task) {
    // What its process did after a thread's end is no part of the thread's history.
    return new Found(task, task.isLeader()
        ? PRESENT
        : task.ending().map(end -> Math.max(task.start(), end.time() - 1)).orElse(PRESENT));
  }

  public History history() {
    return History.of(task, time);
  }

  /** Whether it is the same task, at the same entry. */
  boolean isSame(Found other) {
    Entry entry = task.entryAt(time);
    Entry others = other.task.entryAt(other.time);
    return task.id().equals(other.task.id()) && entry.time() == others.time() && entry.pid() == others.pid();
  }

  /** The task's name then: renames are kept for the present only, so for an earlier image the name of its exec. */
  public RawText comm() {
    Entry then = task.entryAt(time);
    return then == task.entry() ? task.comm() : then.name();
  }
}
