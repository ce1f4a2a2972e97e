package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnrichHandlerTest {

  private static final String EVENT = """
      type=SYSCALL msg=audit(1691750758.500:108): arch=c000003e syscall=62 success=yes exit=0 items=0 ppid=3767 \
      pid=3787 auid=0 uid=0 tty=pts1 ses=1 comm="bash" exe="/bin/bash" key=(null)
      type=OBJ_PID msg=audit(1691750758.500:108): opid=77 oauid=-1 ouid=0 oses=-1 ocomm="gone"
      type=PROCTITLE msg=audit(1691750758.500:108): proctitle="bash"
      """;
  private static final String ADDED = "type=UNKNOWN[1340] msg=audit(1691750758.500:108): history=\"";

  private static Running host;

  @BeforeAll
  static void start() {
    host = new Running();
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  @Test
  void log_isAnsweredWithItsHistories() {
    HttpResponse<String> answer = host.post("/enrich/audit", EVENT);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain");
    assertThat(answer.headers().firstValue("Taskhistory-Watermark")).contains("2023-08-11T10:46:29.000000000Z");
    assertThat(answer.body()).startsWith(EVENT + ADDED).endsWith(";start=20230811104549\"\n");
  }

  @Test
  void summary_isTheLastLine() {
    assertThat(host.post("/enrich/audit?summary=true", EVENT + "\nx\n").body()).endsWith("""
        \nx
        #taskhistory {"lines":5,"events":1,"added":1,"ambiguous":0,"unknown":1,"unparsable":1}
        """);
    for (String cut : new String[] {"x", "y".repeat(100_000)}) {
      assertThat(host.post("/enrich/audit?summary=true", EVENT + cut).body()).contains("\"\n" + cut + "\n#taskhistory {");
    }
    assertThat(host.post("/enrich/audit?summary=true&all=true&limit=0", "").body()).isEqualTo(
        "#taskhistory {\"lines\":0,\"events\":0,\"added\":0,\"ambiguous\":0,\"unknown\":0,\"unparsable\":0}\n");
  }

  @Test
  void counts_areInStatusAndMetrics() {
    long before = host.json("/status").path("enrichment").path("added").asLong();
    host.post("/enrich/audit", EVENT);
    assertThat(host.json("/status").path("enrichment").path("added").asLong()).isEqualTo(before + 1);
    assertThat(host.send(host.request("/metrics")).body())
        .contains("taskhistory_enrichment_added_total " + (before + 1) + ".0")
        .contains("taskhistory_enrichment_unparsable_total ").contains("taskhistory_enrichment_ambiguous_total 0.0");
  }

  @Test
  void bytes_ofAnyKind_comeBack() throws IOException, InterruptedException {
    byte[] odd = new byte[3_000_000];
    for (int i = 0; i < odd.length; i++) {
      odd[i] = (byte) (i * 31 >> i % 7);
    }
    HttpResponse<byte[]> answer = HttpClient.newHttpClient().send(
        host.request("/api/v1/enrich/audit").POST(HttpRequest.BodyPublishers.ofByteArray(odd)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
    assertThat(Arrays.equals(answer.body(), odd)).isTrue();
  }

  @Test
  void client_thatWaitsForEachEvent_getsIt() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", host.port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(("POST /api/v1/enrich/audit HTTP/1.1\r\nHost: 127.0.0.1:" + host.port()
          + "\r\nTransfer-Encoding: chunked\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      for (int i = 1; i <= 3; i++) {
        String event = EVENT.replace("108", Integer.toString(200 + i));
        out.write((Integer.toHexString(event.length()) + "\r\n" + event + "\r\n")
            .getBytes(StandardCharsets.US_ASCII));
        out.flush();
        String line = in.readLine();
        while (!line.startsWith("type=UNKNOWN[1340]")) {
          line = in.readLine();
        }
        assertThat(line).contains(":" + (200 + i) + "): history=");
      }
    }
  }

  @Test
  void log_aboutNow_waitsOnce() {
    host.scene.collector.waits.set(0);
    host.post("/enrich/audit", EVENT.repeat(20));
    assertThat(host.scene.collector.waits).hasValue(0);
    long now = host.scene.reader().boot().wallAt(180 * Scene.SECOND);
    host.post("/enrich/audit", EVENT.replace("1691750758.500", now / Scene.SECOND + ".000").repeat(20));
    assertThat(host.scene.collector.waits).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"?style=names", "?limit=1", "?all=yes", "?summary=", "?all=true&all=true"})
  void parameter_bad_is400(String query) {
    assertThat(host.post("/enrich/audit" + query, EVENT).statusCode()).isEqualTo(400);
  }
}
