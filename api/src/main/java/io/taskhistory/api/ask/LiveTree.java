package io.taskhistory.api.ask;

import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.LiveTasks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The processes that live now, as a forest in preorder: below each its children by start. A process stands below its
 * creator while that lives, else below its reaper; one with neither is a root.
 */
public final class LiveTree {

  private static final Comparator<Task> BY_START = Comparator.comparingLong(Task::start).thenComparingInt(Task::tid);

  /**
   * A process in the tree.
   *
   * @param depth 0 for a root
   * @param children how many stand right below it
   * @param threads how many threads it has, its leader included
   */
  public record Node(Task task, @Nullable Task parent, int depth, int children, int threads) {}

  private final LiveTasks live;
  private final List<Node> preorder = new ArrayList<>();
  private final Map<Task, Integer> positions = new IdentityHashMap<>();

  private LiveTree(LiveTasks live) {
    this.live = live;
  }

  public static LiveTree of(HistoryReader reader) {
    LiveTree tree = new LiveTree(reader.live());
    tree.grow();
    return tree;
  }

  /** All of it, in preorder. */
  public List<Node> nodes() {
    return preorder;
  }

  /** The part of {@link #nodes} from {@code root} down, or empty where that does not live. */
  public Optional<List<Node>> below(Task root) {
    Integer from = positions.get(root);
    return from == null ? Optional.empty() : Optional.of(preorder.subList(from, end(from)));
  }

  /**
   * Where in {@link #nodes} whatever follows {@code task} begins. A task that has ended meanwhile has left its place
   * among the children of the process that it stood below.
   */
  public int after(Task task) {
    Integer position = positions.get(task);
    if (position != null) {
      return position + 1;
    }
    Task parent = parent(task);
    Integer above = parent == null ? null : positions.get(parent);
    int depth = above == null ? 0 : preorder.get(above).depth + 1;
    int end = above == null ? preorder.size() : end(above);
    for (int i = above == null ? 0 : above + 1; i < end; i++) {
      Node node = preorder.get(i);
      if (node.depth == depth && BY_START.compare(node.task, task) > 0) {
        return i;
      }
    }
    return end;
  }

  private int end(int from) {
    int i = from + 1;
    while (i < preorder.size() && preorder.get(i).depth > preorder.get(from).depth) {
      i++;
    }
    return i;
  }

  private void grow() {
    List<Task> processes = new ArrayList<>();
    Map<Integer, Integer> threads = new HashMap<>();
    live.forEach(task -> {
      if (task.isLive()) {
        threads.merge(task.tgid(), 1, Integer::sum);
        if (task.isLeader()) {
          processes.add(task);
        }
      }
    });
    processes.sort(BY_START);
    Set<Task> present = new HashSet<>(processes);
    Map<Task, Task> parents = new IdentityHashMap<>();
    Map<Task, List<Task>> children = new IdentityHashMap<>();
    for (Task task : processes) {
      Task parent = parent(task);
      if (parent != null && present.contains(parent)) {
        parents.put(task, parent);
        children.computeIfAbsent(parent, p -> new ArrayList<>()).add(task);
      }
    }
    for (Task task : processes) {
      if (!parents.containsKey(task)) {
        place(task, parents, children, threads);
      }
    }
    // Tasks that come and go meanwhile must not make anything disappear, not even in a circle.
    for (Task task : processes) {
      if (!positions.containsKey(task)) {
        parents.remove(task);
        place(task, parents, children, threads);
      }
    }
  }

  /** A loop, not a recursion: anybody can nest processes as deep as there are pids. */
  private void place(
      Task root, Map<Task, Task> parents, Map<Task, List<Task>> children, Map<Integer, Integer> threads) {
    Deque<Task> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      Task task = open.pop();
      if (positions.putIfAbsent(task, preorder.size()) != null) {
        continue;
      }
      Task parent = parents.get(task);
      List<Task> below = children.getOrDefault(task, List.of());
      int depth = parent == null ? 0 : preorder.get(positions.getOrDefault(parent, 0)).depth + 1;
      preorder.add(new Node(task, parent, depth, below.size(), threads.getOrDefault(task.tid(), 1)));
      for (int i = below.size() - 1; i >= 0; i--) {
        open.push(below.get(i));
      }
    }
  }

  private @Nullable Task parent(Task task) {
    Task creator = task.creator().map(this::process).orElse(null);
    return creator != null ? creator : task.reaper().map(this::process).orElse(null);
  }

  /** The live process of the live task {@code id}; null where there is none. */
  private @Nullable Task process(TaskId id) {
    Task task = live.get(id.tid());
    return task != null && task.start() == id.start() && task.leader().isLive() ? task.leader() : null;
  }
}
