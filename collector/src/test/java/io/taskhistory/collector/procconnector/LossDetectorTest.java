package io.taskhistory.collector.procconnector;

import static io.taskhistory.history.Gap.Cause.OVERFLOW;
import static io.taskhistory.history.Gap.Cause.SEQUENCE;
import static io.taskhistory.history.Gap.UNCOUNTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.RecordedEvents.Lost;
import org.junit.jupiter.api.Test;

class LossDetectorTest {

  private final LossDetector losses = new LossDetector(100);
  private final RecordedEvents events = new RecordedEvents();

  private void next(int cpu, int sequence, long time) {
    losses.next(Messages.wrapped(Messages.message(2, cpu, sequence, time, 1, 1)), events);
  }

  @Test
  void next_inSequencePerProcessor_isNoLoss() {
    next(0, 77, 110);
    next(1, 5, 111);
    next(0, 78, 112);
    next(1, 6, 113);
    next(70_000, 9, 114);
    next(500, 1, 115);
    next(500, 2, 116);
    assertThat(events.all()).isEmpty();
    assertThat(losses.lost()).isZero();
  }

  @Test
  void next_acrossTheWrap_isNoLoss() {
    next(0, -1, 110);
    next(0, 0, 111);
    next(1, Integer.MAX_VALUE, 112);
    next(1, Integer.MIN_VALUE, 113);
    assertThat(events.all()).isEmpty();
  }

  @Test
  void next_afterAStep_isALossSinceThatProcessorsLast() {
    next(0, 77, 110);
    next(1, 5, 120);
    next(0, 81, 130);
    assertThat(events.all()).containsExactly(new Lost(110, 130, 3, SEQUENCE));
    next(0, 82, 140);
    next(1, 6, 150);
    assertThat(events.all()).hasSize(1);
    assertThat(losses.lost()).isEqualTo(3);
    assertThat(losses.losses()).isEqualTo(1);
  }

  @Test
  void next_overtaken_isNoLoss() {
    next(0, 77, 110);
    next(0, 79, 112);
    next(0, 78, 111);
    next(0, 80, 113);
    assertThat(events.all()).hasSize(1);
    assertThat(losses.lost()).isEqualTo(1);
  }

  @Test
  void next_withoutANumber_isNeitherCountedNorMissed() {
    next(0, 77, 110);
    next(ProcEventMessage.NO_CPU, 1, 111);
    next(0, 78, 112);
    assertThat(events.all()).isEmpty();
  }

  @Test
  void overflow_isReportedAfterItsBacklogAndCountedOnce() {
    next(0, 1, 110);
    next(1, 1, 111);
    losses.overflowed(2, events);
    next(0, 2, 120);
    next(1, 2, 121);
    assertThat(events.all()).isEmpty();
    next(0, 13, 200);
    assertThat(events.all()).containsExactly(new Lost(120, 200, 10, OVERFLOW));
    next(1, 8, 210);
    assertThat(events.all()).containsExactly(new Lost(120, 200, 10, OVERFLOW), new Lost(121, 210, 5, SEQUENCE));
    losses.drained(299, 300, events);
    assertThat(events.all()).hasSize(2);
    assertThat(losses.lost()).isEqualTo(15);
  }

  @Test
  void overflow_withNothingAfterIt_isReportedWhenTheSocketIsEmpty() {
    next(0, 1, 110);
    losses.overflowed(1, events);
    next(0, 2, 120);
    losses.drained(199, 200, events);
    assertThat(events.all()).containsExactly(new Lost(120, 200, UNCOUNTED, OVERFLOW));
    assertThat(losses.lost()).isEqualTo(1);
    next(0, 7, 300);
    assertThat(events.all()).containsExactly(
        new Lost(120, 200, UNCOUNTED, OVERFLOW), new Lost(120, 300, 4, SEQUENCE));
    assertThat(losses.lost()).as("the four are those of the overflow").isEqualTo(4);
  }

  @Test
  void overflow_whereTheNextHasNoStep_isReportedUncounted() {
    next(0, 1, 110);
    next(1, 1, 111);
    losses.overflowed(0, events);
    next(0, 2, 120);
    assertThat(events.all()).containsExactly(new Lost(111, 120, UNCOUNTED, OVERFLOW));
    next(1, 3, 130);
    assertThat(events.all()).hasSize(2);
    assertThat(losses.lost()).isEqualTo(1);
  }

  @Test
  void overflow_ofUnknownBacklog_isReportedAtTheFirstStep() {
    next(0, 1, 110);
    losses.overflowed(LossDetector.UNKNOWN_BACKLOG, events);
    next(0, 2, 120);
    next(0, 5, 130);
    next(0, 6, 140);
    losses.drained(199, 200, events);
    assertThat(events.all()).containsExactly(new Lost(120, 130, 2, OVERFLOW));
  }

  @Test
  void overflow_againBeforeTheFirstIsPlaced_reportsBoth() {
    next(0, 1, 110);
    losses.overflowed(5, events);
    losses.overflowed(0, events);
    losses.drained(199, 200, events);
    assertThat(events.all()).containsExactly(
        new Lost(110, 110, UNCOUNTED, OVERFLOW), new Lost(110, 200, UNCOUNTED, OVERFLOW));
    assertThat(losses.lost()).isEqualTo(2);
  }

  @Test
  void next_withTimesOutOfOrder_neverEndsBeforeItBegins() {
    next(0, 1, 500);
    next(0, 5, 400);
    assertThat(events.all()).containsExactly(new Lost(500, 500, 3, SEQUENCE));
  }

  @Test
  void next_ofAFilteredStream_isNoLossWhateverItsNumber() {
    LossDetector filtered = new LossDetector(100, false);
    for (int i = 0; i < 5; i++) {
      filtered.next(Messages.wrapped(Messages.message(4, 0, i * i * 100, 110 + i, 1, 1)), events);
    }
    assertThat(events.all()).isEmpty();
    assertThat(filtered.lost()).isZero();
  }

  @Test
  void overflow_ofAFilteredStream_isReportedSinceItWasLastWhole() {
    LossDetector filtered = new LossDetector(100, false);
    filtered.next(Messages.wrapped(Messages.message(4, 0, 7, 110, 1, 1)), events);
    filtered.drained(500, 501, events);
    filtered.overflowed(1, events);
    filtered.next(Messages.wrapped(Messages.message(4, 0, 90, 510, 1, 1)), events);
    filtered.next(Messages.wrapped(Messages.message(4, 0, 99, 600, 1, 1)), events);
    filtered.overflowed(LossDetector.UNKNOWN_BACKLOG, events);
    filtered.next(Messages.wrapped(Messages.message(4, 0, 120, 610, 1, 1)), events);
    filtered.drained(700, 701, events);
    assertThat(events.all()).containsExactly(
        new Lost(510, 600, UNCOUNTED, OVERFLOW), new Lost(610, 701, UNCOUNTED, OVERFLOW));
    assertThat(filtered.lost()).isEqualTo(2);
  }
}
