package io.taskhistory.collector.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.RecordedEvents.Lost;
import io.taskhistory.history.Gap;
import org.junit.jupiter.api.Test;

class GapNoticesTest {

  private static final long SECOND = 1_000_000_000L;

  private final RecordedEvents events = new RecordedEvents();
  private final GapNotices notices = new GapNotices();

  private static Lost interference(long from, long to) {
    return new Lost(from, to, Gap.UNCOUNTED, Gap.Cause.INTERFERENCE);
  }

  @Test
  void nothing_isPassedOn_whereNothingWasNoticed() {
    notices.passOn(events, SECOND);
    assertThat(events.all()).isEmpty();
    assertThat(notices.other()).isEqualTo(-1);
  }

  @Test
  void timeWithoutRules_isToldAtOnce_andToItsEnd() {
    notices.unreported(SECOND);
    notices.passOn(events, 2 * SECOND);
    assertThat(events.all()).containsExactly(interference(SECOND, 2 * SECOND));
    notices.passOn(events, 3 * SECOND);
    assertThat(events.all()).as("not with each drain").hasSize(1);
    notices.reported(SECOND, 4 * SECOND);
    notices.passOn(events, 5 * SECOND);
    assertThat(events.all()).containsExactly(interference(SECOND, 2 * SECOND), interference(2 * SECOND, 4 * SECOND));
    notices.passOn(events, 100 * SECOND);
    assertThat(events.all()).as("it is over").hasSize(2);
  }

  @Test
  void timeWithoutRules_thatIsOverBeforeAnybodyLooks_isOneGap() {
    notices.unreported(SECOND);
    notices.reported(SECOND, 2 * SECOND);
    notices.passOn(events, 7 * SECOND);
    assertThat(events.all()).allSatisfy(gap -> assertThat(gap.time()).isBetween(SECOND, 7 * SECOND));
    Lost first = (Lost) events.all().get(0);
    assertThat(first.time()).isEqualTo(SECOND);
    assertThat(first.to()).as("what was reported since is no gap").isEqualTo(2 * SECOND);
    assertThat(events.all()).hasSize(1);
  }

  @Test
  void timeWithoutRules_thatHasNoEnd_isToldEverMoreSeldom() {
    notices.unreported(0);
    for (long second = 1; second <= 86_400; second++) {
      notices.passOn(events, second * SECOND);
    }
    assertThat(events.all()).hasSizeBetween(5, 60);
    long until = 0;
    for (RecordedEvents.Event event : events.all()) {
      Lost gap = (Lost) event;
      assertThat(gap.time()).as("without a hole").isEqualTo(until);
      until = gap.to();
    }
    assertThat(until).isGreaterThan(80_000 * SECOND);
  }

  @Test
  void lostRecords_areToldAndCounted() {
    notices.lost(3, SECOND, 2 * SECOND);
    notices.lost(4, 2 * SECOND, 3 * SECOND);
    notices.passOn(events, 4 * SECOND);
    assertThat(events.all()).containsExactly(
        new Lost(SECOND, 2 * SECOND, 3, Gap.Cause.OVERFLOW), new Lost(2 * SECOND, 3 * SECOND, 4, Gap.Cause.OVERFLOW));
    assertThat(notices.lost()).isEqualTo(7);
    assertThat(notices.losses()).isEqualTo(2);
  }

  @Test
  void daemonInOurPlace_isNamed() {
    notices.daemonLost(42, SECOND, 2 * SECOND);
    assertThat(notices.other()).isEqualTo(42);
  }
}
