package io.taskhistory.collector.tracking;

import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Patrol} saw in /proc that is not as the table has it.
 *
 * @param task whom the table had at the tid; null where it had nobody
 * @param present whether somebody held the tid
 * @param starttime of whoever did, as /proc tells it
 * @param known the imprint that the table had
 * @param since up to when nothing was amiss, as far as the round before can tell
 * @param first when it was first seen
 * @param at and when it was last
 */
record Look(
    Kind kind, int tid, int tgid, @Nullable Task task, boolean present, long starttime, RawText comm, long imprint,
    long known, long since, long first, long at) {

  /** In what they differ. */
  enum Kind {
    /** A task is no more, or another holds its tid, and no exit was told. */
    ENDED,
    /** A process whose clone was not told. */
    UNKNOWN_PROCESS,
    /** A thread whose clone was not told. */
    UNKNOWN_THREAD,
    /** A process has another image, and no exec was told. */
    IMAGE,
    /** A process has another name, and no rename was told. */
    NAME,
    /** They differ in nothing: the table lacks the imprint, and can have it from here. */
    FIRST_SIGHT;

    boolean isFinding() {
      return this != FIRST_SIGHT;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What stays the same for as long as nobody puts it right. */
  record Fault(Kind kind, int tid, long start, long imprint, RawText comm) {}

  Fault fault() {
    return new Fault(kind, tid, task == null ? starttime : task.start(), imprint, comm);
  }

  /** This, as seen before and again now. */
  Look seenFirst(Look before) {
    return new Look(
        kind, tid, tgid, task, present, starttime, comm, imprint, known, before.since, before.first, at);
  }

  /** For people; names are escaped. */
  @Override
  public String toString() {
    return switch (kind) {
      case ENDED -> (task != null && task.isLeader() ? "process " : "thread ") + tid + " (" + nameInTable()
          + ") has ended, and no source told";
      case UNKNOWN_PROCESS -> "process " + tid + " (" + comm + ") has been created, and no source told";
      case UNKNOWN_THREAD -> "thread " + tid + " (" + comm + ") of process " + tgid
          + " has been created, and no source told";
      case IMAGE -> "process " + tid + " (" + nameInTable() + ") has become (" + comm + ") by an exec, and no source told";
      case NAME -> "process " + tid + " (" + nameInTable() + ") is called (" + comm + ") now, and no source told";
      case FIRST_SIGHT -> "process " + tid + " (" + comm + ") is seen";
    };
  }

  private String nameInTable() {
    return task == null || !task.comm().isKnown() ? "?" : task.comm().toString();
  }
}
