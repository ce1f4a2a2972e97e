package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Entry;
import io.taskhistory.history.Task;
import io.taskhistory.store.StoreSettings;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What a commit does to the periods: it begins one where the current is over, and gives up those that were asked for.
 *
 * <pre>
 *   before    | 4: boot 1 | 5: boot 1 | 6: boot 2 | 7: boot 2, current |
 *   giveUp(5)                         | 6: boot 2 | 7: boot 2, current |
 *   giveUp(7)                                                          | 8: boot 2, current |
 * </pre>
 *
 * <p>A new period gets a copy of whatever lives on: the entries on the chains of the live tasks, and those tasks' rows
 * as children. What is given up is one range of keys in each family, and of the boots that have no period left the rows
 * in {@code meta}: a dozen records, however many go.
 *
 * <p>Those come first in the batch, and where something is given up they are written for themselves before the rest:
 * what lives on, so that readers find it at any moment; then, out of their sight by now, what goes; then, in the room
 * that this has made, all else. A crash in between leaves a store with fewer periods.
 */
final class Turnover {

  /**
   * The part of one commit.
   *
   * @param then the periods that it leaves
   * @param carried how many bytes of a new period are copies
   * @param livesOn the beginning of the batch, with what goes into a new period; null where none is begun
   * @param givenUp the same, and what is given up; null where nothing is
   */
  record Step(Periods then, long carried, byte @Nullable [] livesOn, byte @Nullable [] givenUp) {}

  private final Database database;
  private final Contents contents;
  private final StoreUpkeep upkeep;
  private final Reserve reserve;
  private final Reclaim reclaim;
  private final long longest;
  private final long mostBytes;
  private final Entry root;
  private final TaskRecord record = new TaskRecord();

  Turnover(Database database, Contents contents, Entry root, StoreUpkeep upkeep, Reserve reserve, Reclaim reclaim,
      StoreSettings settings) {
    this.database = database;
    this.contents = contents;
    this.root = root;
    this.upkeep = upkeep;
    this.reserve = reserve;
    this.reclaim = reclaim;
    this.longest = settings.slice().toNanos();
    this.mostBytes = settings.sliceBytes();
  }

  /**
   * Begins a batch.
   *
   * @param begun the periods that the last commit left, or was to leave: it may have been refused and written all the
   *     same
   * @param latest the latest time that it had in it
   * @param mark the time of this commit
   * @param live the tasks that are kept as live, by now or up to now
   */
  Step encode(
      Batch batch, Periods begun, long latest, long mark, Collection<Task> live, EntryWriter entryWriter,
      EventWriter eventWriter) {
    Periods now = contents.kept();
    Periods then = after(begun, latest, mark);
    entryWriter.begin(batch, then);
    boolean begins = then.current().number() != now.current().number();
    if (begins) {
      MetaRows.period(batch, then.current());
      LineageRows.begin(batch, then.current().number());
      entryWriter.carry(batch, root);
      live.forEach(task -> liveOn(batch, then.current().number(), task, entryWriter));
      eventWriter.lives(batch, then.current().number(), then.current().from() - 1);
    }
    long carried = batch.bytesByPeriod();
    if (then.first().number() == now.first().number()) {
      return new Step(then, carried, null, null);
    }
    byte[] livesOn = begins ? batch.serialized() : null;
    giveUp(batch, now, then);
    return new Step(then, carried, livesOn, batch.serialized());
  }

  /** The periods that a commit at {@code mark} leaves. One that it begins does so after whatever may be kept by now. */
  private Periods after(Periods begun, long latest, long mark) {
    Period current = contents.kept().current();
    int asked = upkeep.givenUp();
    boolean isOver = mark - current.opened() >= longest
        || mostBytes > 0 && contents.present().written() >= mostBytes
        || asked >= current.number();
    boolean isBegun = begun.current().number() != current.number();
    Periods then = isOver && !isBegun
        ? begun.with(new Period(current.number() + 1, current.boot(), Math.max(latest, current.from()) + 1, mark))
        : begun;
    return then.after(asked);
  }

  private void liveOn(Batch batch, int period, Task task, EntryWriter entryWriter) {
    entryWriter.carry(batch, task.entry());
    if (task.creatorStart() != TaskRecord.NOBODY) {
      Keys.child(batch.key, period, task.creatorTid(), task.creatorStart(), task.start(), task.tid());
      batch.value.clear();
      batch.put(Family.CHILDREN);
    }
    if (!task.isLeader() && task.isLive()) {
      // It names its leader's entry as that was when the thread was saved, which nobody else may have by now.
      Keys.live(batch.key, task.tid(), task.start());
      record.of(task).encode(batch.value);
      batch.put(Family.LIVE);
    }
  }

  private static void giveUp(Batch batch, Periods now, Periods then) {
    int first = then.first().number();
    for (Family family : Family.BY_PERIOD) {
      Keys.period(batch.key, 0);
      Keys.period(batch.value, first);
      batch.deleteRange(family);
    }
    MetaRows.deleteBelow(batch, MetaRows.PERIOD, first);
    int boot = then.first().boot();
    if (boot != now.first().boot()) {
      for (char kind : MetaRows.OF_BOOTS) {
        MetaRows.deleteBelow(batch, kind, boot);
      }
    }
  }

  /**
   * How many bytes the current period has, with what is in the batch by now. Copies do not count: where those of a
   * hundred thousand live tasks are more than a period may have, each commit would begin another.
   */
  long written(Step step, Batch batch) {
    boolean begins = step.then.current().number() != contents.kept().current().number();
    return (begins ? 0 : contents.present().written()) + batch.bytesByPeriod() - step.carried;
  }

  /** Writes the batch, once it is complete. For the thread that may wait for the disk. */
  void write(Step step, Batch batch) {
    if (database.hasFailed()) {
      reclaim.pause();
    }
    if (step.givenUp == null) {
      database.commit(batch);
      reserve.keepUp();
      reclaim.goOn();
      return;
    }
    if (database.hasFailed()) {
      reserve.release();
    }
    if (step.livesOn != null) {
      database.commit(step.livesOn, 0);
    }
    contents.hideAllBut(step.then);
    database.commit(step.givenUp, 0);
    reclaim.dropFiles(step.then.first().number());
    database.commit(batch);
    reclaim.goOn();
  }
}
