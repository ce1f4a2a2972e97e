package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.ask.Inquiry;
import io.taskhistory.api.ask.LiveTree;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.view.Page;
import io.taskhistory.api.view.TreeNodeView;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryReader;
import java.util.ArrayList;
import java.util.List;

/** {@code /tree}: the live processes, from one down or all. */
final class TreeHandler {

  private final HistoryReader reader;
  private final CollectorView collector;

  TreeHandler(HistoryReader reader, CollectorView collector) {
    this.reader = reader;
    this.collector = collector;
  }

  void tree(Context ctx, Params params) {
    int depth = params.number("depth");
    int size = params.number("size");
    String cursor = params.cursor();
    String root = params.text("root");
    Inquiry inquiry = Inquiry.now(reader, collector);
    LiveTree tree = LiveTree.of(reader);
    List<LiveTree.Node> nodes = root == null ? tree.nodes() : below(tree, inquiry.task(root).task());
    int top = nodes.isEmpty() ? 0 : nodes.get(0).depth();
    int from = cursor == null ? 0 : skip(tree, nodes, TaskHandler.cursor(reader, cursor));

    List<TreeNodeView> items = new ArrayList<>();
    int i = from;
    for (; i < nodes.size() && items.size() <= size; i++) {
      if (nodes.get(i).depth() - top <= depth) {
        items.add(TreeNodeView.of(nodes.get(i), top));
      }
    }
    String next = null;
    if (items.size() > size) {
      items.remove(size);
      next = items.get(size - 1).task();
    }
    Answers.json(ctx, inquiry.watermark(), new Page<>(items, next, inquiry.watermark()));
  }

  private static List<LiveTree.Node> below(LiveTree tree, Task root) {
    return tree.below(root.leader()).orElseThrow(() -> new Refusal(Refusal.Kind.NO_SUCH_TASK,
        "task " + root.id() + " has ended; the tree is of those that live, /tasks/{tid}/children also of others"));
  }

  /** The first of {@code nodes}, a part of {@code tree}, that follows {@code task}. */
  private static int skip(LiveTree tree, List<LiveTree.Node> nodes, Task task) {
    if (nodes.isEmpty()) {
      return 0;
    }
    int start = tree.after(nodes.get(0).task()) - 1;
    return Math.max(0, Math.min(nodes.size(), tree.after(task) - start));
  }
}
