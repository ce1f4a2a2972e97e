package io.taskhistory.api.ask;

import io.taskhistory.api.ask.Forest.Node;
import io.taskhistory.api.ask.Forest.Parent;
import io.taskhistory.api.ask.Forest.ParentIs;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.LiveTasks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The processes that live now, as a forest. A process stands below its creator while that lives, else below its reaper;
 * one with neither is a root.
 */
public final class LiveTree {

  private final LiveTasks live;
  private final Forest forest;
  private final Map<Integer, Integer> threads = new HashMap<>();

  private LiveTree(LiveTasks live) {
    this.live = live;
    List<Task> processes = new ArrayList<>();
    live.forEach(task -> {
      if (task.isLive()) {
        threads.merge(task.tgid(), 1, Integer::sum);
        if (task.isLeader()) {
          processes.add(task);
        }
      }
    });
    processes.sort(Forest.BY_START);
    Set<Task> present = new HashSet<>(processes);
    forest = new Forest(processes, task -> {
      Parent parent = parent(task);
      return parent != null && present.contains(parent.process()) ? parent : null;
    });
  }

  public static LiveTree of(HistoryReader reader) {
    return new LiveTree(reader.live());
  }

  /** All of it, in preorder. */
  public List<Node> nodes() {
    return forest.nodes();
  }

  /** The part of {@link #nodes} from {@code root} down, or empty where that does not live. */
  public Optional<List<Node>> below(Task root) {
    return forest.below(root);
  }

  /** How many threads a process has, its leader included. */
  public int threads(Task process) {
    return threads.getOrDefault(process.tid(), 1);
  }

  private @Nullable Parent parent(Task task) {
    Task creator = task.creator().map(this::process).orElse(null);
    if (creator != null) {
      return new Parent(creator, ParentIs.CREATOR);
    }
    Task reaper = task.reaper().map(this::process).orElse(null);
    return reaper == null ? null : new Parent(reaper, ParentIs.REAPER);
  }

  /** The live process of the live task {@code id}; null where there is none. */
  private @Nullable Task process(TaskId id) {
    Task task = live.get(id.tid());
    return task != null && task.start() == id.start() && task.leader().isLive() ? task.leader() : null;
  }
}
