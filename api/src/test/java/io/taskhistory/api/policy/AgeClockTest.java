package io.taskhistory.api.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.policy.AgeClock.Reading;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.StoreSettings;
import io.taskhistory.store.rocksdb.RocksDbHistoryStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What time it is for history, by clocks that are made up here, and by what was kept before. */
class AgeClockTest {

  private static final long HOUR = 3600 * 1_000_000_000L;
  private static final long MINUTE = HOUR / 60;
  private static final long YEAR = 365 * 24 * HOUR;
  private static final long START = 1_700_000_000L * 1_000_000_000L;

  private final List<Reading> kept = new ArrayList<>();
  private long running;
  private long wall;

  /** That was seen in a boot, whose wall clock showed {@code start} when it began, or would have. */
  private void kept(int boot, long start, long... times) {
    for (long time : times) {
      kept.add(new Reading(boot, time, start + time));
    }
  }

  private AgeClock at(long time, long start) {
    running = time;
    wall = start + time;
    return new AgeClock(times(), kept);
  }

  private Times times() {
    return new Times(() -> 0, () -> running, () -> wall);
  }

  private void passes(long time) {
    running += time;
    wall += time;
  }

  @Test
  void clock_whereNothingWasKeptBefore_isBelieved_howeverLongTheMachineHasRun() {
    kept(0, START, 0);
    assertThat(at(9 * HOUR, START).now()).isEqualTo(START + 9 * HOUR);
  }

  @Test
  void service_thatWasAwayForHours_losesNoTime() {
    kept(0, START, 0, HOUR, 2 * HOUR);
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
    kept(1, START + YEAR, 0);
    AgeClock clock = at(MINUTE, START + YEAR);
    assertThat(clock.now()).isEqualTo(START + 50 * HOUR + MINUTE);
    passes(2 * HOUR);
    assertThat(clock.now()).isEqualTo(START + 52 * HOUR + MINUTE);
    wall -= YEAR - 50 * HOUR - HOUR / 2;
    assertThat(clock.now()).as("somebody took it back").isEqualTo(wall);
  }

  @Test
  void startingTheServiceAgain_makesNoClockBelieved_andBeginsNoDayAnew() {
    kept(0, START, 0, 50 * HOUR);
    kept(1, START + YEAR, 0, 20 * HOUR);
    assertThat(at(23 * HOUR, START + YEAR).now()).isEqualTo(START + 73 * HOUR);
    assertThat(at(24 * HOUR, START + YEAR).now()).isEqualTo(START + YEAR + 24 * HOUR);
  }

  @Test
  void rebooting_doesNeither() {
    kept(0, START, 0, 50 * HOUR);
    kept(1, START + YEAR, 0, 10 * HOUR);
    long third = START + YEAR + 11 * HOUR;
    kept(2, third, 0, 2 * HOUR);
    assertThat(at(13 * HOUR, third).now()).isEqualTo(START + 73 * HOUR);
    assertThat(at(14 * HOUR, third).now()).isEqualTo(third + 14 * HOUR);
  }

  @Test
  void clock_thatIsBehindAtBoot_isBelieved_andWhereItWasBeforeAsWell() {
    kept(0, START, 0, 50 * HOUR);
    kept(1, START - YEAR, 0);
    AgeClock clock = at(MINUTE, START - YEAR);
    assertThat(clock.now()).isEqualTo(START - YEAR + MINUTE);
    wall = START + 50 * HOUR + 5 * MINUTE;
    assertThat(clock.now()).as("set by the network").isEqualTo(wall);
    wall += YEAR;
    assertThat(clock.now()).as("no other").isEqualTo(wall - YEAR);
  }

  @Test
  void clock_thatStoodBehindForADay_isNoLongerExpectedWhereItWas() {
    kept(0, START + YEAR, 0, 50 * HOUR);
    kept(1, START, 0);
    AgeClock clock = at(MINUTE, START);
    assertThat(clock.now()).isEqualTo(START + MINUTE);
    passes(25 * HOUR);
    assertThat(clock.now()).isEqualTo(START + 25 * HOUR + MINUTE);
    wall = START + YEAR + 75 * HOUR;
    assertThat(clock.now()).isEqualTo(START + 25 * HOUR + MINUTE);
  }

  @Test
  void machine_thatWasOffForLessThanAnHour_losesNoTime() {
    kept(0, START, 0, 50 * HOUR);
    kept(1, START + 50 * HOUR + HOUR / 2, 0);
    assertThat(at(HOUR, START + 50 * HOUR + HOUR / 2).now()).isEqualTo(START + 51 * HOUR + HOUR / 2);
  }

  /** A real store, opened again: what it keeps of the clocks is what is known. */
  @Test
  void clocks_areThoseThatAStoreHasKept(@TempDir Path directory) {
    BootFacts first = facts(1, START);
    try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, first, StoreSettings.DEFAULT)) {
      running = 9 * HOUR;
      wall = START + running;
      assertThat(AgeClock.of(times(), store.reader()).now()).as("nothing is kept yet").isEqualTo(wall);
      HistoryWriter writer = store.writer();
      writer.commit(10 * HOUR);
      // Asleep for eight hours from then on.
      writer.clock(new ClockLedger.Row(10 * HOUR, START + 8 * HOUR, 8 * HOUR));
      writer.commit(11 * HOUR);
      running = 20 * HOUR;
      wall = START + running;
      assertThat(AgeClock.of(times(), store.reader()).now()).isEqualTo(wall);
    }
    try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, facts(2, START + YEAR), StoreSettings.DEFAULT)) {
      running = MINUTE;
      wall = START + YEAR + MINUTE;
      assertThat(AgeClock.of(times(), store.reader()).now()).isEqualTo(START + 19 * HOUR + MINUTE);
    }
  }

  private static BootFacts facts(int boot, long start) {
    String id = String.format("%08x-0000-4000-8000-000000000000", boot);
    return new BootFacts(id, start, new ClockLedger.Row(0, start, 0));
  }
}
