package io.taskhistory.collector;

import io.taskhistory.collector.source.EventSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which sources a collector follows. It opens and closes them.
 *
 * @param spine the one that creates tasks and entries
 * @param beside those that fill in what the spine lacks, each of which may be missing
 * @param substitute makes another spine, should the first refuse or fail; the one beside it with that name goes then
 */
public record SourcePlan(
    EventSource spine, List<EventSource> beside, @Nullable Supplier<EventSource> substitute) {

  public SourcePlan {
    beside = List.copyOf(beside);
  }

  /** One source, alone. */
  public static SourcePlan only(EventSource spine) {
    return new SourcePlan(spine, List.of(), null);
  }
}
