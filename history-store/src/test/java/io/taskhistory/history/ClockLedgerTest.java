package io.taskhistory.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.ClockLedger.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClockLedgerTest {

  private static final long S = 1_000_000_000L;

  @Test
  void ofWall_clockSetBack_isTheLastTimeThatItShowedThat() {
    ClockLedger ledger = new ClockLedger(List.of(new Row(0, 1000 * S, 0), new Row(100 * S, 940 * S, 0)));
    assertThat(ledger.wallAt(99 * S)).isEqualTo(1099 * S);
    assertThat(ledger.wallAt(100 * S)).isEqualTo(1040 * S);
    assertThat(ledger.ofWall(1030 * S)).isEqualTo(30 * S);
    assertThat(ledger.ofWall(1050 * S)).isEqualTo(110 * S);
    assertThat(ledger.ofWall(1200 * S)).isEqualTo(260 * S);
  }

  @Test
  void ofWall_clockSetForward_whatWasSkippedIsTheMomentItWasSet() {
    ClockLedger ledger = new ClockLedger(List.of(new Row(0, 1000 * S, 0), new Row(100 * S, 4600 * S, 0)));
    assertThat(ledger.ofWall(1099 * S)).isEqualTo(99 * S);
    assertThat(ledger.ofWall(3000 * S)).isEqualTo(100 * S);
    assertThat(ledger.ofWall(4701 * S)).isEqualTo(101 * S);
  }

  @Test
  void ofBootClock_machineWasSuspended_isTheInverse() {
    ClockLedger ledger = new ClockLedger(List.of(new Row(0, 0, 0), new Row(50 * S, 30 * S, 30 * S)));
    for (long time : new long[] {0, 10 * S, 50 * S - 1, 50 * S, 70 * S}) {
      assertThat(ledger.ofBootClock(ledger.bootClockAt(time))).isEqualTo(time);
    }
    assertThat(ledger.ofBootClock(60 * S)).as("asleep").isEqualTo(50 * S);
  }

  @Test
  void ofBootClock_machineWasSuspendedAgain_isNeverInTheFuture() {
    ClockLedger ledger = new ClockLedger(List.of(
        new Row(0, 0, 0), new Row(50 * S, 30 * S, 30 * S), new Row(60 * S, 7000 * S, 7000 * S)));
    assertThat(ledger.ofBootClock(81 * S)).as("between").isEqualTo(51 * S);
    assertThat(ledger.ofBootClock(7059 * S)).as("asleep for the second time").isEqualTo(60 * S);
  }

  @Test
  void observe_keepsOnlyWhatDiffers() {
    ClockLedger ledger = new ClockLedger(List.of(new Row(0, 1000 * S, 0)));
    assertThat(ledger.observe(new Row(S, 1000 * S + 999_999, 0))).isFalse();
    assertThat(ledger.observe(new Row(2 * S, 1000 * S + 1_000_000, 0))).isTrue();
    assertThat(ledger.observe(new Row(3 * S, 1000 * S + 1_000_000, 2_000_000))).isTrue();
    assertThat(ledger.observe(new Row(3 * S, 5000 * S, 0))).as("not after the last").isFalse();
    assertThat(ledger.rows()).hasSize(3);
  }

  private static List<String> times(ClockLedger ledger, long wall, long end) {
    List<String> times = new ArrayList<>();
    ledger.ofWall(wall, wall, end, (from, to) -> times.add((from == to ? "" : from + "-") + to / (double) S));
    return times;
  }

  @Test
  void ofWall_clockSetBack_isBothTimes() {
    ClockLedger ledger = new ClockLedger(List.of(new Row(0, 1000 * S, 0), new Row(100 * S, 940 * S, 0)));
    assertThat(times(ledger, 1030 * S, Long.MAX_VALUE)).containsExactly("30.0");
    assertThat(times(ledger, 1050 * S, Long.MAX_VALUE)).containsExactly("110.0", "50.0");
    assertThat(times(ledger, 1050 * S, 105 * S)).as("the second is still to come").containsExactly("50.0");
    assertThat(times(ledger, 1040 * S - 1, Long.MAX_VALUE)).as("a look's noise before").hasSize(2);
    assertThat(times(ledger, 1101 * S, Long.MAX_VALUE)).containsExactly("161.0");
  }

  @Test
  void ofWall_clockSetForward_whatWasSkippedIsNoTime() {
    ClockLedger ledger = new ClockLedger(List.of(new Row(0, 1000 * S, 0), new Row(100 * S, 4600 * S, 0)));
    assertThat(times(ledger, 1099 * S, Long.MAX_VALUE)).containsExactly("99.0");
    assertThat(times(ledger, 3000 * S, Long.MAX_VALUE)).isEmpty();
    assertThat(times(ledger, 4700 * S, Long.MAX_VALUE)).containsExactly("100.0");
  }

  @Test
  void ofWall_stepThatWasNoticedLate_canHaveBeenAnyTimeBefore() {
    ClockLedger ledger =
        new ClockLedger(List.of(new Row(0, 1000 * S, 0), new Row(100 * S, 4600 * S, 0, 90 * S)));
    assertThat(times(ledger, 4695 * S, Long.MAX_VALUE)).containsExactly("95.0");
    assertThat(times(ledger, 1095 * S, Long.MAX_VALUE)).containsExactly("95.0");
    assertThat(times(ledger, 4689 * S, Long.MAX_VALUE)).isEmpty();
  }

  @Test
  void ofWall_interval_isCutWhereTheClockWasSet() {
    ClockLedger ledger = new ClockLedger(List.of(new Row(0, 1000 * S, 0), new Row(100 * S, 4600 * S, 0)));
    List<Long> ends = new ArrayList<>();
    ledger.ofWall(1090 * S, 4710 * S, Long.MAX_VALUE, (from, to) -> ends.addAll(List.of(from, to)));
    assertThat(ends).containsExactly(100 * S, 110 * S, 90 * S, 100 * S);
  }

  /** Whatever somebody did to the clock: a time that it showed is among those that can be meant. */
  @Test
  void ofWall_clockThatIsSetAtRandom_hasTheTimeItWas() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ClockLedger ledger = new ClockLedger(List.of(new Row(0, random.nextLong(2000 * S), 0)));
      for (int i = random.nextInt(1, 20); i > 0; i--) {
        Row last = ledger.last();
        long from = last.from() + random.nextLong(1, 100 * S);
        long step = random.nextLong(-300 * S, 300 * S);
        ledger.observe(new Row(from, last.wallOffset() + (random.nextBoolean() ? step : step / 100_000), 0)
            .after(last, from - random.nextLong(2 * S)));
      }
      for (int i = 0; i < 100; i++) {
        long time = random.nextLong(1200 * S);
        List<Long> found = new ArrayList<>();
        ledger.ofWall(ledger.wallAt(time), ledger.wallAt(time), Long.MAX_VALUE, (from, to) -> found.add(from));
        assertThat(found).as("seed %d at %d: %s", seed, time, ledger.rows()).contains(time);
      }
    }
  }

  @Test
  void bootClockAt_resumeThatWasNoticedLate_isEither() {
    ClockLedger ledger = new ClockLedger(List.of(new Row(0, 0, 0), new Row(50 * S, 30 * S, 30 * S, 49 * S)));
    assertThat(ledger.bootClockAt(49 * S + 1, 79 * S)).isEqualTo(79 * S + 1);
    assertThat(ledger.bootClockAt(49 * S + 1, 49 * S)).isEqualTo(49 * S + 1);
    assertThat(ledger.bootClockAt(48 * S, 78 * S)).isEqualTo(48 * S);
    assertThat(ledger.ofBootClock(79 * S + S / 2)).as("right after it woke").isEqualTo(49 * S + S / 2);
    assertThat(ledger.ofBootClock(60 * S)).as("asleep").isEqualTo(49 * S);
  }

  /** Hosts set the clocks of virtual machines so; a year of it has to fit into memory. */
  @Test
  void observe_aYearOfAStepAMinute_keepsWhatMatters() {
    ClockLedger ledger = new ClockLedger(List.of(new Row(0, 1000 * S, 0)));
    SplittableRandom random = new SplittableRandom(1);
    long bootClock = 0;
    for (int minute = 1; minute <= 366 * 24 * 60; minute++) {
      long wall = 1000 * S + random.nextLong(-5_000_000, 5_000_000) + (minute > 100_000 ? 3600 * S : 0);
      bootClock += minute % 50_000 == 0 ? 20 * S : 0;
      ledger.observe(new Row(minute * 60 * S, wall, bootClock));
    }
    assertThat(ledger.rows().size()).isLessThanOrEqualTo(ClockLedger.MANY);
    long step = 100_001 * 60 * S;
    assertThat(ledger.wallAt(step) - step).isBetween(4600 * S - S / 10, 4600 * S + S / 10);
    assertThat(ledger.wallAt(step - 1) - step + 1).isBetween(1000 * S - S / 10, 1000 * S + S / 10);
    assertThat(ledger.rows().stream().map(Row::bootClockOffset).distinct()).as("suspends").hasSize(11);
    assertThat(ledger.bootClockAt(50_000 * 60 * S) - 50_000 * 60 * S).isEqualTo(20 * S);
    System.out.println("a step a minute for a year: " + ledger.rows().size() + " rows");
  }
}
