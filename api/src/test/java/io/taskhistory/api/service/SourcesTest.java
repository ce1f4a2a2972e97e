package io.taskhistory.api.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SourcesTest {

  private static final int BYTES = 1 << 20;

  private static Sources sources(String instance, long buffer) {
    return new Sources(Sources.Choice.AUTO, instance, buffer, BYTES);
  }

  @ParameterizedTest
  @CsvSource({"1, 1048576", "32, 33554432", "32M, 33554432", "8K, 8192", "512k, 524288", "16G, 17179869184"})
  void traceBuffer_isInMebibytesOrWithAUnit(String text, long bytes) {
    assertThat(sources("x", Sources.traceBuffer(text)).traceBuffer()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0G", "-1", "1T", "1 M", "1.5", "1KB", "9999999999", "\u0661"})
  void traceBuffer_thatIsNoSize_isRefused(String text) {
    assertThatThrownBy(() -> Sources.traceBuffer(text)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("512K");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1, 8191, (16L << 30) + 1, Long.MAX_VALUE})
  void traceBuffer_tooSmallOrLarge_isRefused(long bytes) {
    assertThatThrownBy(() -> sources("x", bytes)).hasMessage("--trace-buffer has to be from 8K to 16G");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "../x", "a b", "a\n", "a\u0000", "a.b", "ä",
      "0123456789012345678901234567890123456789012345678901234567890123456789"})
  void traceInstance_thatIsNoName_isRefused(String name) {
    assertThatThrownBy(() -> sources(name, Sources.FITTING)).hasMessageContaining("--trace-instance: write 1 to 64");
  }
}
