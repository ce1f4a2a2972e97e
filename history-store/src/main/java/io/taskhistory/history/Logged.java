package io.taskhistory.history;

/** How much of a task's life a store has put into its event log: each part goes there once. */
public final class Logged {

  public static final int NOTHING = 0;
  public static final int BIRTH = 1;
  public static final int END = 2;

  private Logged() {}
}
