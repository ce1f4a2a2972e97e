package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whether a question is answered in front of the server or in the midst of it cannot be told from the answer. One whose
 * path has something encoded takes the long way.
 */
class QuickLookupsTest {

  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

  /** What a client may send with a question. */
  private static final List<String[]> HEADERS = List.of(
      new String[] {}, new String[] {"If-None-Match", "*"}, new String[] {"If-None-Match", "\"x\""},
      new String[] {"Accept", "text/csv"}, new String[] {"Accept", "application/json, */*;q=0"},
      new String[] {"Accept-Encoding", "gzip"}, new String[] {"Origin", "http://evil.example"},
      new String[] {"Origin", "null"}, new String[] {"Sec-Fetch-Site", "cross-site"},
      new String[] {"Sec-Fetch-Site", "same-origin"}, new String[] {"Content-Type", "text/plain"},
      new String[] {"Range", "bytes=0-1"});

  private static Running host;
  private static Running guarded;

  @BeforeAll
  static void start() {
    host = new Running();
    host.scene.endInEveryWay();
    Entry entry = host.scene.reader().task(3787).orElseThrow().entry();
    for (int i = 0; i < 2000; i++) {
      entry = host.scene.entry(entry, 175 * Scene.SECOND + i, 30_000, "again", Provenance.OBSERVED);
    }
    host.scene.process(30_000, 174 * Scene.SECOND, entry, null);
    host.scene.commit(180 * Scene.SECOND);
    guarded = new Running(TOKEN);
  }

  @AfterAll
  static void stop() {
    host.close();
    guarded.close();
  }

  private static String theLongWay(String path) {
    return path.replaceFirst("/tasks/(.)", "/tasks/%" + Integer.toHexString(path.charAt("/tasks/".length())));
  }

  private record Said(int status, Map<String, List<String>> headers, String body) {

    static Said of(HttpResponse<String> answer) {
      Map<String, List<String>> headers = new TreeMap<>();
      answer.headers().map().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
      headers.remove("date");
      if (answer.statusCode() == 304) {
        headers.remove("content-type"); // of nothing
      }
      return new Said(answer.statusCode(), headers, answer.body());
    }
  }

  private static Said say(Running server, String path, String... headers) {
    HttpRequest.Builder request = server.request("/api/v1" + path);
    return Said.of(server.send(headers.length == 0 ? request : request.headers(headers)));
  }

  private static void assertAlike(Running server, String path, String... headers) {
    assertThat(theLongWay(path)).contains("%").isNotEqualTo(path);
    assertThat(say(server, path, headers)).as("%s with %s", path, List.of(headers))
        .isEqualTo(say(server, theLongWay(path), headers));
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "/tasks/3787", "/tasks/1", "/tasks/4100", "/tasks/4001", "/tasks/4001?at=mono:155", "/tasks/3787/history",
      "/tasks/4100/history", "/tasks/3787/history?style=names", "/tasks/3787/history?style=domain&limit=0",
      "/tasks/3787?", "/tasks/3787?&", "/tasks/3787?at=mono:155&", "/tasks/3787?=", "/tasks/3787?=x&at=mono:155",
      "/tasks/3787?at==mono:155", "/tasks/3787?AT=mono:155", "/tasks/3787?at=", "/tasks/3787?at", "/tasks/3787?at=now", "/tasks/3787?boot=x",
      "/tasks/3787?at=mono:155&at=mono:156", "/tasks/3787?style=names", "/tasks/3787/history?style=",
      "/tasks/3787/history?limit=1", "/tasks/3787?token=x", "/tasks/3787?access_token=", "/tasks/0", "/tasks/99999",
      "/tasks/x", "/tasks/x-1-2", "/tasks/3787/", "/tasks/3787/historY", "/tasks/3787/x/history",
      "/tasks/3787/children", "/tasks/9999999999"})
  void answer_isTheSameBothWays(String path) {
    for (String[] headers : HEADERS) {
      assertAlike(host, path, headers);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer", "Bearer x", "Basic " + TOKEN, "Bearer " + TOKEN, "bearer  " + TOKEN + " ",
      "Bearer " + TOKEN + "x"})
  void guard_decidesTheSameBothWays(String authorization) {
    assertAlike(guarded, "/tasks/3787", "Authorization", authorization);
    assertAlike(guarded, "/tasks/3787", "Authorization", authorization, "Authorization", "Bearer " + TOKEN);
    assertAlike(guarded, "/tasks/3787/history", "Authorization", authorization, "Sec-Fetch-Site", "cross-site");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/tasks/99999", "/tasks/99999/history", "/tasks/30000/history?limit=0", "/tasks/30000", "/tasks/3787"})
  void question_thatIsRefusedOrLong_waitsOnce(String path) {
    assertAlike(host, path);
    assertAlike(host, path, "Accept-Encoding", "gzip");
    host.scene.collector.waits.set(0);
    host.get(path);
    assertThat(host.scene.collector.waits).hasValue(1);
  }

  @Test
  void requests_areCountedOnce() {
    double before = counted("getTask\",status=\"200");
    double wrong = counted("getTask\",status=\"404");
    host.get("/tasks/3787");
    host.get("/tasks/99999");
    assertThat(counted("getTask\",status=\"200")).isEqualTo(before + 1);
    assertThat(counted("getTask\",status=\"404")).isEqualTo(wrong + 1);
  }

  private static double counted(String labels) {
    String line = host.send(host.request("/metrics")).body().lines()
        .filter(text -> text.startsWith("taskhistory_http_requests_total{call=\"" + labels)).findFirst().orElse("x 0");
    return Double.parseDouble(line.substring(line.lastIndexOf(' ')));
  }

  @Test
  void wrongToken_isCountedOnce() {
    double before = wrongTokens();
    guarded.send(guarded.request("/api/v1/tasks/3787").header("Authorization", "Bearer x"));
    assertThat(wrongTokens()).isEqualTo(before + 1);
  }

  private static double wrongTokens() {
    String metrics = guarded.send(guarded.request("/metrics").header("Authorization", "Bearer " + TOKEN)).body();
    String line = metrics.lines().filter(text -> text.startsWith("taskhistory_wrong_tokens_total ")).findFirst()
        .orElseThrow(() -> new AssertionError(metrics));
    return Double.parseDouble(line.substring(line.lastIndexOf(' ')));
  }
}
