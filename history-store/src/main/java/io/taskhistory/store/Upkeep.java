package io.taskhistory.store;

import io.taskhistory.history.Boot;
import java.util.List;

/**
 * What keeps a store within bounds. History is given up in slices, the oldest first. No task that is kept loses an
 * ancestor by that: each slice has all entries that its tasks have in their histories.
 *
 * <p>Any thread may call. What is asked for here is done with the next commit.
 */
public interface Upkeep {

  /**
   * A stretch of one boot's time; a task belongs to the one that it ended in.
   *
   * @param number counts the slices over all boots
   * @param boot the index of the boot
   * @param from when it begins, in nanoseconds since the boot; 0 for the boot's first
   * @param to when it ends, as far as is known: the present one goes on
   * @param fromWall when it begins, by the wall clock as it was then, in nanoseconds since 1970
   * @param toWall when it ends, as far as is known
   */
  record Slice(int number, int boot, long from, long to, long fromWall, long toWall) {

    /** The one between those times of a boot. */
    public static Slice of(int number, Boot boot, long from, long to) {
      long fromWall = boot.wallAt(from);
      return new Slice(number, boot.index(), from, Math.max(from, to), fromWall, Math.max(fromWall, boot.wallAt(to)));
    }
  }

  /** Those that are kept, the oldest first; the last is the one that is being written. Never empty. */
  List<Slice> slices();

  /**
   * Asks for all up to that number to be given up, with the next commit. Where the present one is among them, another is
   * begun first. A boot none of whose slices is kept is forgotten.
   */
  void giveUp(int number);

  /** What the store takes on disk, the reserve not counted. The last of what was given up is free some moments later. */
  long bytes();

  /** How the last commit went. */
  StoreHealth health();
}
