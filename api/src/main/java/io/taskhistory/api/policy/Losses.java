package io.taskhistory.api.policy;

import io.taskhistory.collector.CollectorView.Status;
import io.taskhistory.collector.source.SourceStats;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the sources have lost, and what of it is new. */
final class Losses {

  private static final Known NOTHING = new Known(0, 0);

  private record Known(long losses, long lost) {}

  private final Map<String, Known> known = new HashMap<>();
  private long total;

  /** How often any of them has lost something. */
  long total() {
    return total;
  }

  /** What they have lost since the last call, in words; empty where that is nothing. */
  String look(List<Status.Source> sources) {
    StringBuilder text = new StringBuilder();
    for (Status.Source source : sources) {
      SourceStats stats = source.stats();
      Known before = known.getOrDefault(source.name(), NOTHING);
      if (stats.losses() < before.losses || stats.lost() < before.lost) {
        before = NOTHING; // it was closed and opened again
      }
      known.put(source.name(), new Known(stats.losses(), stats.lost()));
      if (stats.losses() > before.losses || stats.lost() > before.lost) {
        total += Math.max(1, stats.losses() - before.losses);
        text.append(text.isEmpty() ? "" : "; ").append("the source ").append(source.name()).append(" has lost ")
            .append(stats.lost() - before.lost).append(" events, and ").append(stats.lost()).append(" since it runs");
      }
    }
    return text.toString();
  }
}
