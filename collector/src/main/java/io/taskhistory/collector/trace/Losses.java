package io.taskhistory.collector.trace;

import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Gap;

/** Tells what is missing, and counts it. */
final class Losses {

  private final InFlight inFlight;
  private long losses;
  private long events;

  Losses(InFlight inFlight) {
    this.inFlight = inFlight;
  }

  /** As {@link TaskEvents#lost}. No name that was heard before {@code to} is certainly a task's latest. */
  void tell(TaskEvents receiver, long from, long to, long count, Gap.Cause cause) {
    losses++;
    events += Math.max(1, count);
    inFlight.forgetNames(to);
    receiver.lost(from, Math.max(from, to), count, cause);
  }

  /** How often. */
  long losses() {
    return losses;
  }

  /** How many events; at least one for each loss. */
  long events() {
    return events;
  }
}
