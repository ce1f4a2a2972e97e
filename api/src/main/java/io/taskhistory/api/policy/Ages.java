package io.taskhistory.api.policy;

import io.taskhistory.store.Upkeep.Slice;
import java.util.List;

/**
 * When slices ended. The wall clock may have been wrong then, either way, which shows by the others: they follow one
 * another. Where it cannot be told, a slice is as young as it may be.
 */
final class Ages {

  /** When a slice ended that did not end yet, as far as can be told. */
  static final long YOUNG = Long.MAX_VALUE;

  private Ages() {}

  /**
   * When one ended.
   *
   * @param now what time it is for history: whatever ended after that, by the clock that it had, had a wrong one
   */
  static long end(List<Slice> slices, int index, long now) {
    long before = Long.MIN_VALUE;
    for (Slice slice : slices.subList(0, index + 1)) {
      before = slice.toWall() <= now ? Math.max(before, slice.toWall()) : before;
    }
    if (slices.get(index).toWall() <= now) {
      return before; // by a clock that was behind, it would have ended before those that it came after
    }
    long after = YOUNG;
    for (Slice slice : slices.subList(index + 1, slices.size())) {
      after = slice.toWall() >= before && slice.toWall() <= now ? Math.min(after, slice.toWall()) : after;
    }
    return after;
  }
}
