package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Programs that end before anybody could look at them. */
class ShortLivesTest extends TracedTest {

  private static final int STARTS = 20_000;

  @Test
  void programThatOnlyReturns_isAlwaysSeenByName() throws InterruptedException {
    try (LiveService service = traced()) {
      Flood flood = Flood.begin(this, Integer.toString(STARTS)).identifiedBy(service);
      flood.await();
      flood.awaitApplied(service);
      assertThat(flood.started()).isEqualTo(STARTS);
      flood.assertWhole(service);
      List<JsonNode> named = flood.execs(service).stream()
          .filter(exec -> exec.get("name").asText().equals(Flood.NAME)).toList();
      assertThat(named).hasSize(STARTS)
          .allSatisfy(exec -> assertThat(exec.get("provenance").asText()).isEqualTo("observed"));
      assertThat(service.status().get("gap_count").asInt()).isZero();
      service.stop();
    }
  }
}
