package io.taskhistory.api.stream;

import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.LineagePattern;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryEvent;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events a reader wants. Gaps are of no task: whoever asks for them gets all.
 *
 * @param kinds by their names; gaps of the stream itself are told in any case
 * @param comm the task's name, of an exec the one that it gave
 * @param exe the running image or the program that exec was asked for
 * @param uid {@link Details#UNKNOWN_NUMBER} for any
 * @param lineage the history at the time of the event
 * @param below the process to descend from, which {@link Ancestry} knows
 */
public record EventFilter(
    Set<String> kinds, @Nullable RawText comm, @Nullable RawText exe, long uid, @Nullable LineagePattern lineage,
    @Nullable TaskId below) {

  public EventFilter {
    kinds = Set.copyOf(kinds);
  }

  /** Whether it may be wanted; of what has to be below a process, if it is. */
  boolean wants(HistoryEvent event) {
    if (event instanceof HistoryEvent.GapKept) {
      return kinds.contains("gap");
    }
    if (event instanceof HistoryEvent.Execed execed) {
      return kinds.contains("exec") && wants(execed.task(), execed.entry(), execed.entry().name());
    }
    if (event instanceof HistoryEvent.Forked forked) {
      Task task = forked.task();
      return kinds.contains("fork") && wants(task, task.entryAt(task.start()), task.comm());
    }
    Task task = ((HistoryEvent.Exited) event).task();
    return kinds.contains("exit") && wants(task, task.entryAt(event.time()), task.comm());
  }

  private boolean wants(Task task, Entry entry, RawText name) {
    Details details = entry.details();
    return (comm == null || comm.equals(name))
        && (exe == null || exe.equals(details.exe()) || exe.equals(details.program()))
        && (uid == Details.UNKNOWN_NUMBER || uid == details.uid())
        && (lineage == null || lineage.fits(entry));
  }
}
