package io.taskhistory.api.stream;

import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which processes descend from which: created by one of its tasks, or by one that descends from it; where nobody is
 * known to have created one, by its reaper, which is always an ancestor. What stands right above a process is remembered
 * of as many as are bounded, for all who ask, whatever they ask about. For one thread.
 */
final class Ancestry {

  static final int REMEMBERED = 1 << 15;
  /** Nobody's ancestors are looked through for ever. */
  private static final int MOST_STEPS = 4096;

  private final HistoryReader reader;
  /** Of a process, what stands right above it; empty where that is nobody, or nobody who is known. */
  private final Map<TaskId, Optional<TaskId>> above = new LinkedHashMap<>(256, 0.75f, true) {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<TaskId, Optional<TaskId>> eldest) {
      return size() > REMEMBERED;
    }
  };

  Ancestry(HistoryReader reader) {
    this.reader = reader;
  }

  /**
   * Whether {@code task} is of the process {@code root}, or descends from it.
   *
   * @param found what this came to for others and the same root: it has to be forgotten once time has passed
   */
  boolean isBelow(TaskId root, Task task, Map<TaskId, Boolean> found) {
    List<TaskId> passed = new ArrayList<>();
    Task process = task.leader();
    TaskId at = process.id();
    Optional<TaskId> next = above.computeIfAbsent(at, id -> above(process));
    while (passed.size() < MOST_STEPS) {
      Boolean before = at.equals(root) ? Boolean.TRUE : found.get(at);
      if (before == null) {
        passed.add(at);
        if (next.isPresent()) {
          at = next.get();
          next = above.computeIfAbsent(at, id -> reader.task(id).flatMap(this::above));
          continue;
        }
        before = false;
      }
      for (TaskId id : passed) {
        found.put(id, before);
      }
      return before;
    }
    return false;
  }

  private Optional<TaskId> above(Task process) {
    return process.creator().or(process::reaper).flatMap(reader::task).map(creator -> creator.leader().id());
  }

  /** Of how many something is remembered. */
  int remembered() {
    return above.size();
  }
}
