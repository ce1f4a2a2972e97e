package io.taskhistory.store;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where anybody finds what is known. A task that ended at its own start lived no time: it held its tid at none, and
 * gives way to any other that held it.
 *
 * <p>Safe for any number of threads; none of the calls waits for the writer.
 */
public interface HistoryReader {

  /** The boot that is being recorded. */
  Boot boot();

  /** All boots of which something is kept, oldest first. Their indexes follow one another. */
  List<Boot> boots();

  /** The tasks that live now. */
  LiveTasks live();

  /** The time of the last commit in the present boot. */
  long watermark();

  /** The time of the last commit in {@code boot}; -1 where there was none, or nothing of that boot is kept. */
  long watermark(Boot boot);

  /** Whoever held {@code tid} at that moment; nobody where no task did. */
  Optional<Task> task(int tid, Moment at);

  /** All who held {@code tid} at some time from that moment to {@code to}, both included; the last one first. */
  List<Task> tasks(int tid, Moment from, long to);

  /** The live holder of {@code tid}, else the last one, of whatever boot. */
  Optional<Task> task(int tid);

  Optional<Task> task(TaskId id);

  /**
   * The tasks that {@code creator} created, live and ended, by start and then tid.
   *
   * @param after the last one that the caller already has, or null
   * @param most how many to return at most
   */
  List<Task> children(TaskId creator, @Nullable Task after, int most);

  /** Past execs that fit, oldest first. The scan can be long: see {@link ExecQuery#scanLimit}. */
  ExecPage execs(ExecQuery query);

  /** The gaps of one boot, by id. */
  List<Gap> gaps(Boot boot);

  StoreStats stats();
}
