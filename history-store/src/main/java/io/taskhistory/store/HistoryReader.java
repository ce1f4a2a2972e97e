package io.taskhistory.store;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import java.time.Duration;
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

  /**
   * The processes that lived at some time from that moment to {@code to}, both included: their leaders, live and ended,
   * by start and then tid. With {@code to} the moment itself: who lived then.
   *
   * @param most how many to return at most; those that started last are left out
   * @throws TooMuchException where they are few enough, but have arguments and paths that are too long together
   */
  List<Task> livedWithin(Moment from, long to, int most);

  /**
   * What was kept behind a place in the log. Each task's creation and end, each exec and each gap stand in it once, in
   * the order of the commits that first kept them, and within one commit by time. What had not ended when a boot did
   * has no end in it, nor has what is no longer kept itself, or was never: of that there is a gap.
   *
   * @param after where the last page ended, or null for the oldest that is kept
   * @param most how many to return at most
   */
  EventPage events(@Nullable EventCursor after, int most);

  /** The place behind all that is kept by now. */
  EventCursor newestEvent();

  /**
   * Waits until something is kept behind a place, or the store is closed. Any number of threads may wait; the writer
   * waits for none of them.
   *
   * @return false where there was nothing in time
   */
  boolean awaitEvents(EventCursor after, Duration longest) throws InterruptedException;

  /** The gaps of one boot, by id. */
  List<Gap> gaps(Boot boot);

  StoreStats stats();
}
