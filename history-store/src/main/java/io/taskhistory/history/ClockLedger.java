package io.taskhistory.history;

import java.util.Arrays;
import java.util.List;

/**
 * How the wall clock and the boot clock stood against the monotonic clock over one boot. Nothing is ordered by the wall
 * clock, which steps; but people ask by it, and then mean the clock as it was. The boot clock differs from the
 * monotonic one by the time the machine was suspended, and {@code /proc/PID/stat} counts starts in it.
 *
 * <p>One thread writes, any thread reads: a new row replaces the array.
 */
public final class ClockLedger {

  /**
   * What held from {@code from} (monotonic) until the next row.
   *
   * @param wallOffset wall clock minus monotonic clock
   * @param bootClockOffset CLOCK_BOOTTIME minus monotonic clock
   */
  public record Row(long from, long wallOffset, long bootClockOffset) {}

  /** Smaller differences than this (1 ms) are the noise of reading two clocks, or a slew not worth a row. */
  public static final long TOLERANCE = 1_000_000;

  private volatile Row[] rows;

  public ClockLedger(List<Row> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("a ledger starts with a reading");
    }
    this.rows = rows.toArray(Row[]::new);
  }

  public List<Row> rows() {
    return List.of(rows);
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
    return true;
  }

  /** The wall clock at {@code time}; before the first row, as if that had held from the start. */
  public long wallAt(long time) {
    return time + rowAt(time).wallOffset;
  }

  public long bootClockAt(long time) {
    return time + rowAt(time).bootClockOffset;
  }

  /** The inverse of {@link #bootClockAt}. A time while the machine was suspended is the moment it woke. */
  public long ofBootClock(long bootClock) {
    Row[] now = rows;
    int i = now.length - 1;
    while (i > 0 && bootClock < now[i].from + now[i].bootClockOffset) {
      i--;
    }
    long time = bootClock - now[i].bootClockOffset;
    return i < now.length - 1 ? Math.min(time, now[i + 1].from) : time;
  }

  /**
   * The monotonic time at which the wall clock showed {@code wall}. Where it showed that more than once, the last time;
   * where it never did (it was set forward over it), the moment it was set.
   */
  public long ofWall(long wall) {
    Row[] now = rows;
    for (int i = now.length - 1; i > 0; i--) {
      long time = wall - now[i].wallOffset;
      if (time >= now[i].from) {
        return time;
      }
      if (now[i].from + now[i - 1].wallOffset <= wall) {
        return now[i].from;
      }
    }
    return wall - now[0].wallOffset;
  }

  private Row rowAt(long time) {
    Row[] now = rows;
    int i = now.length - 1;
    while (i > 0 && now[i].from > time) {
      i--;
    }
    return now[i];
  }
}
