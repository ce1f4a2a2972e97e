package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** As many execs as the machine can start, with room in the proc connector for the events and without. */
@Tag("long")
class FloodTest extends LiveTest {

  /** Room for some hundred events. */
  private static final String SMALL = "65536";

  /** Fork, exec and exit. */
  private static final int EVENTS_A_START = 3;

  private static JsonNode source(LiveService service) {
    return service.status().get("sources").get(0);
  }

  private static long reported(LiveService service) {
    JsonNode source = source(service);
    return source.get("events").asLong() + source.get("lost").asLong();
  }

  @Test
  void flood_withTheDefaultBuffer_losesNothing() throws InterruptedException {
    try (LiveService service = new LiveService(directory.resolve("home"), "--source", "proc")) {
      Flood flood = Flood.begin(this, "20s").identifiedBy(service);
      flood.await();
      flood.awaitApplied(service);
      assertThat(source(service).get("lost").asLong()).isZero();
      assertThat(service.status().get("gap_count").asInt()).isZero();
      flood.assertWhole(service);
      ProcComparison.await(service);
      service.stop();
    }
  }

  @Test
  void overflow_isSeenCountedAndRepaired() throws Exception {
    try (LiveService service = new LiveService(
        directory.resolve("home"), "--source", "proc", "--receive-buffer", SMALL)) {
      Upheaval upheaval = new Upheaval(this, service);
      Flood after;
      long reported = reported(service);
      service.signal("STOP");
      try {
        // Begun before, it could be over by then, and there would be room for what follows.
        Flood.begin(this, "500").await();
        upheaval.happen();
        after = Flood.begin(this, "500");
        after.await();
      } finally {
        service.signal("CONT");
      }
      int provoked = EVENTS_A_START * after.started();
      await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
        // A loss shows by the numbers of what follows it on the same processor.
        try (Child other = Child.run(Programs.tiny())) {
          assertThat(other.await()).isZero();
        }
        assertThat(source(service).get("lost").asLong()).isPositive();
        assertThat(reported(service) - reported).isGreaterThanOrEqualTo(provoked);
      });
      ProcComparison.await(service);
      assertThat(service.status().get("gaps")).extracting(gap -> gap.get("cause").asText()).contains("overflow");
      upheaval.check(service);
      service.stop();
    }
  }

  @Test
  void flood_withASmallBuffer_makesNothingWrong() throws InterruptedException {
    try (LiveService service = new LiveService(
        directory.resolve("home"), "--source", "proc", "--receive-buffer", "4096")) {
      Flood flood = Flood.begin(this, "8s").identifiedBy(service);
      flood.await();
      flood.awaitApplied(service);
      assertThat(source(service).get("lost").asLong()).isPositive();
      ProcComparison.await(service);
      flood.assertNothingWrong(service);
      service.stop();
    }
  }
}
