package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineagesHandlerTest {

  private static Running host;

  @BeforeAll
  static void start() {
    host = new Running();
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static List<JsonNode> ask(String query, String body) {
    HttpResponse<String> answer = host.post("/lineages" + query, body);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-ndjson");
    assertThat(answer.headers().firstValue("Taskhistory-Watermark")).contains("2023-08-11T10:46:29.000000000Z");
    return answer.body().lines().map(Running::parse).toList();
  }

  @Test
  void lines_areAnsweredInOrder() {
    List<JsonNode> answers = ask("?style=names", """
        {"pid":3787,"at":"1691750748"}
        {"pid":3787}
        {"at":1691750749.000000001,"pid":3787}
        {"pid":1,"at":"mono:600","boot":"aaaa"}
        """);
    assertThat(answers).extracting(answer -> answer.path("history").asText()).containsExactly(
        "swapper/0=>init=>sshd", "swapper/0=>init=>sshd=>bash", "swapper/0=>init=>sshd=>bash", "swapper/0=>oldinit");
    assertThat(answers).extracting(answer -> answer.path("complete").asBoolean()).containsOnly(true);
    assertThat(answers.get(0).path("task").asText()).endsWith("-3787-130000000000");
    assertThat(answers.get(1).get("at").isNull()).isTrue();
    assertThat(answers.get(2).path("at").asText()).isEqualTo("1691750749.000000001");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "nonsense", "{", "[]", "7", "\"x\"", "{}", "{\"pid\":0}", "{\"pid\":-1}", "{\"pid\":1.5}", "{\"pid\":\"1\"}",
      "{\"pid\":99999999999999999999}", "{\"pid\":1,\"at\":{}}", "{\"pid\":1,\"at\":true}", "{\"pid\":1,\"when\":1}",
      "{\"pid\":1}{\"pid\":2}", "{\"pid\":1} x", "{\"pid\":1,\"at\":\"x\"}", "{\"pid\":1,\"boot\":\"aaaa\"}",
      "{\"pid\":77}", "{\"pid\":1,\"at\":\"mono:1\",\"boot\":\"c\"}", "\u0000", "\u0000{\u0000\u0000",
      "\u0000\u0000{\u0000", "\ufeff", "\ufffe{\"pid\":1}", "{\"pid\":1,\"at\":\"\u001b[31m\"}"})
  void line_bad_isAnsweredByItself(String line) {
    List<JsonNode> answers = ask("", "{\"pid\":1}\n" + line + "\n{\"pid\":2}\n");
    assertThat(answers).hasSize(3);
    assertThat(answers.get(0).has("history")).isTrue();
    assertThat(answers.get(1).path("error").path("type").asText()).startsWith("urn:taskhistory:problem:");
    assertThat(answers.get(1).path("error").path("detail").asText()).isNotEmpty();
    assertThat(answers.get(1).has("pid")).isTrue();
    assertThat(answers.get(1).has("at")).isTrue();
    assertThat(answers.get(2).path("task").asText()).contains("-2-");
  }

  @Test
  void line_longerThanTheParserTakes_isAnsweredByItself() {
    for (String line : List.of("{\"" + "n".repeat(60_000) + "\":1}", "{\"pid\":" + "1".repeat(60_000) + "}",
        "{\"at\":" + "1".repeat(60_000) + "}", "{\"at\":" + "[".repeat(60_000) + "}")) {
      List<JsonNode> answers = ask("", "{\"pid\":1}\n" + line + "\n{\"pid\":2}\n");
      assertThat(answers).hasSize(3);
      assertThat(answers.get(1).path("error").path("type").asText()).isEqualTo("urn:taskhistory:problem:bad-line");
      assertThat(answers.get(2).path("task").asText()).contains("-2-");
    }
  }

  @Test
  void line_tooLong_isRefusedAndTheRestGoesOn() {
    for (int length : new int[] {LineReader.MAX_LENGTH, LineReader.MAX_LENGTH + 1, 5 * LineReader.MAX_LENGTH}) {
      String line = "{\"pid\":1" + " ".repeat(length - "{\"pid\":1}".length()) + "}";
      List<JsonNode> answers = ask("", "{\"pid\":1}\n" + line + "\r\n\n{\"pid\":2}");
      assertThat(answers).hasSize(3);
      assertThat(answers.get(1).has("error")).isEqualTo(length > LineReader.MAX_LENGTH);
      assertThat(answers.get(2).path("task").asText()).contains("-2-");
    }
    List<JsonNode> last = ask("", "x".repeat(3 * LineReader.MAX_LENGTH));
    assertThat(last).singleElement().satisfies(answer -> assertThat(answer.path("error").path("type").asText())
        .isEqualTo("urn:taskhistory:problem:line-too-long"));
  }

  @Test
  void batch_empty_isAnsweredEmpty() {
    assertThat(ask("", "")).isEmpty();
    assertThat(ask("", "\n\r\n  \n")).isEmpty();
  }

  @Test
  void batch_large_isStreamed() {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      body.append(i % 1000 == 999 ? "{\"pid\":77}\n" : "{\"pid\":3787,\"at\":\"1691750749." + i + "\"}\n");
    }
    List<String> answers = host.post("/lineages?style=names", body.toString()).body().lines().toList();
    assertThat(answers).hasSize(100_000);
    assertThat(answers).filteredOn(answer -> answer.contains("\"error\"")).hasSize(100);
    assertThat(answers.get(54_321)).isEqualTo("{\"pid\":3787,\"at\":\"1691750749.54321\",\"task\":"
        + "\"bbbbbbbb2222-3787-130000000000\",\"history\":\"swapper/0=>init=>sshd=>bash\",\"complete\":true}");
  }

  @Test
  void client_thatWaitsForEachAnswer_getsIt() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", host.port())) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(("POST /api/v1/lineages?style=names HTTP/1.1\r\nHost: 127.0.0.1:" + host.port()
          + "\r\nTransfer-Encoding: chunked\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      for (int i = 1; i <= 3; i++) {
        String line = "{\"pid\":" + i + "}\n";
        out.write((Integer.toHexString(line.length()) + "\r\n" + line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
        String answer = in.readLine();
        while (!answer.startsWith("{")) {
          answer = in.readLine();
        }
        assertThat(answer).startsWith("{\"pid\":" + i + ",");
      }
    }
  }

  @Test
  void pid_reused_isNeverMixedUp() {
    List<JsonNode> answers = ask("", """
        {"pid":3900,"at":"mono:143"}
        {"pid":3900,"at":"mono:159"}
        {"pid":3900,"at":"mono:160"}
        {"pid":3900,"at":"mono:171"}
        {"pid":3900}
        {"pid":3900,"at":"mono:143"}
        {"pid":3900,"at":"mono:143","boot":"aaaa"}
        {"pid":7996,"at":"mono:143"}
        """);
    assertThat(answers).extracting(answer -> answer.path("task").asText("").replaceAll(".*-", "")).containsExactly(
        "142000000000", "142000000000", "", "170000000000", "170000000000", "142000000000", "", "");
  }

  @Test
  void texts_areTheSameAsOfOneTaskAlone() {
    Entry entry = host.scene.reader().task(3787).orElseThrow().entry();
    for (int i = 0; i < 100; i++) {
      entry = host.scene.entry(entry, 200 * Scene.SECOND + i, 20_000, "n" + i, Provenance.RESOLVED);
      host.scene.process(20_000 + i, 200 * Scene.SECOND + i, entry, null);
    }
    host.scene.writer().commit(180 * Scene.SECOND);
    for (String query : List.of("?limit=0", "?limit=256", "", "?style=names", "?style=domain&limit=300")) {
      List<JsonNode> answers = ask(query, IntStream.range(0, 200)
          .mapToObj(i -> "{\"pid\":" + (20_000 + i / 2) + "}\n").collect(Collectors.joining()));
      for (int i = 0; i < 200; i += 17) {
        assertThat(answers.get(i).path("history").asText())
            .isEqualTo(host.get("/tasks/" + (20_000 + i / 2) + "/history" + query).body());
      }
    }
  }

  @Test
  void interval_isAboutWhoeverHeldThePidAlone() {
    List<JsonNode> answers = ask("?style=names", """
        {"pid":3787,"at":"mono:139","until":"mono:141"}
        {"pid":3900,"at":"mono:130","until":"mono:150"}
        {"pid":3900,"at":"mono:155","until":"mono:165"}
        {"pid":3900,"at":"mono:150"}
        {"pid":3900,"at":"mono:150","until":"mono:151"}
        {"pid":3900,"at":"mono:155","until":"mono:175"}
        {"pid":3900,"at":"mono:100","until":"mono:110"}
        {"pid":3900,"at":"mono:161","until":"mono:169"}
        {"pid":3900,"at":"mono:161","until":"mono:160"}
        {"pid":3900,"at":"mono:100","until":"mono:200"}
        {"pid":3900,"until":"mono:150"}
        {"pid":3900,"at":"mono:150","until":"x"}
        {"pid":3787,"at":"1691750748","until":"2023-08-11T10:45:50Z"}
        """);
    assertThat(answers).extracting(answer -> answer.path("task").asText("").replaceAll(".*-", "")).containsExactly(
        "130000000000", "142000000000", "142000000000", "142000000000", "142000000000",
        "", "", "", "", "", "", "", "130000000000");
    assertThat(answers.get(0).path("history").asText()).isEqualTo("swapper/0=>init=>sshd=>bash");
    assertThat(answers.get(2).path("history").asText()).isEqualTo("swapper/0=>init=>sshd=>bash");
  }

  @Test
  void batch_waitsForNowOnce() {
    host.scene.collector.waits.set(0);
    ask("", "{\"pid\":1}\n".repeat(50));
    assertThat(host.scene.collector.waits).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"?style=json", "?limit=1", "?at=1"})
  void parameter_bad_is400(String query) {
    assertThat(host.post("/lineages" + query, "{\"pid\":1}\n").statusCode()).isEqualTo(400);
  }
}
