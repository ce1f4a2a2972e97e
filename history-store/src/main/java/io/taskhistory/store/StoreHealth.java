package io.taskhistory.store;

/**
 * Whether a store can keep what it is given.
 *
 * @param problem what the last commit was refused for; empty where it was not
 */
public record StoreHealth(State state, String problem) {

  public static final StoreHealth FINE = new StoreHealth(State.FINE, "");

  /** What may be done about it differs. */
  public enum State {
    /** The last commit was kept. */
    FINE,
    /** There was no space (ENOSPC, EDQUOT). */
    FULL,
    /** The disk or the file system failed, or what is there is damaged. */
    FAILING
  }
}
