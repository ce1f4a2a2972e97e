package io.taskhistory.api.ask;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Moment;
import org.jspecify.annotations.Nullable;

/**
 * What a search is limited to: what lies between two moments, and, as the wall clock can have been set meanwhile, has a
 * stamp between the two times that were asked for.
 *
 * @param from null where there is no limit; so is {@code to}
 * @param wallFrom the first stamp that counts
 * @param wallTo the first that no longer does
 */
public record SearchTimes(@Nullable Moment from, @Nullable Moment to, long wallFrom, long wallTo) {

  /** Whether what happened at a time between the two moments is meant. */
  public boolean include(Boot boot, long time) {
    long wall = boot.wallAt(time);
    return wall >= wallFrom && wall < wallTo;
  }
}
