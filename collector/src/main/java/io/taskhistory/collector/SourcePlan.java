package io.taskhistory.collector;

import io.taskhistory.collector.source.EventSource;
import java.util.List;
import java.util.function.Supplier;

/**
 * Which sources a collector follows. It opens and closes them.
 *
 * @param spine the one that creates tasks and entries
 * @param beside those that fill in what the spine lacks, each of which may be missing
 * @param substitutes make other spines, one after the other, should the one before refuse or fail; what is beside the
 *     spine and has the same name goes then
 */
public record SourcePlan(
    EventSource spine, List<EventSource> beside, List<Supplier<EventSource>> substitutes) {

  public SourcePlan {
    beside = List.copyOf(beside);
    substitutes = List.copyOf(substitutes);
  }

  /** One source, alone. */
  public static SourcePlan only(EventSource spine) {
    return new SourcePlan(spine, List.of(), List.of());
  }
}
