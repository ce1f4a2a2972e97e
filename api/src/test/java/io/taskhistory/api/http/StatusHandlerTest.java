package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusHandlerTest {

  private Running host;

  @BeforeEach
  void start() {
    host = new Running();
  }

  @AfterEach
  void stop() {
    host.close();
  }

  @Test
  void status_tellsHowFollowingGoes() {
    JsonNode status = host.json("/status");
    assertThat(status.path("version").asText()).isEqualTo("1.2.3");
    assertThat(status.path("spine").asText()).isEqualTo("proc");
    JsonNode source = status.path("sources").get(0);
    assertThat(source.path("state").asText()).isEqualTo("running");
    assertThat(source.path("events").asLong()).isEqualTo(1234);
    assertThat(source.path("lost").asLong()).isEqualTo(2);
    JsonNode coverage = status.path("coverage");
    assertThat(coverage.path("live").asInt()).isEqualTo(7);
    assertThat(coverage.path("complete").asInt()).isEqualTo(6);
    assertThat(coverage.path("share").asDouble()).isEqualTo(6 / 7.0);
    assertThat(coverage.path("reasons").toString()).isEqualTo("{\"creator-assumed\":1,\"gap\":1,\"snapshot\":1}");
    assertThat(status.path("gap_count").asInt()).isEqualTo(1);
    assertThat(status.path("gaps")).hasSize(1);
    assertThat(status.path("store").path("ended_tasks").asLong()).isEqualTo(3);
    assertThat(status.path("details").toString()).isEqualTo("{\"read\":7,\"skipped\":1}");
    JsonNode check = status.path("self_check");
    assertThat(check.path("compared").asLong()).isEqualTo(800);
    assertThat(check.path("findings").path("ended").asLong()).isEqualTo(2);
    assertThat(check.path("last").asText()).isEqualTo("process 7 (sh) has ended");
    assertThat(check.path("last_time").asText()).startsWith("2023-08-11T");
    assertThat(check.path("sources").toString())
        .isEqualTo("[{\"source\":\"audit\",\"agreed\":50,\"contradicted\":1}]");
    assertThat(status.path("boot_start").asText()).isEqualTo("2023-08-11T19:43:29.000000000Z");
  }

  @Test
  void metrics_areWhatPrometheusReads() {
    HttpResponse<String> answer = host.send(host.request("/metrics"));
    assertThat(answer.headers().firstValue("Content-Type")).hasValueSatisfying(
        type -> assertThat(type).startsWith("text/plain"));
    assertThat(answer.body())
        .contains("taskhistory_source_events_total{source=\"proc\"} 1234.0\n")
        .contains("taskhistory_live_processes 7.0\n")
        .contains("taskhistory_self_check_findings_total{kind=\"image\"} 1.0\n")
        .contains("taskhistory_self_check_repaired_total 3.0\n")
        .contains("taskhistory_self_check_contradicted_total{source=\"audit\"} 1.0\n")
        .contains("taskhistory_build_info{version=\"1.2.3\"} 1\n");
  }

  @Test
  void readiness_followsTheSource() {
    assertThat(host.send(host.request("/healthz")).body()).isEqualTo("ok\n");
    assertThat(host.send(host.request("/readyz")).body()).isEqualTo("ready\n");
    host.scene.collector.state = "failed";
    assertThat(host.send(host.request("/readyz")).statusCode()).isEqualTo(503);
    assertThat(host.send(host.request("/healthz")).statusCode()).isEqualTo(200);
  }
}
