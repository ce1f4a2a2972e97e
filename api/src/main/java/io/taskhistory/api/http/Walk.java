package io.taskhistory.api.http;

import io.taskhistory.api.ask.Forest.Node;
import io.taskhistory.api.ask.LiveTree;
import io.taskhistory.api.view.TreeNodeView;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A live tree as it was found for the first page of it. Where a process stands can change at any time: its creator ends,
 * and it goes to its reaper, before or behind what was told already. So the order is settled once. What is told of each
 * process is what is known when its page is asked for, also that it has ended.
 */
final class Walk {

  private final Node[] nodes;
  private final int[] threads;
  private final int top;
  private final @Nullable String root;
  private final int depth;
  private final String watermark;

  private Walk(Node[] nodes, int[] threads, @Nullable String root, int depth, String watermark) {
    this.nodes = nodes;
    this.threads = threads;
    this.top = nodes.length == 0 ? 0 : nodes[0].depth();
    this.root = root;
    this.depth = depth;
    this.watermark = watermark;
  }

  /**
   * Of {@code nodes}, a part of {@code tree}, those at most {@code depth} below the first.
   *
   * @param root what was asked for
   * @param watermark of when the tree was made
   */
  static Walk of(LiveTree tree, List<Node> nodes, @Nullable String root, int depth, String watermark) {
    int top = nodes.isEmpty() ? 0 : nodes.get(0).depth();
    Node[] shown = nodes.stream().filter(node -> node.depth() - top <= depth).toArray(Node[]::new);
    int[] threads = new int[shown.length];
    for (int i = 0; i < shown.length; i++) {
      threads[i] = tree.threads(shown[i].task());
    }
    return new Walk(shown, threads, root, depth, watermark);
  }

  int size() {
    return nodes.length;
  }

  TreeNodeView view(int position) {
    return TreeNodeView.live(nodes[position], top, threads[position]);
  }

  /** Whether it answers a question for {@code askedRoot} and {@code askedDepth}. */
  boolean isOf(@Nullable String askedRoot, int askedDepth) {
    return depth == askedDepth && Objects.equals(root, askedRoot);
  }

  /** Up to when everything is in it. */
  String watermark() {
    return watermark;
  }
}
