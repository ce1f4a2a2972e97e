package io.taskhistory.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.ClockLedger.Row;
import java.util.List;
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
}
