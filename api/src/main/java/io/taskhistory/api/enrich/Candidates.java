package io.taskhistory.api.enrich;

import io.taskhistory.history.Entry;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryReader;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells tasks apart that held one pid around one time, by what the record says: none but the one that is meant may fit.
 * A name that differs rules a task out, though a thread or a rename can give a task any name; so the one that is left
 * has to fit by something itself.
 */
final class Candidates {

  private enum Fit { YES, NO, UNTOLD }

  private final HistoryReader reader;

  Candidates(HistoryReader reader) {
    this.reader = reader;
  }

  /** Whether nothing that the record says is against the task. */
  boolean isPossible(Task task, long from, long to, Question question) {
    return byName(task, from, to, question) != Fit.NO && byParent(task, from, question.ppid) != Fit.NO;
  }

  /** Whether something that the record says is for it. */
  boolean isLikely(Task task, long from, long to, Question question) {
    return byName(task, from, to, question) == Fit.YES || byParent(task, from, question.ppid) == Fit.YES;
  }

  private static Fit byName(Task task, long from, long to, Question question) {
    RawText comm = question.comm;
    if (!comm.isKnown()) {
      return Fit.UNTOLD;
    }
    if (comm.equals(task.comm())) {
      return Fit.YES;
    }
    boolean isUntold = false;
    for (@Nullable Entry e = task.entry(); e != null; e = e.parent()) {
      boolean isOwn = Images.isOwn(task.leader(), e);
      // An exec that was begun within the interval can have succeeded after it.
      boolean isThen = e.time() <= to || question.isExec && isOwn && e.time() <= to + Images.SLOW_EXEC;
      if (isThen && comm.equals(e.name())) {
        return Fit.YES;
      }
      isUntold |= isThen && !e.name().isKnown();
      if (e.time() < from || !isOwn) {
        break;
      }
    }
    return isUntold ? Fit.UNTOLD : Fit.NO;
  }

  /** The parent that the kernel names is the creator, and after that one's end whoever takes care of the orphan. */
  private Fit byParent(Task task, long from, int ppid) {
    if (ppid == Question.NO_PID) {
      return Fit.UNTOLD;
    }
    Task leader = task.leader();
    Optional<TaskId> reaper = leader.reaper();
    if (reaper.isPresent() && reaper.get().tid() == ppid) {
      return Fit.YES;
    }
    Task creator = leader.creator().flatMap(reader::task).map(Task::leader).orElse(null);
    if (creator == null) {
      return Fit.UNTOLD;
    }
    if (creator.tid() == ppid) {
      return Fit.YES;
    }
    return creator.livedAt(Math.max(from, leader.start())) && isCreatorTheReaper(leader, creator) ? Fit.NO : Fit.UNTOLD;
  }

  /** A child made with CLONE_PARENT has another parent from the start. */
  private static boolean isCreatorTheReaper(Task leader, Task creator) {
    return leader.reaper().map(id -> id.equals(creator.id())).orElse(false);
  }
}
