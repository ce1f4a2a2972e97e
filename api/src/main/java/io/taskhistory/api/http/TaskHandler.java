package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.ask.Exit;
import io.taskhistory.api.ask.Found;
import io.taskhistory.api.ask.Inquiry;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.ask.Viewer;
import io.taskhistory.api.view.ChildView;
import io.taskhistory.api.view.EntryTexts;
import io.taskhistory.api.view.Page;
import io.taskhistory.api.view.TaskView;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.HistoryStyle;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /tasks/{tid}}: a task, its history as one line, and the tasks that it created. */
final class TaskHandler {

  /** Of how many execs an answer can be that is made beside any number of others, and of how many one can be at all. */
  private static final int MANY = 1000;
  private static final int MOST = 20_000;

  private final Places manyExecs = new Places(2, "long histories are being told already");
  private final HistoryReader reader;
  private final CollectorView collector;
  private final Bounds bounds;
  private final EntryTexts texts = new EntryTexts();

  TaskHandler(HistoryReader reader, CollectorView collector, Bounds bounds) {
    this.reader = reader;
    this.collector = collector;
    this.bounds = bounds;
  }

  Reply task(Params params, Viewer viewer) {
    Inquiry inquiry = about(params);
    Found found = inquiry.task(params.path("tid"));
    String watermark = inquiry.watermark();
    Exit exit = inquiry.exit(found);
    int execs = execs(found);
    if (execs <= MANY) {
      return reply(found, exit, viewer, watermark);
    }
    manyExecs.enter();
    try {
      return reply(found, exit, viewer, watermark);
    } finally {
      manyExecs.leave();
    }
  }

  /** How many its history has. */
  private static int execs(Found found) {
    int execs = found.history().entries().size();
    if (execs > MOST) {
      throw new Refusal(Refusal.Kind.HISTORY_TOO_LONG, "the history has " + execs + " execs; ask for "
          + "/history with a limit, which has the newest, and /search for the others");
    }
    return execs;
  }

  private Reply reply(Found found, @Nullable Exit exit, Viewer viewer, String watermark) {
    TaskView view = TaskView.of(found, exit, viewer, watermark, texts);
    return exit != null && exit.isSettled() ? Reply.settled(watermark, view) : Reply.json(watermark, view);
  }

  Reply history(Params params, Viewer viewer) {
    HistoryStyle style = params.style();
    int limit = params.limit(style);
    Inquiry inquiry = about(params);
    Found found = inquiry.task(params.path("tid"));
    if (limit == 0) {
      execs(found);
    }
    return Reply.text(inquiry.watermark(), style.write(found.history(), limit), !found.task().isLive());
  }

  void children(Context ctx, Params params) {
    int size = params.number("size");
    Inquiry inquiry = Inquiry.ofStore(reader, collector, params.text("at"), params.text("boot")).within(bounds.upkeep());
    Found creator = inquiry.task(params.path("tid"));
    String cursor = params.cursor();
    Task after = cursor == null ? null : cursor(reader, cursor);
    List<Task> found = reader.children(creator.task().id(), after, size + 1);
    if (params.text("at") != null) {
      found = found.stream().takeWhile(child -> child.start() <= creator.time()).toList();
    }
    List<Task> shown = found.subList(0, Math.min(size, found.size()));
    String next = found.size() > size ? shown.get(size - 1).id().toString() : null;
    Answers.json(ctx, inquiry.kept(),
        new Page<>(shown.stream().map(ChildView::of).toList(), next, inquiry.kept()));
  }

  /** The task that a cursor names. */
  static Task cursor(HistoryReader reader, String cursor) {
    return TaskId.parse(cursor).flatMap(reader::task).orElseThrow(() -> badCursor());
  }

  static Refusal badCursor() {
    return Params.bad("cursor is none that an answer gave as next, or what it names was dropped since; begin anew"
        + " without it");
  }

  private Inquiry about(Params params) {
    return Inquiry.about(reader, collector, params.text("at"), params.text("boot")).within(bounds.upkeep());
  }
}
