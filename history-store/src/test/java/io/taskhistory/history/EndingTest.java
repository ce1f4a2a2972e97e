package io.taskhistory.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taskhistory.history.SignalOrigin.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EndingTest {

  private static final long SECOND = Ending.REPORT_WITHIN;
  private static final Boot BOOT = new Boot(
      0, "00000000-0000-4000-8000-000000000000", 0, new ClockLedger(List.of(new ClockLedger.Row(0, 0, 0))));

  private final Ending unreported = new Ending(10 * SECOND, Ending.UNREPORTED, null, true);

  private static Gap gap(String source, long from, long to) {
    return new Gap(BOOT, 1, source, from, to, Gap.UNCOUNTED, Gap.Cause.OVERFLOW);
  }

  @Test
  void known_ofAStatusThatWasTold_isTheSame() {
    Ending killed = new Ending(5, 9, new SignalOrigin(9, 4, Kind.TASK, 0, null), false);
    List<Gap> gaps = List.of(gap("proc", 0, 100 * SECOND));
    assertThat(killed.known(gaps, 5)).isSameAs(killed);
    assertThat(new Ending(5, Ending.UNKNOWN_STATUS).known(List.of(), 100 * SECOND).isObserved()).isFalse();
  }

  @Test
  void known_ofAnUnreportedStatus_isZeroOnceAReportWouldHaveCome() {
    assertThat(unreported.isObserved()).isFalse();
    assertThat(unreported.known(List.of(), 11 * SECOND - 1).waitStatus()).isEqualTo(Ending.UNKNOWN_STATUS);
    assertThat(unreported.known(List.of(), 11 * SECOND)).isEqualTo(new Ending(10 * SECOND, 0, null, true));
  }

  @ParameterizedTest
  @CsvSource({
      "proc, 0, 9999999999, true", "proc, 0, 10000000000, false", "proc, 10500000000, 10600000000, false",
      "proc, 10999999999, 99000000000, false", "proc, 11000000000, 99000000000, true", "trace, 0, 99000000000, true"})
  void known_ofAnUnreportedStatusBesideAGap_isZeroWhereTheReportCannotBeInIt(
      String source, long from, long to, boolean isZero) {
    assertThat(unreported.known(List.of(gap(source, from, to)), 100 * SECOND).isObserved()).isEqualTo(isZero);
  }

  @Test
  void ending_bySignalOfAnother_isRefused() {
    SignalOrigin origin = new SignalOrigin(9, 4, Kind.KERNEL, 0, null);
    assertThatIllegalArgumentException().isThrownBy(() -> new Ending(5, 15, origin, false));
    assertThatIllegalArgumentException().isThrownBy(() -> new Ending(5, Ending.UNREPORTED, origin, false));
    assertThatIllegalArgumentException().isThrownBy(
        () -> new SignalOrigin(9, 4, Kind.INTERRUPT, 0, new TaskId(BOOT.key(), 1, 0)));
    assertThatIllegalArgumentException().isThrownBy(() -> new SignalOrigin(65, 4, Kind.TASK, 0, null));
  }
}
