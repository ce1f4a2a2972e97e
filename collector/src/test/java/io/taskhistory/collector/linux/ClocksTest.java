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
  void tick_isThatOfAKernelSomebodyBuilds() {
    assertThat(Clocks.tick()).isIn(10_000_000L, 4_000_000L, 3_333_333L, 1_000_000L);
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
