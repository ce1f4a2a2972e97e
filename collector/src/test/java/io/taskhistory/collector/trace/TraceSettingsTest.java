package io.taskhistory.collector.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TraceSettingsTest {

  private static final long MIB = 1 << 20;

  @Test
  void instance_thatIsNoPlainName_isRefused() {
    for (String name : new String[] {"", "..", "a/b", "a b", "a\n", "x".repeat(65), "ä"}) {
      assertThatThrownBy(() -> new TraceSettings(name, 4 * MIB, Path.of("/x"))).as(name)
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("letters");
    }
    assertThat(new TraceSettings("A-b_9", 4 * MIB, Path.of("/x")).instance()).isEqualTo("A-b_9");
    assertThatThrownBy(() -> new TraceSettings("a", 1, Path.of("/x"))).hasMessageContaining("bytes");
  }

  @Test
  void defaultBuffer_fitsTheMachine() {
    assertThat(TraceSettings.defaultBuffer(1, 64L << 30)).isEqualTo(32 * MIB);
    assertThat(TraceSettings.defaultBuffer(4, 64L << 30)).isEqualTo(32 * MIB);
    assertThat(TraceSettings.defaultBuffer(8, 64L << 30)).isEqualTo(16 * MIB);
    assertThat(TraceSettings.defaultBuffer(128, 1L << 40)).isEqualTo(4 * MIB);
    assertThat(TraceSettings.defaultBuffer(2, 512 * MIB)).isEqualTo(8 * MIB);
    assertThat(TraceSettings.defaultBuffer(128, 1L << 30)).isEqualTo((1L << 30) / 32 / 128);
    assertThat(TraceSettings.defaultBuffer()).isPositive();
  }

  @Test
  void online_ofAList_countsIt() {
    assertThat(TraceSettings.online("0\n")).isEqualTo(1);
    assertThat(TraceSettings.online("0-3,8,10-11\n")).isEqualTo(7);
  }
}
