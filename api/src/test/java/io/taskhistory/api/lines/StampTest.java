package io.taskhistory.api.lines;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StampTest {

  @ParameterizedTest
  @CsvSource({
      "1691750750, AUTO, 1691750750000000000, 1000000000", "1691750750.271, AUTO, 1691750750271000000, 1000000",
      "1691750750.0000000019, AUTO, 1691750750000000001, 1", "1691750750271, AUTO, 1691750750271000000, 1000000",
      "1691750750271123, AUTO, 1691750750271123000, 1000", "1691750750271123456, AUTO, 1691750750271123456, 1",
      "2023-08-11T10:45:50Z, AUTO, 1691750750000000000, 1000000000",
      "2023-08-11T10:45:50.12+00:00, RFC3339, 1691750750120000000, 10000000",
      "2023-08-11T10:45:50.123456789Z, AUTO, 1691750750123456789, 1", "5, EPOCH, 5000000000, 1000000000",
      "1691750750271.5, EPOCH_MS, 1691750750271500000, 100000", "0, EPOCH, 0, 1000000000"})
  void time_isReadWithItsPrecision(String text, TimeFormat format, long nanos, long precision) {
    assertThat(Stamp.parse(text, format)).isEqualTo(new Stamp(nanos, precision, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "x", ".", ".5", "1.2.3", "-1", "1e9", "99999999999999999999", "9223372036854775807", "2023-08-11",
      "2023-08-11T10:45:50", "2023-13-11T10:45:50Z", "mono:1", "1691750750 ", "\u0661"})
  void text_thatIsNoTime_isNone(String text) {
    assertThat(Stamp.parse(text, TimeFormat.AUTO).isKnown()).isFalse();
  }
}
