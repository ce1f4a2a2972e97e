package io.taskhistory.api.stream;

import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One process and all that descend from it: created by one of its tasks, or by one that descends from it; where nobody
 * is known to have created one, by its reaper, which is always an ancestor. For one thread.
 */
public final class Descent {

  /** How many tasks are remembered as of it or not. */
  private static final int REMEMBERED = 8192;
  /** Nobody's ancestors are looked through for ever. */
  private static final int MOST_STEPS = 4096;

  private final HistoryReader reader;
  private final TaskId root;
  private final Map<TaskId, Boolean> known = new LinkedHashMap<>(256, 0.75f, true) {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<TaskId, Boolean> eldest) {
      return size() > REMEMBERED;
    }
  };

  public Descent(HistoryReader reader, Task root) {
    this.reader = reader;
    this.root = root.leader().id();
  }

  boolean includes(Task task) {
    List<TaskId> passed = new ArrayList<>();
    boolean isOfIt = false;
    @Nullable Task at = task.leader();
    for (int steps = 0; at != null && steps < MOST_STEPS; steps++) {
      TaskId id = at.id();
      Boolean before = known.get(id);
      if (id.equals(root) || before != null) {
        isOfIt = before == null || before;
        break;
      }
      passed.add(id);
      at = at.creator().or(at::reaper).flatMap(reader::task).map(Task::leader).orElse(null);
    }
    for (TaskId id : passed) {
      known.put(id, isOfIt);
    }
    return isOfIt;
  }
}
