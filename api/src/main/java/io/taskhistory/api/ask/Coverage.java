package io.taskhistory.api.ask;

import io.taskhistory.history.History;
import io.taskhistory.history.Reason;
import io.taskhistory.store.HistoryReader;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many of the live processes have a complete history, and why the others do not.
 *
 * @param reasons how many processes each reason holds for, by its label; a process can have several
 */
public record Coverage(int live, int complete, double share, Map<String, Integer> reasons) {

  static Coverage of(HistoryReader reader) {
    int[] counts = new int[2];
    Map<String, Integer> reasons = new TreeMap<>();
    reader.live().forEach(task -> {
      if (!task.isLeader() || !task.isLive()) {
        return;
      }
      counts[0]++;
      var why = History.of(task, Found.PRESENT).reasons();
      if (why.isEmpty()) {
        counts[1]++;
      }
      for (Reason reason : why) {
        reasons.merge(reason.label(), 1, Integer::sum);
      }
    });
    return new Coverage(counts[0], counts[1], counts[0] == 0 ? 1 : (double) counts[1] / counts[0], reasons);
  }
}
