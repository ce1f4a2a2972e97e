package io.taskhistory.store;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Task;

/**
 * Where the one thread that follows tasks puts what it learns. It names whatever is new or has changed, as often as it
 * likes; a commit keeps the state that they are in when it begins, all of it or, after a crash, none.
 *
 * <p>That thread need not wait for a disk: it {@link #begin begins} a commit, goes on, and asks now and then whether it
 * is {@link #settle settled}. What is saved meanwhile comes with the next one. A slow disk so makes commits fewer and
 * larger; {@link #pending} tells how much waits, and {@link #shed} makes it less. A writer that waits for no disk has
 * all that from {@link #commit}.
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

  /** Whether anything was named since the last commit was begun. */
  boolean isDirty();

  /** Whether a commit was begun and is not settled. */
  default boolean isUnderWay() {
    return false;
  }

  /**
   * Begins to keep everything saved since the last time in one batch, and the time up to which everything the kernel
   * reported has been applied. Does not wait for the disk.
   *
   * @param done called, by any thread, once {@link #settle} has something to tell
   * @throws IllegalStateException while another is under way
   */
  default void begin(long watermark, Runnable done) {
    commit(watermark);
    done.run();
  }

  /**
   * Takes note of how the commit went. Readers see what was kept once this has returned true.
   *
   * @return false while it is under way; true once it is kept, or where none was begun
   * @throws StoreException where it could not be kept; what it was to keep comes with the next one
   */
  default boolean settle() {
    return true;
  }

  /**
   * Begins a commit and waits until it is settled; one that is under way is settled first.
   *
   * @throws StoreException where it could not be kept; what it was to keep comes with the next one
   */
  void commit(long watermark);

  /** About how many bytes of memory are taken by what is not settled. */
  default long pending() {
    return 0;
  }

  /**
   * Gives up what no live task needs of that which waits: tasks that have ended, and execs that are in the history of
   * none that lives. In their place a gap is kept, whose source is {@link #STORE}.
   *
   * @param until the present time
   * @return how many tasks and execs
   */
  default long shed(long until) {
    return 0;
  }

  /** What {@link Gap#source} says where not a source, but the store has lost something. */
  String STORE = "store";
}
