package io.taskhistory.collector.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TidsGivenTest {

  private static final int ROUND = (1 << 15) - 300;

  private final FakeTasks proc = new FakeTasks();
  private final TidsGiven tids = new TidsGiven(proc);

  private void goOn(int lastTid) {
    proc.lastTid = lastTid;
    tids.look();
  }

  @Test
  void tid_canBeAnothers_onceTheKernelHasComeByAgain() {
    long place = tids.placeOf(1000);
    goOn(20_000);
    goOn(32_767);
    goOn(999);
    assertThat(tids.canHaveComeRound(place)).isFalse();
    goOn(1000);
    assertThat(tids.canHaveComeRound(place)).isTrue();
    assertThat(tids.canHaveComeRound(tids.placeOf(1000))).isFalse();
  }

  @Test
  void tid_thatWasGivenLongAgo_canBeAnothersSoon() {
    goOn(20_000);
    goOn(900);
    long place = tids.placeOf(910);
    assertThat(tids.canHaveComeRound(place)).isFalse();
    proc.lastTid = 911;
    assertThat(tids.canHaveComeRound(place)).as("also if that was a moment ago").isTrue();
  }

  @Test
  void tid_thatTheKernelHasJustComeBy_mayHaveBeenGivenBeforeThat() {
    goOn(5000);
    assertThat(tids.safePlaceOf(4990)).isEqualTo(tids.placeOf(4990) - ROUND);
    goOn(30_000);
    assertThat(tids.safePlaceOf(4990)).isEqualTo(tids.placeOf(4990));
  }

  @Test
  void tid_thatIsAheadOfWhatWasSeen_wasGivenSince() {
    proc.lastTid = 1500;
    long place = tids.placeOf(1400);
    assertThat(tids.canHaveComeRound(place)).isFalse();
    goOn(20_000);
    assertThat(tids.canHaveComeRound(place)).isFalse();
  }

  @Test
  void clonesOnRecord_tellOfRoundsThatNobodyHasSeen() {
    long place = tids.placeOf(1000);
    for (int i = 0; i < ROUND; i++) {
      tids.given(); // while /proc shows the same tid each time
    }
    tids.look();
    assertThat(tids.canHaveComeRound(place)).isFalse();
    goOn(20_000);
    goOn(2000);
    assertThat(tids.canHaveComeRound(place)).isTrue();
  }

  @Test
  void end_thatIsChanged_makesAllUnsure() {
    long place = tids.placeOf(1000);
    proc.tidsEnd = 900;
    goOn(400);
    assertThat(tids.canHaveComeRound(place)).isTrue();
    assertThat(tids.canHaveComeRound(tids.placeOf(390))).isFalse();
  }
}
