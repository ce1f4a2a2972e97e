package io.taskhistory.api.ask;

import io.taskhistory.history.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Processes in preorder: below each those that stand there, by start. Made once, then it does not change. */
public final class Forest {

  static final Comparator<Task> BY_START = Comparator.comparingLong(Task::start).thenComparingInt(Task::tid);

  /** Why a process stands where it does. */
  public enum ParentIs {
    /** The process whose task called clone. */
    CREATOR,
    /** The process that has it for a child since its creator ended. */
    REAPER
  }

  /** Whom a process stands below. */
  record Parent(Task process, ParentIs is) {}

  /**
   * A process in its place.
   *
   * @param parentIs null for a root, as is {@code parent}
   * @param depth 0 for a root
   * @param children how many stand right below it
   */
  public record Node(
      Task task, @Nullable Task parent, @Nullable ParentIs parentIs, int depth, int children) {}

  private final List<Node> preorder;
  private final Map<Task, Integer> positions = new IdentityHashMap<>();
  private final Map<Task, Parent> parents = new IdentityHashMap<>();
  private final Map<Task, List<Task>> children = new IdentityHashMap<>();

  /**
   * Puts each in its place.
   *
   * @param processes by start, then tid
   * @param parent one of {@code processes}, or null for a root
   */
  Forest(List<Task> processes, Function<Task, @Nullable Parent> parent) {
    preorder = new ArrayList<>(processes.size());
    for (Task task : processes) {
      Parent above = parent.apply(task);
      if (above != null && above.process != task) {
        parents.put(task, above);
        children.computeIfAbsent(above.process, p -> new ArrayList<>()).add(task);
      }
    }
    for (Task task : processes) {
      if (!parents.containsKey(task)) {
        place(task);
      }
    }
    // Tasks that come and go meanwhile must not make anything disappear, not even in a circle.
    for (Task task : processes) {
      if (!positions.containsKey(task)) {
        parents.remove(task);
        place(task);
      }
    }
  }

  /** All, in preorder. */
  public List<Node> nodes() {
    return preorder;
  }

  /** The part of {@link #nodes} from {@code root} down, or empty where that is not in it. */
  public Optional<List<Node>> below(Task root) {
    Integer from = positions.get(root);
    return from == null ? Optional.empty() : Optional.of(preorder.subList(from, end(from)));
  }

  /** Where what stands below the node at {@code from} ends. */
  private int end(int from) {
    int i = from + 1;
    while (i < preorder.size() && preorder.get(i).depth > preorder.get(from).depth) {
      i++;
    }
    return i;
  }

  /** A loop, not a recursion: anybody can nest processes as deep as there are pids. */
  private void place(Task root) {
    Deque<Task> open = new ArrayDeque<>(List.of(root));
    while (!open.isEmpty()) {
      Task task = open.pop();
      if (positions.putIfAbsent(task, preorder.size()) != null) {
        continue;
      }
      Parent parent = parents.get(task);
      List<Task> below = children.getOrDefault(task, List.of());
      preorder.add(parent == null
          ? new Node(task, null, null, 0, below.size())
          : new Node(task, parent.process, parent.is,
              preorder.get(positions.getOrDefault(parent.process, 0)).depth + 1, below.size()));
      for (int i = below.size() - 1; i >= 0; i--) {
        open.push(below.get(i));
      }
    }
  }
}
