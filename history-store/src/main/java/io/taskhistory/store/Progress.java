package io.taskhistory.store;

/** Is told how far a long task is. */
public interface Progress {

  /** For who does not want to know. */
  Progress NONE = (what, done, total) -> { };

  /**
   * @param what is being done, as a person would read it
   * @param total how much there is to do; 0 where nobody knows
   */
  void at(String what, long done, long total);
}
