package io.taskhistory.api.policy;

import io.taskhistory.store.Upkeep.Slice;
import java.time.Duration;
import java.util.List;

/**
 * The time by which history grows old: the wall clock, where that can be believed. A clock that is an hour or more ahead
 * of what it was when something was last kept, and of what has passed since, may have been set wrongly; somebody may as
 * well have switched the machine off for a year. It is believed once it has stood for a day of running, and until then
 * history grows older as the monotonic clock goes on: nothing is dropped for a jump that somebody takes back. A clock
 * that is set back is believed at once, as all that is kept is younger by it.
 *
 * <p>What it was before the service came up is taken from the history that is kept, so that starting it again neither
 * makes a clock believed nor begins the day anew. Where nothing was kept before, there is nothing to contradict it.
 */
final class AgeClock {

  private static final long BELIEVED_AT_ONCE = Duration.ofHours(1).toNanos();
  private static final long BELIEVED_AFTER = Duration.ofDays(1).toNanos();
  private static final long NEVER = Long.MIN_VALUE;

  private final Times times;

  /** How long the boots before the present one were followed for; monotonic clocks begin anew with each. */
  private final long before;
  private long wall;
  private long since;
  private long aheadSince = NEVER;

  /** @param kept what is kept, the oldest first; the last is of the present boot */
  AgeClock(Times times, List<Slice> kept) {
    this.times = times;
    Slice first = kept.get(0);
    believe(first.fromWall(), first.from());
    long passed = 0;
    for (int i = 0; i < kept.size(); i++) {
      Slice slice = kept.get(i);
      if (i > 0 && kept.get(i - 1).boot() != slice.boot()) {
        passed += kept.get(i - 1).to();
      }
      read(slice.fromWall(), passed + slice.from());
      read(slice.toWall(), passed + slice.to());
    }
    before = passed;
  }

  long now() {
    return read(times.wall().getAsLong(), before + times.monotonic().getAsLong());
  }

  /** What time it is where the wall clock shows that, after so long a running. */
  private long read(long shown, long running) {
    long expected = wall + (running - since);
    if (shown - expected < BELIEVED_AT_ONCE) {
      believe(shown, running);
      return shown;
    }
    if (aheadSince == NEVER) {
      aheadSince = running;
    }
    if (running - aheadSince >= BELIEVED_AFTER) {
      believe(shown, running);
      return shown;
    }
    return expected;
  }

  private void believe(long shown, long running) {
    wall = shown;
    since = running;
    aheadSince = NEVER;
  }
}
