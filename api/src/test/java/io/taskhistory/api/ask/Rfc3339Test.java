package io.taskhistory.api.ask;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3339Test {

  @ParameterizedTest
  @CsvSource({
      "1691750738271000000, 2023-08-11T10:45:38.271000000Z", "0, 1970-01-01T00:00:00.000000000Z",
      "-1, 1969-12-31T23:59:59.999999999Z", "951782400000000000, 2000-02-29T00:00:00.000000000Z"})
  void write_isUtcToTheNanosecond(long wall, String text) {
    assertThat(Rfc3339.write(wall)).isEqualTo(text);
    assertThat(Rfc3339.parse(text)).isEqualTo(wall);
  }

  @Test
  void write_ofAnyTime_isWhatTheJdkReads() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 10_000; i++) {
      long wall = random.nextLong() / 2;
      Instant read = DateTimeFormatter.ISO_INSTANT.parse(Rfc3339.write(wall), Instant::from);
      assertThat(read.getEpochSecond() * 1_000_000_000L + read.getNano()).isEqualTo(wall);
      assertThat(Rfc3339.parse(Rfc3339.write(wall))).isEqualTo(wall);
    }
  }

  @ParameterizedTest
  @CsvSource({
      "2023-08-11T10:45:38Z, 1691750738000000000", "2023-08-11t10:45:38.5z, 1691750738500000000",
      "2023-08-11T12:45:38+02:00, 1691750738000000000", "2023-08-11T05:15:38-05:30, 1691750738000000000",
      "2016-12-31T23:59:60Z, 1483228800000000000"})
  void parse_ofEveryForm_isTheTime(String text, long wall) {
    assertThat(Rfc3339.parse(text)).isEqualTo(wall);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "2023", "2023-08-11", "2023-08-11T10:45:38", "2023-08-11 10:45:38Z", "2023-13-01T00:00:00Z",
      "2023-02-29T00:00:00Z", "2023-08-11T24:00:00Z", "2023-08-11T10:60:00Z", "2023-08-11T10:45:61Z",
      "2023-08-11T10:45:38.Z", "2023-08-11T10:45:38.1234567890Z", "2023-08-11T10:45:38Z ", "2023-08-11T10:45:38+25:00",
      "2023-08-11T10:45:38+0200", "+2023-08-11T10:45:38Z", "２023-08-11T10:45:38Z", "9999-01-01T00:00:00Z",
      "0000-01-01T00:00:00Z"})
  void parse_ofAnythingElse_isNoTime(String text) {
    assertThat(Rfc3339.parse(text)).isEqualTo(Rfc3339.NO_TIME);
  }

  @ParameterizedTest
  @CsvSource({
      "1691750738.271, 1691750738271000000", "0, 0", "1.000000001, 1000000001", "9223372034, 9223372034000000000"})
  void seconds_areReadToTheNanosecond(String text, long nanos) {
    assertThat(Rfc3339.parseSeconds(text, 0)).isEqualTo(nanos);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "1.", ".1", "-1", "+1", "1e3", "1.0000000001", "99999999999", "9999999999", "1 "})
  void seconds_ofAnythingElse_areNoTime(String text) {
    assertThat(Rfc3339.parseSeconds(text, 0)).isEqualTo(Rfc3339.NO_TIME);
  }
}
