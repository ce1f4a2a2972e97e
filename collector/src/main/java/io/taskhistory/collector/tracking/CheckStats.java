package io.taskhistory.collector.tracking;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of comparing what is known with /proc, and the sources with each other.
 *
 * @param rounds how often all tasks have been compared with /proc
 * @param compared how many comparisons of one task that were
 * @param findings how many differences stood, by what is different; all kinds are in it
 * @param repaired how many of them are put right
 * @param lastTime when the last was found, on the monotonic clock; -1 where there is none
 * @param last what that was, in words; empty where there is none
 * @param agreements how sources beside the spine agree with it
 */
public record CheckStats(
    long rounds, long compared, Map<String, Long> findings, long repaired, long lastTime, String last,
    List<Agreement> agreements) {

  /** Nothing is compared. */
  public static final CheckStats NONE = new CheckStats(0, 0, Map.of(), 0, -1, "", List.of());

  /**
   * How one source agrees with the spine.
   *
   * @param source the one beside the spine
   * @param agreed how much of what it told was what the spine had told too
   * @param contradicted how often it told what the spine had missed
   */
  public record Agreement(String source, long agreed, long contradicted) {}

  public CheckStats {
    findings = Collections.unmodifiableMap(new LinkedHashMap<>(findings));
    agreements = List.copyOf(agreements);
  }
}
