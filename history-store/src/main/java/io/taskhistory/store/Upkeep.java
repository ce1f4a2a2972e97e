package io.taskhistory.store;

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
   * @param fromWall when it begins, wall clock, in nanoseconds since 1970
   * @param toWall when it ends, as far as is known: the present one goes on
   */
  record Slice(int number, int boot, long fromWall, long toWall) {}

  /** Those that are kept, the oldest first; the last is the one that is being written. Never empty. */
  List<Slice> slices();

  /**
   * Asks for all up to that number to be given up, with the next commit. Where the present one is among them, another is
   * begun first. A boot none of whose slices is kept is forgotten.
   */
  void giveUp(int number);

  /** What the store takes on disk, the reserve not counted. The last of what was given up is free some moments later. */
  long bytes();

  /** How the last commit went; or what damage was met, also by readers, since the store is open. */
  StoreHealth health();

  /** How the last commit went, whatever else is wrong. */
  StoreHealth writing();
}
