package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.ask.Exit;
import io.taskhistory.api.ask.Forest;
import io.taskhistory.api.ask.Inquiry;
import io.taskhistory.api.ask.LiveTree;
import io.taskhistory.api.ask.PastTree;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.view.Page;
import io.taskhistory.api.view.TreeNodeView;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code /tree}: the processes that live, that lived at a time, or that lived within some time, from one down or all. */
final class TreeHandler {

  /** In characters, which are bytes nearly all: each process of a page can have a hundred execs, each with a long path. */
  private static final int MOST_EXECS_TEXT = 4 << 20;

  private final HistoryReader reader;
  private final CollectorView collector;
  /** One of 50,000 processes with ordinary arguments takes 60 MB, which is a quarter of what the service has. */
  private final Places past = new Places(1, Duration.ofSeconds(2), "tree of the past is being put together already");
  private final Walks walks = new Walks(System::nanoTime);

  TreeHandler(HistoryReader reader, CollectorView collector) {
    this.reader = reader;
    this.collector = collector;
  }

  void tree(Context ctx, Params params) {
    String at = params.text("at");
    String from = params.text("from");
    String to = params.text("to");
    if (from == null && to == null) {
      if (at == null && params.text("boot") == null) {
        live(ctx, params);
      } else {
        at(ctx, params);
      }
    } else if (at == null) {
      within(ctx, params, from, to);
    } else {
      throw Params.bad("at is one time, from and to are a stretch of it; give one or the other");
    }
  }

  /** Later pages are of the tree that the first one was of: whoever moves in it meanwhile is told once all the same. */
  private void live(Context ctx, Params params) {
    String cursor = params.cursor();
    String root = params.text("root");
    int depth = params.number("depth");
    if (cursor != null) {
      Walks.Place place = walks.find(cursor).filter(found -> found.walk().isOf(root, depth))
          .orElseThrow(TaskHandler::badCursor);
      answer(ctx, params, place.walk(), place.position(), cursor);
      return;
    }
    Inquiry inquiry = Inquiry.now(reader, collector);
    LiveTree tree = LiveTree.of(reader);
    List<Forest.Node> nodes = root == null ? tree.nodes() : rooted(tree.below(inquiry.task(root).task().leader()), root);
    answer(ctx, params, Walk.of(tree, nodes, root, depth, inquiry.watermark()), 0, null);
  }

  private void answer(Context ctx, Params params, Walk walk, int first, @Nullable String cursor) {
    int end = Math.min(walk.size(), first + params.number("size"));
    List<TreeNodeView> items = new ArrayList<>();
    for (int i = first; i < end; i++) {
      items.add(walk.view(i));
    }
    String next = end == walk.size() ? null : cursor == null ? walks.begin(walk, end) : Walks.goOn(cursor, end);
    Answers.json(ctx, walk.watermark(), new Page<>(items, next, walk.watermark()));
  }

  private void at(Context ctx, Params params) {
    Inquiry inquiry = Inquiry.ofStore(reader, collector, params.text("at"), params.text("boot"));
    past(ctx, inquiry, () -> {
      PastTree tree = inquiry.tree();
      return page(params, inquiry, tree, root -> inquiry.task(root).task(),
          (node, top) -> TreeNodeView.at(node, top, tree.to()));
    });
  }

  private void within(Context ctx, Params params, @Nullable String from, @Nullable String to) {
    Inquiry inquiry = Inquiry.ofStore(reader, collector, null, null);
    past(ctx, inquiry, () -> {
      PastTree tree = inquiry.tree(from, to, params.text("boot"));
      Function<Task, @Nullable Exit> exits = inquiry.exits(tree.boot());
      return page(params, inquiry, tree, root -> inquiry.task(root, tree),
          (node, top) -> TreeNodeView.within(node, top, tree.from(), tree.to(), exits.apply(node.task())));
    });
  }

  /** Nothing is left of the tree while its page is read, however slowly that is. */
  private void past(Context ctx, Inquiry inquiry, Supplier<Page<TreeNodeView>> page) {
    Answers.json(ctx, inquiry.watermark(), past.in(page));
  }

  private Page<TreeNodeView> page(
      Params params, Inquiry inquiry, PastTree tree, Function<String, Task> find, Shown shown) {
    String root = params.text("root");
    String cursor = params.cursor();
    Forest forest = tree.forest();
    List<Forest.Node> nodes =
        root == null ? forest.nodes() : rooted(tree.process(find.apply(root)).flatMap(forest::below), root);
    int first = 0;
    if (cursor != null) {
      Task last = tree.process(TaskHandler.cursor(reader, cursor)).orElseThrow(TaskHandler::badCursor);
      while (first < nodes.size() && nodes.get(first).task() != last) {
        first++;
      }
      first++;
    }
    return page(params, inquiry, nodes, first, shown);
  }

  /** How a process is shown. */
  private interface Shown {
    TreeNodeView view(Forest.Node node, int rootDepth);
  }

  private static Page<TreeNodeView> page(
      Params params, Inquiry inquiry, List<Forest.Node> nodes, int first, Shown shown) {
    int depth = params.number("depth");
    int size = params.number("size");
    int top = nodes.isEmpty() ? 0 : nodes.get(0).depth();
    List<TreeNodeView> items = new ArrayList<>();
    int room = MOST_EXECS_TEXT;
    for (int i = first; i < nodes.size(); i++) {
      if (nodes.get(i).depth() - top <= depth) {
        if (items.size() == size || room <= 0) {
          return new Page<>(items, items.get(items.size() - 1).task(), inquiry.watermark());
        }
        TreeNodeView view = shown.view(nodes.get(i), top);
        items.add(view);
        room -= view.execsLength();
      }
    }
    return new Page<>(items, null, inquiry.watermark());
  }

  private static List<Forest.Node> rooted(Optional<List<Forest.Node>> nodes, String root) {
    return nodes.orElseThrow(() -> new Refusal(Refusal.Kind.NO_SUCH_TASK, "the process of " + root
        + " did not live at the time that is asked about; /tasks/{tid}/children tells of ended ones, too"));
  }
}
