package io.taskhistory.store;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Task;

/**
 * Where the one thread that follows tasks puts what it learns. Between two {@link #commit}s it names whatever is new or
 * has changed, as often as it likes; a commit keeps the state that they are in by then, all of it or, after a crash,
 * none.
 *
 * <p>Readers see a task from the moment it is first saved. When a saved task has ended, the commit takes it from
 * {@link #live()} to the ended ones, without a moment in which readers find it in neither.
 */
public interface HistoryWriter {

  /** The boot that is being recorded. */
  Boot boot();

  /**
   * The tasks that live now, for writer and readers. Right after opening: those that lived at the last commit of the
   * same boot; of an earlier boot none, since all its tasks are closed at opening with its last watermark.
   */
  LiveTasks live();

  /** The time of the last commit's watermark in this boot; -1 where this boot is new to the store. */
  long watermark();

  /** The root of this boot's entries: the stored one, or a new one. */
  Entry root();

  /** {@code task} is new, has changed or has ended. A thread's leader is saved by its own call. */
  void save(Task task);

  /** {@code entry} is new or has changed. Its parent was saved before it. */
  void save(Entry entry);

  /** Keeps a new gap and gives it its id; {@code to} may not be before {@code from}. */
  Gap gap(String source, long from, long to, long lost, Gap.Cause cause);

  /** The boot's {@link Boot#clock() ledger} has taken in a row. */
  void clock(ClockLedger.Row row);

  /**
   * Where the source stands whose events everything saved so far came of; kept with the next commit. It alone does not
   * make the writer dirty.
   */
  void position(byte[] position);

  /** The position kept with the last commit in this boot; empty where there is none. */
  byte[] position();

  /** Whether anything was named since the last commit. */
  boolean isDirty();

  /**
   * Keeps everything saved since the last commit in one batch, and the time up to which everything the kernel reported
   * has been applied.
   *
   * @throws StoreException where it could not be kept; nothing of it is then
   */
  void commit(long watermark);
}
