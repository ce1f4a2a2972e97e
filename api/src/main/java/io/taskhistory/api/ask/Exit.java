package io.taskhistory.api.ask;

import io.taskhistory.history.Ending;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryReader;
import org.jspecify.annotations.Nullable;

/**
 * How a task ended, as far as is known.
 *
 * @param ending with a status that was told, or that follows from none having been, or unknown
 * @param sender the task that sent the deadly signal, as it was then; null where none did, or it is not known any more
 */
public record Exit(Ending ending, @Nullable Found sender) {

  /** Whether no report of it is to come any more, as far as one can tell. */
  public boolean isSettled() {
    return ending.waitStatus() != Ending.UNKNOWN_STATUS;
  }

  /** Of a task that was looked up when everything up to {@code watermark} of its boot had been applied, or later. */
  static Exit of(HistoryReader reader, Task task, Ending ending, long watermark) {
    Ending known = ending.waitStatus() == Ending.UNREPORTED
        ? ending.known(reader.gaps(task.boot()), watermark)
        : ending;
    SignalOrigin by = known.by();
    @Nullable TaskId sender = by == null ? null : by.sender();
    return new Exit(known, by == null || sender == null
        ? null
        : reader.task(sender).map(found -> new Found(found, by.time())).orElse(null));
  }
}
