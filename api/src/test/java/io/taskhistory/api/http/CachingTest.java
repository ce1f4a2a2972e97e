package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CachingTest {

  private static Running host;

  @BeforeAll
  static void start() {
    host = new Running();
    host.scene.endInEveryWay();
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static HttpResponse<String> get(String path, String... headers) {
    HttpRequest.Builder request = host.request(path);
    return host.send(headers.length == 0 ? request : request.headers(headers));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/tasks/4100", "/api/v1/tasks/4100/history", "/api/v1/tasks/4001?at=mono:155",
      "/openapi.json", "/"})
  void whatNoLongerChanges_isKnownAgain(String path) {
    HttpResponse<String> first = get(path);
    String tag = first.headers().firstValue("ETag").orElseThrow();
    assertThat(tag).startsWith("W/\"");
    assertThat(first.headers().firstValue("Cache-Control").orElseThrow()).contains("no-cache");
    for (String known : new String[] {tag, tag.substring(2), "\"x\", " + tag, "*"}) {
      HttpResponse<String> again = get(path, "If-None-Match", known);
      assertThat(again.statusCode()).as(known).isEqualTo(304);
      assertThat(again.body()).isEmpty();
      assertThat(again.headers().firstValue("ETag")).contains(tag);
    }
    assertThat(get(path, "If-None-Match", "W/\"x\"").statusCode()).isEqualTo(200);
  }

  @Test
  void tag_outlivesTheWatermark_butNoChange() {
    try (Running other = new Running()) {
      String before = other.get("/tasks/4001").headers().firstValue("ETag").orElseThrow();
      other.scene.commit(500 * Scene.SECOND);
      assertThat(other.get("/tasks/4001").headers().firstValue("ETag")).contains(before);
      Entry entry = other.scene.reader().task(4001).orElseThrow().entry();
      entry.know(RawText.of("late"), Provenance.RESOLVED);
      other.scene.writer().save(entry);
      other.scene.commit(501 * Scene.SECOND);
      assertThat(other.get("/tasks/4001").headers().firstValue("ETag")).isPresent().isNotEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/tasks/3787", "/api/v1/tasks/3787/history", "/api/v1/tasks/4109", "/api/v1/tree",
      "/api/v1/tasks/77", "/api/v1/status"})
  void whatCanChange_isKeptByNobody(String path) {
    HttpResponse<String> answer = get(path);
    assertThat(answer.headers().firstValue("ETag")).isEmpty();
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"/api/v1/tree?from=mono:1", "/openapi.json"})
  void longAnswer_isCompressedForWhoTakesThat(String path) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    HttpResponse<byte[]> packed = client.send(
        HttpRequest.newBuilder(URI.create(host.url() + path)).header("Accept-Encoding", "br, gzip;q=0.5").build(),
        HttpResponse.BodyHandlers.ofByteArray());
    assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(packed.headers().firstValue("Vary").orElseThrow()).contains("Accept-Encoding");
    HttpResponse<String> plain = get(path, "Accept-Encoding", "gzip;q=0");
    assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(unpacked(packed.body())).isEqualTo(plain.body());
    assertThat(packed.body().length).isLessThan(plain.body().length() / 2);
  }

  private static String unpacked(byte[] packed) throws IOException {
    return new String(new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void requests_areCountedByCallAndStatus() {
    get("/api/v1/tasks/1");
    get("/api/v1/tasks/77");
    get("/nowhere/at/all");
    assertThat(get("/metrics").body())
        .contains("taskhistory_http_requests_total{call=\"getTask\",status=\"200\"}")
        .contains("taskhistory_http_requests_total{call=\"getTask\",status=\"404\"}")
        .contains("taskhistory_http_requests_total{call=\"other\",status=\"404\"}")
        .contains("taskhistory_http_request_seconds_bucket{call=\"getTask\"").contains("taskhistory_streams ");
  }
}
