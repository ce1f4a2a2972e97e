package io.taskhistory.api.view;

import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.collector.tracking.CheckStats;
import io.taskhistory.history.Boot;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of comparing what is known with /proc, and the sources with each other.
 *
 * @param rounds how often all tasks have been compared with /proc
 * @param compared how many comparisons of one task that were
 * @param findings how many differences stood, by kind: {@code ended}, {@code unknown_process}, {@code unknown_thread},
 *     {@code image}, {@code name}
 * @param repaired how many of them are put right
 * @param lastTime when the last was found; null for never
 * @param last what that was
 * @param sources how those beside the spine agree with it
 */
public record SelfCheckView(
    long rounds, long compared, Map<String, Long> findings, long repaired, @Nullable String lastTime,
    @Nullable String last, List<CheckStats.Agreement> sources) {

  static SelfCheckView of(Boot boot, CheckStats stats) {
    boolean none = stats.lastTime() < 0;
    return new SelfCheckView(stats.rounds(), stats.compared(), stats.findings(), stats.repaired(),
        none ? null : Rfc3339.write(boot.wallAt(stats.lastTime())), none ? null : stats.last(), stats.agreements());
  }
}
