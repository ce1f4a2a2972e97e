package io.taskhistory.api.audit;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What became of audit log text that was enriched, as the last line of an answer says where {@code summary} is asked
 * for.
 *
 * @param added records
 * @param ambiguous events of which it could not be told which of several tasks they are about
 * @param unknown events of tasks that are not known
 * @param unparsable lines that are no records
 */
public record EnrichmentCounts(long lines, long events, long added, long ambiguous, long unknown, long unparsable) {

  public static final EnrichmentCounts NONE = new EnrichmentCounts(0, 0, 0, 0, 0, 0);

  static EnrichmentCounts of(JsonNode summary) {
    return new EnrichmentCounts(summary.path("lines").asLong(), summary.path("events").asLong(),
        summary.path("added").asLong(), summary.path("ambiguous").asLong(), summary.path("unknown").asLong(),
        summary.path("unparsable").asLong());
  }

  public EnrichmentCounts plus(EnrichmentCounts other) {
    return new EnrichmentCounts(lines + other.lines, events + other.events, added + other.added,
        ambiguous + other.ambiguous, unknown + other.unknown, unparsable + other.unparsable);
  }
}
