package io.taskhistory.api.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.store.Upkeep.Slice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What time it is for history, by clocks and by what was kept before, both made up here. */
class AgeClockTest {

  private static final long HOUR = 3600 * 1_000_000_000L;
  private static final long YEAR = 365 * 24 * HOUR;
  private static final long START = 1_700_000_000L * 1_000_000_000L;

  private final List<Slice> kept = new ArrayList<>();
  private long monotonic;
  private long wall;

  /** History of a boot, between those times of it; its wall clock showed {@code start} when the boot began. */
  private void kept(int boot, long start, long from, long to) {
    kept.add(new Slice(kept.size(), boot, from, to, start + from, start + to));
  }

  private AgeClock at(long bootsMonotonic, long bootsStart) {
    monotonic = bootsMonotonic;
    wall = bootsStart + bootsMonotonic;
    return new AgeClock(new Times(() -> monotonic, () -> wall), kept);
  }

  private void passes(long time) {
    monotonic += time;
    wall += time;
  }

  @Test
  void clock_whereNothingWasKeptBefore_isBelieved_howeverLongTheMachineHasRun() {
    kept(0, START, 0, 0);
    AgeClock clock = at(9 * HOUR, START);
    assertThat(clock.now()).isEqualTo(START + 9 * HOUR);
  }

  @Test
  void service_thatWasAwayForHours_losesNoTime() {
    kept(0, START, 0, HOUR);
    kept(0, START, HOUR, 2 * HOUR);
    assertThat(at(30 * HOUR, START).now()).isEqualTo(START + 30 * HOUR);
  }

  @Test
  void clock_setAheadWhileTheServiceWasAway_isDoubted() {
    kept(0, START, 0, 2 * HOUR);
    AgeClock clock = at(3 * HOUR, START + YEAR);
    assertThat(clock.now()).isEqualTo(START + 3 * HOUR);
    passes(24 * HOUR);
    assertThat(clock.now()).isEqualTo(START + YEAR + 27 * HOUR);
  }

  @Test
  void clock_thatIsYearsAheadAtBoot_isDoubted_evenRightAfterIt() {
    kept(0, START, 0, 50 * HOUR);
    kept(1, START + YEAR, 0, 0);
    AgeClock clock = at(HOUR / 60, START + YEAR);
    assertThat(clock.now()).isEqualTo(START + 50 * HOUR + HOUR / 60);
    passes(2 * HOUR);
    assertThat(clock.now()).isEqualTo(START + 52 * HOUR + HOUR / 60);
    wall -= YEAR - 50 * HOUR - HOUR / 2;
    assertThat(clock.now()).as("somebody took it back").isEqualTo(wall);
  }

  @Test
  void startingTheServiceAgain_makesNoClockBelieved_andBeginsNoDayAnew() {
    kept(0, START, 0, 50 * HOUR);
    kept(1, START + YEAR, 0, 9 * HOUR);
    kept(1, START + YEAR, 9 * HOUR, 20 * HOUR);
    assertThat(at(23 * HOUR, START + YEAR).now()).isEqualTo(START + 73 * HOUR);
    assertThat(at(24 * HOUR, START + YEAR).now()).isEqualTo(START + YEAR + 24 * HOUR);
  }

  @Test
  void rebooting_doesNeither() {
    kept(0, START, 0, 50 * HOUR);
    kept(1, START + YEAR, 0, 10 * HOUR);
    kept(2, START + YEAR + 11 * HOUR, 0, 2 * HOUR);
    long third = START + YEAR + 11 * HOUR;
    assertThat(at(13 * HOUR, third).now()).isEqualTo(START + 73 * HOUR);
    assertThat(at(14 * HOUR, third).now()).isEqualTo(third + 14 * HOUR);
  }

  @Test
  void clock_thatIsBehindAtBoot_isBelieved() {
    kept(0, START, 0, 50 * HOUR);
    kept(1, START - YEAR, 0, 0);
    assertThat(at(HOUR, START - YEAR).now()).isEqualTo(START - YEAR + HOUR);
  }

  @Test
  void machine_thatWasOffForLessThanAnHour_losesNoTime() {
    kept(0, START, 0, 50 * HOUR);
    kept(1, START + 50 * HOUR + HOUR / 2, 0, 0);
    assertThat(at(HOUR, START + 50 * HOUR + HOUR / 2).now()).isEqualTo(START + 51 * HOUR + HOUR / 2);
  }
}
