package io.taskhistory.api.policy;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.HistoryReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The time by which history grows old: the wall clock, where that can be believed. A clock that is an hour or more ahead
 * of what it was when something was last kept, and of what has passed since, may have been set wrongly; somebody may as
 * well have switched the machine off for a year. It is believed once it has stood for a day, and until then history grows
 * older as the machine runs: nothing is dropped for a jump that somebody takes back. A clock that is set back is
 * believed at once, as all that is kept is younger by it; and so is one that then comes back to where it had been, as
 * that of a machine which begins each boot in the past.
 *
 * <p>What it was before the service came up is taken from the clocks that are kept with the history, so that starting it
 * again neither makes a clock believed nor begins the day anew. Where nothing was kept before, there is nothing to
 * contradict it.
 */
final class AgeClock {

  /**
   * What was seen once.
   *
   * @param boot which one it was in
   * @param running for how long that had been going on, the time that the machine was suspended included
   * @param wall what the wall clock showed
   */
  record Reading(int boot, long running, long wall) {}

  /** That the wall clock shows {@code wall} after so long a running of all boots together. */
  private record Line(long wall, long running) {

    long at(long later) {
      return wall + (later - running);
    }
  }

  private static final long BELIEVED_AT_ONCE = Duration.ofHours(1).toNanos();
  private static final long BELIEVED_AFTER = Duration.ofDays(1).toNanos();
  private static final long NEVER = Long.MIN_VALUE;

  private final Times times;

  /** How long the boots before the present one went on, as far as is known; each begins to count anew. */
  private final long before;
  private Line believed;
  private long aheadSince = NEVER;

  /** What was believed before the clock was set back. */
  private Line farthest;
  private long backSince = NEVER;

  /** @param kept what was seen before, the oldest first, the last in the present boot; there is one at least */
  AgeClock(Times times, List<Reading> kept) {
    this.times = times;
    Reading last = kept.get(0);
    believed = new Line(last.wall, last.running);
    farthest = believed;
    long passed = 0;
    for (Reading reading : kept) {
      passed += reading.boot == last.boot ? 0 : last.running;
      read(reading.wall, passed + reading.running);
      last = reading;
    }
    before = passed;
  }

  /** One that knows what the clocks were over all that is kept. */
  static AgeClock of(Times times, HistoryReader reader) {
    List<Reading> readings = new ArrayList<>();
    for (Boot boot : reader.boots()) {
      readings.add(new Reading(boot.index(), 0, boot.wallStart()));
      long last = 0;
      for (ClockLedger.Row row : boot.clock().rows()) {
        readings.add(new Reading(boot.index(), row.from() + row.bootClockOffset(), row.from() + row.wallOffset()));
        last = row.from();
      }
      long kept = reader.watermark(boot);
      if (kept > last) {
        readings.add(new Reading(boot.index(), boot.clock().bootClockAt(kept), boot.wallAt(kept)));
      }
    }
    return new AgeClock(times, readings);
  }

  long now() {
    return read(times.wall().getAsLong(), before + times.running().getAsLong());
  }

  /** What time it is where the wall clock shows that, after so long a running. */
  private long read(long shown, long running) {
    long expected = believed.at(running);
    boolean isBelieved = shown - expected < BELIEVED_AT_ONCE
        || Math.abs(shown - farthest.at(running)) < BELIEVED_AT_ONCE;
    if (!isBelieved && aheadSince == NEVER) {
      aheadSince = running;
    }
    if (!isBelieved && running - aheadSince < BELIEVED_AFTER) {
      return expected;
    }
    believed = new Line(shown, running);
    aheadSince = NEVER;
    keepFarthest(shown, running);
    return shown;
  }

  /** It is forgotten once the clock has stood for a day where it was set back to. */
  private void keepFarthest(long shown, long running) {
    boolean isBack = shown - farthest.at(running) <= -BELIEVED_AT_ONCE;
    if (!isBack) {
      backSince = NEVER;
      farthest = believed;
    } else if (backSince == NEVER) {
      backSince = running;
    } else if (running - backSince >= BELIEVED_AFTER) {
      backSince = NEVER;
      farthest = believed;
    }
  }
}
