package io.taskhistory.collector;

import io.taskhistory.collector.source.EventSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which sources a collector follows. It opens and closes them.
 *
 * @param spine the one that creates tasks and entries
 * @param beside one that fills in what the spine lacks, and may be missing
 * @param substitute makes another spine, should the first refuse or fail
 */
public record SourcePlan(
    EventSource spine, @Nullable EventSource beside, @Nullable Supplier<EventSource> substitute) {

  /** One source, alone. */
  public static SourcePlan only(EventSource spine) {
    return new SourcePlan(spine, null, null);
  }
}
