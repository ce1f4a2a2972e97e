package io.taskhistory.api.policy;

import java.time.Duration;

/**
 * The time by which history grows old: the wall clock, where that can be believed. A clock that is an hour or more ahead
 * of what it was when something was last kept, and of what has passed since, may have been set wrongly; somebody may as
 * well have switched the machine off for a year. It is believed once it has stood for a day of running, and until then
 * history grows older as the monotonic clock goes on: nothing is dropped for a jump that somebody takes back. A clock
 * that is set back is believed at once, as all that is kept is younger by it.
 */
final class AgeClock {

  private static final long BELIEVED_AT_ONCE = Duration.ofHours(1).toNanos();
  private static final long BELIEVED_AFTER = Duration.ofDays(1).toNanos();
  private static final long NEVER = Long.MIN_VALUE;

  private final Times times;
  private long wall;
  private long since;
  private long aheadSince = NEVER;

  /** @param lastKept the wall clock when something was last kept */
  AgeClock(Times times, long lastKept) {
    this.times = times;
    this.wall = lastKept;
    this.since = times.monotonic().getAsLong();
  }

  long now() {
    long monotonic = times.monotonic().getAsLong();
    long expected = wall + (monotonic - since);
    long shown = times.wall().getAsLong();
    if (shown - expected < BELIEVED_AT_ONCE) {
      believe(shown, monotonic);
      return shown;
    }
    if (aheadSince == NEVER) {
      aheadSince = monotonic;
    }
    if (monotonic - aheadSince >= BELIEVED_AFTER) {
      believe(shown, monotonic);
      return shown;
    }
    return expected;
  }

  private void believe(long shown, long monotonic) {
    wall = shown;
    since = monotonic;
    aheadSince = NEVER;
  }
}
