package io.taskhistory.api.enrich;

import io.taskhistory.history.Entry;
import io.taskhistory.history.Task;
import org.jspecify.annotations.Nullable;

/** A task that a log speaks of now and then, and where its process was last found to stand. */
final class Known {

  final Task task;
  private @Nullable Entry entry;
  private long serial;

  Known(Task task) {
    this.task = task;
  }

  /** An event with that serial found the process at {@code at}. */
  void reached(Entry at, long eventSerial) {
    entry = at;
    serial = eventSerial;
  }

  /** The entry that the process had reached before that event; null where none is known. */
  @Nullable Entry before(long eventSerial) {
    return entry != null && serial < eventSerial ? entry : null;
  }
}
