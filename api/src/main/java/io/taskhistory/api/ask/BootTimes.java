package io.taskhistory.api.ask;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Moment;
import io.taskhistory.store.HistoryReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds when it was that the clocks showed what a caller wrote. The wall clock can have shown the same time more than
 * once, in one boot or in several, as it is set back now and then; and never, where it was set forward or nothing ran.
 */
final class BootTimes {

  /** No clock can be set to before 1970 (settimeofday(2)), and nobody should have to calculate near the limits. */
  private static final long LATEST = Long.MAX_VALUE - (1L << 60);

  private final HistoryReader reader;
  private final List<Boot> boots;
  private final long[] ends;

  BootTimes(HistoryReader reader) {
    this.reader = reader;
    this.boots = reader.boots();
    this.ends = new long[boots.size()];
  }

  List<Boot> boots() {
    return boots;
  }

  /**
   * Everything that can be meant by the time from one to the other, which are on the same clock: the latest first.
   *
   * @param boot the boot that the caller named, or null for any
   */
  List<Span> when(AskedTime from, AskedTime to, @Nullable Boot boot) {
    if (from.monotonic()) {
      return List.of(new Span(boot == null ? boots.get(boots.size() - 1) : boot, from.nanos(), to.nanos()));
    }
    List<Span> all = new ArrayList<>(2);
    long first = within(from.nanos());
    long last = within(to.nanos());
    for (int i = boots.size() - 1; i >= 0; i--) {
      Boot candidate = boots.get(i);
      if (boot == null || boot.equals(candidate)) {
        candidate.clock().ofWall(first, last, end(i), (start, end) -> {
          // The boot's own start is told as it was first computed, which the ledger may put before it.
          if (end >= 0 || last >= candidate.wallStart()) {
            all.add(new Span(candidate, Math.max(0, start), Math.max(0, end)));
          }
        });
      }
    }
    return all;
  }

  /**
   * The moment nearest to a time, for a search to begin or end at: in the boot that ran then or before, where the clock
   * was set forward over it the moment of that, and the first moment of all if it was earlier.
   */
  Moment near(AskedTime time) {
    long wall = within(time.nanos());
    for (int i = boots.size() - 1; i >= 0; i--) {
      Boot boot = boots.get(i);
      long then = boot.clock().ofWall(wall);
      if (then >= 0 || wall >= boot.wallStart()) {
        return new Moment(boot, Math.max(0, then));
      }
    }
    return new Moment(boots.get(0), 0);
  }

  /** Why {@link #when} has found nothing. */
  Refusal never(AskedTime time, @Nullable Boot boot) {
    String shown = Rfc3339.write(time.nanos());
    long wall = within(time.nanos());
    for (int i = boots.size() - 1; i >= 0; i--) {
      Boot candidate = boots.get(i);
      long then = candidate.clock().ofWall(wall);
      if ((boot == null || boot.equals(candidate)) && then >= 0 && then < end(i)) {
        return new Refusal(Refusal.Kind.NO_SUCH_TASK, "the wall clock never showed " + shown + ": it was set forward"
            + " over that; the moment when it was is " + new Span(candidate, then, then).asMonotonic());
      }
    }
    return wall < boots.get(0).wallStart()
        ? new Refusal(Refusal.Kind.NO_SUCH_BOOT, "at is before " + Rfc3339.write(boots.get(0).wallStart())
            + ", the start of the first boot that is known")
        : new Refusal(Refusal.Kind.NO_SUCH_TASK, "nobody is known to have run at " + shown
            + ": the machine was off, or nothing recorded what it did");
  }

  private static long within(long nanos) {
    return Math.max(-1, Math.min(nanos, LATEST));
  }

  /** What happened in an earlier boot after the last commit is not known. */
  private long end(int i) {
    if (i == boots.size() - 1) {
      return Long.MAX_VALUE;
    }
    if (ends[i] == 0) {
      ends[i] = Math.max(1, reader.watermark(boots.get(i)));
    }
    return ends[i];
  }
}
