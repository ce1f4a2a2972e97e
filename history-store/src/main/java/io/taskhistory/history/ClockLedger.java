package io.taskhistory.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the wall clock and the boot clock stood against the monotonic clock over one boot. Nothing is ordered by the wall
 * clock, which steps; but people ask by it, and then mean the clock as it was. The boot clock differs from the
 * monotonic one by the time the machine was suspended, and {@code /proc/PID/stat} counts starts in it.
 *
 * <p>There is a row for each step and each suspend, and none otherwise: the kernel keeps the wall clock as the monotonic
 * one and an offset (wall_to_monotonic of kernel/time/timekeeping.c), which only a step changes. What adjtimex(2) slews
 * is the rate of both.
 *
 * <p>One thread at a time writes, any thread reads: a new row replaces the array. A machine that is stepped a day has
 * some 20 KB of it after a year; one whose host steps it each minute comes to {@link #MANY} rows within a week, and then
 * the smallest steps of long ago are given up ({@link #thinned}).
 */
public final class ClockLedger {

  /**
   * What held from {@code from} (monotonic) until the next row.
   *
   * @param wallOffset wall clock minus monotonic clock
   * @param bootClockOffset CLOCK_BOOTTIME minus monotonic clock
   * @param since the last time at which the row before was seen to hold: it is known of no time between that and
   *     {@code from} which of the two did
   */
  public record Row(long from, long wallOffset, long bootClockOffset, long since) {

    public Row {
      if (since > from) {
        throw new IllegalArgumentException("held since " + since + ", after " + from);
      }
    }

    /** One that came to hold at {@code from}, and not before. */
    public Row(long from, long wallOffset, long bootClockOffset) {
      this(from, wallOffset, bootClockOffset, from);
    }

    /** The same reading, where {@code before} was last seen to hold at {@code time}, or when it came to hold. */
    public Row after(Row before, long time) {
      return new Row(from, wallOffset, bootClockOffset, Math.min(from, Math.max(before.from, time)));
    }
  }

  /** Takes intervals of monotonic time. */
  @FunctionalInterface
  public interface Intervals {
    void add(long from, long to);
  }

  /** Smaller differences than this (1 ms) are the noise of reading two clocks. */
  public static final long TOLERANCE = 1_000_000;

  /** How many rows there are before some are given up. */
  static final int MANY = 8192;

  private volatile Row[] rows;
  private int many = MANY;

  public ClockLedger(List<Row> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("a ledger starts with a reading");
    }
    this.rows = rows.toArray(Row[]::new);
    thinIfMany();
  }

  public List<Row> rows() {
    return List.of(rows);
  }

  /** The newest row: what holds now, as far as is known. */
  public Row last() {
    Row[] now = rows;
    return now[now.length - 1];
  }

  /** Takes a new reading in; true where it differs enough from the last to be kept, and so has to be stored. */
  public boolean observe(Row reading) {
    Row[] now = rows;
    Row last = now[now.length - 1];
    if (reading.from <= last.from
        || Math.abs(reading.wallOffset - last.wallOffset) < TOLERANCE
            && Math.abs(reading.bootClockOffset - last.bootClockOffset) < TOLERANCE) {
      return false;
    }
    Row[] more = Arrays.copyOf(now, now.length + 1);
    more[now.length] = reading;
    rows = more;
    thinIfMany();
    return true;
  }

  private void thinIfMany() {
    if (rows.length >= many) {
      rows = thinned(rows);
      // Suspends are never given up, however many there are.
      many = rows.length <= MANY * 3 / 4 ? MANY : 2 * rows.length;
    }
  }

  /**
   * Gives up the smallest steps of the wall clock in all but the newest quarter, until half of that is left: times of
   * long ago are wrong by them then. A suspend stays, as starts in /proc are compared to a clock tick.
   */
  private static Row[] thinned(Row[] rows) {
    int old = rows.length - rows.length / 4;
    List<Row> left = List.of(rows).subList(0, old);
    for (long tolerance = 2 * TOLERANCE; left.size() > old / 2 && tolerance > 0; tolerance *= 2) {
      List<Row> kept = new ArrayList<>();
      for (Row row : left) {
        Row last = kept.isEmpty() ? null : kept.get(kept.size() - 1);
        if (last == null || row.bootClockOffset != last.bootClockOffset
            || Math.abs(row.wallOffset - last.wallOffset) >= tolerance) {
          kept.add(row);
        }
      }
      left = kept;
    }
    List<Row> all = new ArrayList<>(left);
    all.addAll(List.of(rows).subList(old, rows.length));
    return all.toArray(Row[]::new);
  }

  /** The wall clock at {@code time}; before the first row, as if that had held from the start. */
  public long wallAt(long time) {
    Row[] now = rows;
    return time + now[at(now, time)].wallOffset;
  }

  public long bootClockAt(long time) {
    Row[] now = rows;
    return time + now[at(now, time)].bootClockOffset;
  }

  /**
   * What the boot clock showed at {@code time}: of the two readings that are possible right before a resume was noticed,
   * the one that is nearer to {@code bootClock}.
   */
  public long bootClockAt(long time, long bootClock) {
    Row[] now = rows;
    int i = at(now, time);
    long nearest = time + now[i].bootClockOffset;
    for (i++; i < now.length && now[i].since <= time; i++) {
      long other = time + now[i].bootClockOffset;
      if (Math.abs(other - bootClock) < Math.abs(nearest - bootClock)) {
        nearest = other;
      }
    }
    return nearest;
  }

  /** The inverse of {@link #bootClockAt(long)}. A time while the machine was suspended is the moment it woke. */
  public long ofBootClock(long bootClock) {
    Row[] now = rows;
    int i = now.length - 1;
    while (i > 0 && bootClock < now[i].from + now[i].bootClockOffset) {
      i--;
    }
    long time = bootClock - now[i].bootClockOffset;
    if (i == now.length - 1 || time <= now[i + 1].from) {
      return time;
    }
    // After the next row's offset came to hold, and before that was noticed; or asleep.
    Row next = now[i + 1];
    return Math.min(next.from, Math.max(next.since, bootClock - next.bootClockOffset));
  }

  /**
   * Tells every interval before {@code end} in which the wall clock can have gone from {@code from} to {@code to}, the
   * latest first. There are several where it was set back, and none where it was set forward over that. In the time
   * between the last look at the clocks and a step's notice both what was before and what was after it can have held.
   */
  public void ofWall(long from, long to, long end, Intervals into) {
    Row[] now = rows;
    long until = end;
    for (int i = now.length - 1; i >= 0; i--) {
      long first = from - now[i].wallOffset;
      long last = to - now[i].wallOffset;
      long since = i == 0 ? Long.MIN_VALUE : now[i].since;
      // What two readings differ by without a row of its own can lead over the edge.
      if (first - TOLERANCE <= until && (i == 0 || last + TOLERANCE >= since) && since <= end) {
        into.add(Math.min(until, Math.max(first, since)), Math.max(since, Math.min(last, until)));
      }
      until = Math.min(end, now[i].from);
    }
  }

  /**
   * The monotonic time at which the wall clock showed {@code wall}. Where it showed that more than once, the last time;
   * where it never did (it was set forward over it), the moment it was set.
   */
  public long ofWall(long wall) {
    return ofWall(wall, Long.MAX_VALUE);
  }

  /** The same, as far as {@code end}: the last time until then. */
  public long ofWall(long wall, long end) {
    Row[] now = rows;
    for (int i = now.length - 1; i > 0; i--) {
      if (now[i].from > end) {
        continue;
      }
      long time = wall - now[i].wallOffset;
      if (time >= now[i].from && time <= end) {
        return time;
      }
      if (time < now[i].from && now[i].from + now[i - 1].wallOffset <= wall) {
        return now[i].from;
      }
    }
    return Math.min(end, wall - now[0].wallOffset);
  }

  /** Which row holds at {@code time}. */
  private static int at(Row[] rows, long time) {
    int low = 0;
    int high = rows.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (rows[middle].from <= time) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
