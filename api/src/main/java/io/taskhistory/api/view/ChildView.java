package io.taskhistory.api.view;

import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.history.Escapes;
import io.taskhistory.history.Task;
import org.jspecify.annotations.Nullable;

/**
 * A task that another created.
 *
 * @param name that of its last exec
 */
public record ChildView(
    String task, int tid, int tgid, String comm, String state, String start, @Nullable String end, String name) {

  public static ChildView of(Task task) {
    return new ChildView(task.id().toString(), task.tid(), task.tgid(), Escapes.kernel(task.comm()),
        TaskView.state(task), Rfc3339.write(task.boot().wallAt(task.start())), TaskView.end(task),
        Escapes.kernel(task.entry().name()));
  }
}
