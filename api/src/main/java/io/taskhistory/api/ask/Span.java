package io.taskhistory.api.ask;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Moment;

/** A stretch of the time of one boot, both ends included; for a point in time they are the same. */
record Span(Boot boot, long from, long to) {

  Moment start() {
    return new Moment(boot, from);
  }

  Moment end() {
    return new Moment(boot, to);
  }

  /** As a caller can ask about it whatever the wall clock showed. */
  String asMonotonic() {
    return "mono:" + Rfc3339.writeSeconds(to) + " (boot " + boot.id().substring(0, 8) + ")";
  }
}
