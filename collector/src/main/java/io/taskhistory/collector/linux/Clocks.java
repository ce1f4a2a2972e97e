package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

import io.taskhistory.history.ClockLedger;
import java.nio.ByteBuffer;

/** The kernel's clocks, in nanoseconds. Any thread may ask. */
public final class Clocks {

  /** Clock ids of include/uapi/linux/time.h. */
  private static final int CLOCK_REALTIME = 0;
  private static final int CLOCK_MONOTONIC = 1;
  private static final int CLOCK_REALTIME_COARSE = 5;
  private static final int CLOCK_BOOTTIME = 7;

  private static final int SAMPLES = 9;

  /** What took no longer is as good as more samples would be. */
  private static final long TIGHT = 2_000;

  /** HotSpot's nanoTime is CLOCK_MONOTONIC on Linux, at a tenth of the cost; other machines are free to differ. */
  private static final boolean NANO_TIME_IS_MONOTONIC = nanoTimeIsMonotonic();

  private static final ThreadLocal<Timespec> TIMESPEC = ThreadLocal.withInitial(Timespec::new);

  private static final class Timespec {

    final ByteBuffer bytes = Native.allocate(2 * Long.BYTES);
    final long address = Native.address(bytes);

    long nanos() {
      return bytes.getLong(0) * 1_000_000_000L + bytes.getLong(Long.BYTES);
    }
  }

  private Clocks() {}

  /** CLOCK_MONOTONIC, by which the kernel stamps its events. */
  public static long monotonic() {
    return NANO_TIME_IS_MONOTONIC ? System.nanoTime() : read(TIMESPEC.get(), CLOCK_MONOTONIC);
  }

  /** CLOCK_BOOTTIME: the same, but that it goes on while the machine is suspended. */
  public static long bootClock() {
    return read(TIMESPEC.get(), CLOCK_BOOTTIME);
  }

  /** How wall and boot clock stand against the monotonic one now: the tightest of several readings. */
  public static ClockLedger.Row read() {
    Timespec timespec = TIMESPEC.get();
    long from = 0;
    long wallOffset = 0;
    long bootClockOffset = 0;
    long tightest = Long.MAX_VALUE;
    for (int i = 0; i < SAMPLES && tightest > TIGHT; i++) {
      long before = read(timespec, CLOCK_MONOTONIC);
      long wall = read(timespec, CLOCK_REALTIME);
      long between = read(timespec, CLOCK_MONOTONIC);
      long bootClock = read(timespec, CLOCK_BOOTTIME);
      long after = read(timespec, CLOCK_MONOTONIC);
      if (after - before < tightest) {
        tightest = after - before;
        from = after;
        wallOffset = wall - (before + (between - before) / 2);
        bootClockOffset = bootClock - (between + (after - between) / 2);
      }
    }
    // The two advance as one but for suspends, which last longer: anything smaller is the reading's own.
    boolean neverSuspended = Math.abs(bootClockOffset) < ClockLedger.TOLERANCE;
    return new ClockLedger.Row(from, wallOffset, neverSuspended ? 0 : bootClockOffset);
  }

  /**
   * How far a coarse clock can be behind: two ticks of 1/CONFIG_HZ of a second. It is set at each tick, and then to the
   * whole ticks that have passed by the clocksource; what is left over, which depends on how the two happened to lie to
   * each other at boot, waits for the next one (timekeeping_advance() in kernel/time/timekeeping.c). Where a virtual
   * machine does not run a tick is late, and nothing bounds that.
   */
  public static long coarseLag() {
    Timespec timespec = TIMESPEC.get();
    Native.check("clock_getres", LIBC.clock_getres(CLOCK_REALTIME_COARSE, timespec.address));
    return 2 * timespec.nanos();
  }

  /** How far it is behind now. */
  static long coarseBehind() {
    Timespec timespec = TIMESPEC.get();
    long coarse = read(timespec, CLOCK_REALTIME_COARSE);
    return read(timespec, CLOCK_REALTIME) - coarse;
  }

  private static boolean nanoTimeIsMonotonic() {
    Timespec timespec = new Timespec();
    for (int i = 0; i < SAMPLES; i++) {
      long before = System.nanoTime();
      long monotonic = read(timespec, CLOCK_MONOTONIC);
      long after = System.nanoTime();
      if (monotonic < before || monotonic > after) {
        return false;
      }
    }
    return true;
  }

  /** struct timespec: seconds, nanoseconds. Cannot fail for a clock that exists (clock_gettime(2)). */
  private static long read(Timespec timespec, int clock) {
    Native.check("clock_gettime", LIBC.clock_gettime(clock, timespec.address));
    return timespec.nanos();
  }
}
