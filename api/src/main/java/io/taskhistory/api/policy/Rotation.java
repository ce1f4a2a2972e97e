package io.taskhistory.api.policy;

import io.taskhistory.store.Upkeep;
import io.taskhistory.store.Upkeep.Slice;
import java.time.Duration;
import java.util.List;

/**
 * Drops history, and never more than is needed: the next slice is only asked for when the last one is gone and has made
 * the store smaller. Where it has not, as what it had was not sorted into files of its own yet, that is given some time:
 * to drop one after the other at once would be to drop all for what comes back a little later.
 */
final class Rotation {

  private static final long SETTLES_WITHIN = Duration.ofSeconds(3).toNanos();
  private static final long FREED_WITHIN = Duration.ofSeconds(30).toNanos();
  private static final long NOT_YET = Long.MIN_VALUE;
  private static final int NOTHING = -1;

  /** A store takes so much with next to nothing in it; to drop what is being written then frees nothing. */
  private static final long LEAST_WORTHWHILE = 4L << 20;

  private final Upkeep upkeep;
  private final Times times;
  private int asked = NOTHING;
  private long bytesThen;
  private long goneSince = NOT_YET;
  private volatile long dropped;

  Rotation(Upkeep upkeep, Times times) {
    this.upkeep = upkeep;
    this.times = times;
  }

  /** How many slices were asked to be dropped. Any thread may ask. */
  long dropped() {
    return dropped;
  }

  /**
   * Asks for the oldest slice to be dropped, where it is time to.
   *
   * @param evenPresent whether the one that is being written may go too, where there is no other
   * @param isUrgent whether nothing can be kept before something is freed
   * @return whether it was
   */
  boolean dropOldest(boolean evenPresent, boolean isUrgent) {
    List<Slice> slices = upkeep.slices();
    Slice oldest = slices.get(0);
    if (!isSettled(oldest, isUrgent)) {
      return false;
    }
    if (slices.size() == 1 && !(evenPresent && upkeep.bytes() >= LEAST_WORTHWHILE)) {
      return false;
    }
    drop(oldest.number(), 1);
    return true;
  }

  private boolean isSettled(Slice oldest, boolean isUrgent) {
    if (asked == NOTHING) {
      return true;
    }
    if (oldest.number() <= asked) {
      return false;
    }
    long now = times.monotonic().getAsLong();
    if (goneSince == NOT_YET) {
      goneSince = now;
    }
    return now - goneSince >= SETTLES_WITHIN
        && (isUrgent || upkeep.bytes() < bytesThen || now - goneSince >= FREED_WITHIN);
  }

  /**
   * Asks for all that is older to be dropped, but for the one that is being written.
   *
   * @param now what time it is for history, see {@link AgeClock}
   * @return whether there was any that had not been
   */
  boolean dropBefore(long most, long now) {
    List<Slice> slices = upkeep.slices();
    int last = lastBefore(slices, now - most, now);
    if (last < 0) {
      return false;
    }
    int number = slices.get(last).number();
    if (number <= asked) {
      return false;
    }
    drop(number, last + 1);
    return true;
  }

  private static int lastBefore(List<Slice> slices, long wall, long now) {
    int last = -1;
    for (int i = 0; i < slices.size() - 1 && Ages.end(slices, i, now) < wall; i++) {
      last = i;
    }
    return last;
  }

  private void drop(int number, int count) {
    asked = number;
    goneSince = NOT_YET;
    bytesThen = upkeep.bytes();
    dropped += count;
    upkeep.giveUp(number);
  }
}
