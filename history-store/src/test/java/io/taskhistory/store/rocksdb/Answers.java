package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Details;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import io.taskhistory.store.ExecPage;
import io.taskhistory.store.ExecQuery;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.Picture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a store says to a few thousand questions: each tid at many times of each boot, its children, all execs, gaps. */
record Answers(
    Map<String, Optional<Task>> tasks, List<Task> held, List<ExecPage.Exec> execs, Map<String, String> texts) {

  static final int TIDS = 42;
  private static final int TIMES = 24;
  private static final long LATEST = 4_000;

  static Answers of(Path directory) {
    try (RocksDbHistoryStore store = RocksDbHistoryStore.reopen(directory)) {
      return of(store.reader());
    }
  }

  static Answers of(HistoryReader reader) {
    Map<String, Optional<Task>> tasks = new LinkedHashMap<>();
    Map<String, String> texts = new TreeMap<>();
    List<Task> held = new ArrayList<>();
    for (Boot boot : reader.boots()) {
      String name = boot.index() + "/" + boot.wallStart() + " ";
      texts.put(name + "clock", boot.clock().rows().toString());
      texts.put(name + "watermark", String.valueOf(reader.watermark(boot)));
      texts.put(name + "gaps", reader.gaps(boot).toString());
      for (int tid = 1; tid < TIDS; tid++) {
        held.addAll(reader.tasks(tid, new Moment(boot, 0), LATEST));
        // The same times, whatever is left of the store.
        for (long time = tid; time < LATEST; time += LATEST / TIMES) {
          tasks.put(name + tid + " at " + time, reader.task(tid, new Moment(boot, time)));
        }
      }
    }
    for (int tid = 1; tid < TIDS; tid++) {
      Optional<Task> last = reader.task(tid);
      tasks.put("last " + tid, last);
      last.ifPresent(task -> texts.put("children of " + task.id(), children(reader, task)));
    }
    ExecPage execs = reader.execs(
        new ExecQuery(null, null, Details.UNKNOWN_NUMBER, null, null, null, 1 << 20, 1 << 20));
    for (ExecPage.Exec exec : execs.execs()) {
      texts.put("exec " + exec.boot().index() + " " + exec.entry().time() + " " + exec.entry().pid(),
          Picture.of(exec.entry()));
    }
    return new Answers(tasks, held, execs.execs(), texts);
  }

  private static String children(HistoryReader reader, Task task) {
    List<String> children = new ArrayList<>();
    reader.children(task.id(), null, 1 << 20).forEach(child -> children.add(child.id().toString()));
    return children.toString();
  }

  /** All of it, to be compared with that of another store. */
  String text() {
    StringBuilder all = new StringBuilder();
    tasks.forEach((question, task) -> all.append(question).append(": ")
        .append(task.map(Picture::of).orElse("nobody")).append('\n'));
    texts.forEach((question, text) -> all.append(question).append(": ").append(text).append('\n'));
    return all.toString();
  }
}
