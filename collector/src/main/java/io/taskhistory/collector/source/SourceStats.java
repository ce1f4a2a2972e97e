package io.taskhistory.collector.source;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a source has done since it was opened.
 *
 * @param events passed on
 * @param lost events known to be lost; where nobody counted them, at least one for each loss
 * @param losses how often some were lost
 * @param buffer the size of the kernel's buffer in bytes
 * @param more what this source alone counts, by the kernel's names for it
 * @param advice what an administrator should know or do; empty where there is nothing
 */
public record SourceStats(
    long events, long lost, long losses, long buffer, Map<String, Long> more, String advice) {

  public SourceStats {
    more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
  }

  public SourceStats(long events, long lost, long losses, long buffer) {
    this(events, lost, losses, buffer, Map.of(), "");
  }
}
