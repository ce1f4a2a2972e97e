package io.taskhistory.collector.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.ClockLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClocksTest {

  @Test
  void monotonic_isTheClockOfTheLedger() {
    long before = Clocks.monotonic();
    ClockLedger.Row row = Clocks.read();
    assertThat(row.from()).isBetween(before, Clocks.monotonic());
  }

  @Test
  void read_twice_isSteadyEnoughForTheLedger() {
    ClockLedger ledger = new ClockLedger(List.of(Clocks.read()));
    assertThat(ledger.observe(Clocks.read())).isFalse();
  }

  @Test
  void coarseLag_isTwoTicksOfAKernelSomebodyBuilds() {
    assertThat(Clocks.coarseLag()).isIn(20_000_000L, 8_000_000L, 6_666_666L, 2_000_000L);
  }

  @Test
  void coarseLag_isWhatACoarseClockIsBehindByButForLateTicks() throws InterruptedException {
    int within = 0;
    int samples = 500;
    for (int i = 0; i < samples; i++) {
      Thread.sleep(1);
      within += Clocks.coarseBehind() <= Clocks.coarseLag() ? 1 : 0;
    }
    assertThat(within).isGreaterThan(samples * 9 / 10);
  }

  @Test
  void read_givesTheWallClockAndTheBootClock() throws IOException {
    ClockLedger.Row row = Clocks.read();
    long wall = row.wallOffset() + Clocks.monotonic();
    assertThat(TimeUnit.NANOSECONDS.toSeconds(wall)).isBetween(
        System.currentTimeMillis() / 1000 - 60, System.currentTimeMillis() / 1000 + 60);
    double uptime = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
    double bootClock = (row.bootClockOffset() + Clocks.monotonic()) / 1e9;
    assertThat(bootClock).isBetween(uptime - 0.1, uptime + 60);
  }
}
