package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.ask.Inquiry;
import io.taskhistory.api.ask.SearchTimes;
import io.taskhistory.api.ask.Viewer;
import io.taskhistory.api.view.ExecView;
import io.taskhistory.api.view.Page;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.Details;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import io.taskhistory.store.ExecCursor;
import io.taskhistory.store.ExecPage;
import io.taskhistory.store.ExecQuery;
import io.taskhistory.store.HistoryReader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code /search}: past execs, oldest first. */
final class SearchHandler {

  /** A page of a rare thing in a long past is returned as far as it got, so that no request takes for ever. */
  private static final int SCAN_LIMIT = 20_000;
  /**
   * So does one of processes with long histories or arguments: each item has all of its own, and a process can call exec
   * as often as it likes. In characters, which are bytes nearly all.
   */
  private static final int MOST_TEXT = 1 << 20;
  private static final Pattern CURSOR = Pattern.compile("(\\d{1,9})-(\\d{1,18})-(\\d{1,9})");

  private final HistoryReader reader;
  private final CollectorView collector;

  SearchHandler(HistoryReader reader, CollectorView collector) {
    this.reader = reader;
    this.collector = collector;
  }

  void search(Context ctx, Params params) {
    String cursor = params.cursor();
    long uid = params.number("uid", Details.UNKNOWN_NUMBER);
    int size = params.number("size");
    Inquiry inquiry = Inquiry.ofStore(reader, collector, null, null);
    SearchTimes times = inquiry.searchTimes(
        params.text("from"), params.text("to"), params.text("at"), params.text("boot"));
    ExecPage page = reader.execs(new ExecQuery(
        params.raw("comm"), params.raw("exe"), uid, params.lineage(), times.from(), times.to(),
        cursor == null ? null : cursor(cursor), size, SCAN_LIMIT));
    List<ExecPage.Exec> meant =
        page.execs().stream().filter(exec -> times.include(exec.boot(), exec.entry().time())).toList();
    Answers.json(ctx, inquiry.kept(), page(new ExecPage(meant, page.next()), Guard.viewer(ctx), inquiry.kept()));
  }

  private Page<ExecView> page(ExecPage found, Viewer viewer, String watermark) {
    List<ExecView> items = new ArrayList<>();
    int room = MOST_TEXT;
    for (ExecPage.Exec exec : found.execs()) {
      ExecView view = view(exec, viewer);
      items.add(view);
      room -= length(view);
      if (room <= 0 && items.size() < found.execs().size()) {
        return new Page<>(
            items, text(new ExecCursor(exec.boot().index(), exec.entry().time(), exec.entry().pid())), watermark);
      }
    }
    return new Page<>(items, found.next().map(SearchHandler::text).orElse(null), watermark);
  }

  private static int length(ExecView view) {
    List<String> argv = view.argv();
    return view.history().length() + (argv == null ? 0 : argv.stream().mapToInt(String::length).sum());
  }

  private ExecView view(ExecPage.Exec exec, Viewer viewer) {
    Moment then = new Moment(exec.boot(), exec.entry().time());
    return ExecView.of(exec, reader.task(exec.entry().pid(), then).map(Task::id), viewer);
  }

  private static ExecCursor cursor(String text) {
    Matcher m = CURSOR.matcher(text);
    if (!m.matches()) {
      throw TaskHandler.badCursor();
    }
    return new ExecCursor(Integer.parseInt(m.group(1)), Long.parseLong(m.group(2)), Integer.parseInt(m.group(3)));
  }

  private static String text(ExecCursor cursor) {
    return cursor.boot() + "-" + cursor.time() + "-" + cursor.pid();
  }
}
