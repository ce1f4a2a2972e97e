package io.taskhistory.store;

import java.nio.file.Path;
import java.util.List;

/**
 * What a repair of a store has saved and what it has not.
 *
 * @param kept where the store is that was damaged, as it was
 * @param damages which files were damaged, and how
 * @param tasks how many tasks were saved, live and ended
 * @param entries how many entries were saved, each as often as it is kept
 * @param lost what was not saved, one sentence each; none where everything was
 */
public record RepairReport(Path kept, List<String> damages, long tasks, long entries, List<String> lost) {

  public RepairReport {
    damages = List.copyOf(damages);
    lost = List.copyOf(lost);
  }
}
