package io.taskhistory.api.policy;

import java.util.List;
import java.util.Map;

/** Runs programs on behalf of actions. */
public interface Runner {

  /**
   * Has a program run, one after the other; nobody waits for it.
   *
   * @param command the program and its arguments; no shell reads them
   * @param environment what it is told
   */
  void run(List<String> command, Map<String, String> environment);

  /** The same, but at once, whatever else runs or waits to be. */
  default void runAtOnce(List<String> command, Map<String, String> environment) {
    run(command, environment);
  }
}
