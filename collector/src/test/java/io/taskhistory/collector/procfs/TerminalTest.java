package io.taskhistory.collector.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.RawText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {

  /** As new_encode_dev() has it: the low byte of the minor, the major, the rest of the minor. */
  @ParameterizedTest
  @CsvSource({
    "136, 0, pts/0", "136, 3, pts/3", "136, 300, pts/300", "136, 1048575, pts/1048575", "137, 1, pts/257",
    "4, 1, tty1", "4, 63, tty63", "4, 64, ttyS0", "4, 66, ttyS2", "5, 1, console", "5, 0, 5:0", "229, 0, 229:0",
  })
  void name_ofDevice_isThatInDev(int major, int minor, String name) {
    assertThat(Terminal.name(minor & 0xff | major << 8 | (minor & ~0xff) << 12)).isEqualTo(RawText.of(name));
  }

  @Test
  void name_ofNone_isKnownToBeNone() {
    assertThat(Terminal.name(0)).isSameAs(RawText.EMPTY);
  }
}
