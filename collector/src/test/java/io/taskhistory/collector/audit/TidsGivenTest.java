package io.taskhistory.collector.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TidsGivenTest {

  private final FakeTasks proc = new FakeTasks();

  @Test
  void tid_comesRoundAfterHalfOfAll_sinceRecordsAreLate() {
    proc.lastTid = 32_000;
    TidsGiven tids = new TidsGiven(proc);
    long since = tids.count();
    proc.lastTid = 32_767;
    tids.look();
    assertThat(tids.canHaveComeRound(since)).isFalse();
    proc.lastTid = 301 + 15_000;
    tids.look();
    assertThat(tids.canHaveComeRound(since)).as("another 767 and some").isFalse();
    proc.lastTid = 301 + 16_000;
    tids.look();
    assertThat(tids.canHaveComeRound(since)).isTrue();
    assertThat(tids.canHaveComeRound(tids.count())).isFalse();
  }

  @Test
  void clonesOnRecord_areCountedWhereTheyAreMore() {
    TidsGiven tids = new TidsGiven(proc);
    long since = tids.count();
    for (int i = 0; i < 16_234; i++) {
      assertThat(tids.canHaveComeRound(since)).isFalse();
      tids.given();
    }
    assertThat(tids.canHaveComeRound(since)).isTrue();
    tids.look();
    assertThat(tids.canHaveComeRound(since)).isTrue();
    proc.lastTid += 10;
    tids.look();
    assertThat(tids.count() - since).isEqualTo(16_244);
  }

  @Test
  void end_thatIsLowered_makesRoundsShorter() {
    proc.lastTid = 2000;
    TidsGiven tids = new TidsGiven(proc);
    long since = tids.count();
    proc.tidsEnd = 1000;
    proc.lastTid = 400;
    tids.look();
    assertThat(tids.canHaveComeRound(since - 350)).isTrue();
  }
}
