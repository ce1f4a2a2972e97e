package io.taskhistory.api.ask;

import io.taskhistory.history.Moment;
import io.taskhistory.store.Upkeep;
import io.taskhistory.store.Upkeep.Slice;

/** Says of a time that nobody is known of whether that is because what was then has been dropped. */
final class Dropped {

  private static final String UNKNOWN = " as far as is known";

  private Dropped() {}

  /** The end of a sentence. */
  static String reason(Upkeep upkeep, Moment at) {
    Slice first = upkeep.slices().get(0);
    long asked = at.boot().wallAt(at.time());
    boolean isBefore = first.boot() > at.boot().index() || first.boot() == at.boot().index() && asked < first.fromWall();
    return isBefore
        ? UNKNOWN + ", but what had ended by " + Rfc3339.write(first.fromWall())
            + " has been dropped (max_age, max_store_size and space_left say when)"
        : UNKNOWN;
  }
}
