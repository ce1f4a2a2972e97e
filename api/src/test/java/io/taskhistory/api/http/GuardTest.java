package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {

  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

  private static Running host;

  @BeforeAll
  static void start() {
    host = new Running(TOKEN);
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static String raw(String request) throws IOException {
    return host.raw(request);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "/api/v1/status", "/api/v1/tasks/1", "/api/v1/tasks/1/history", "/api/v1/tasks/1/children", "/api/v1/tree",
      "/api/v1/search", "/metrics", "/api/v1/lineages", "/nothing", "/api/v1/"})
  void path_withoutToken_is401(String path) {
    HttpResponse<String> answer = host.send(host.request(path));
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"taskhistory\"");
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(Running.parse(answer.body()).path("type").asText()).isEqualTo("urn:taskhistory:problem:unauthorized");
  }

  @Test
  void batch_withoutToken_is401() {
    HttpResponse<String> answer = host.post("/lineages", "{\"pid\":1}\n");
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("Connection")).as("the body was not read").contains("close");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer", "Bearer ", "Bearer x", "Basic " + TOKEN, TOKEN, "Bearer " + TOKEN + "x"})
  void token_wrong_is401(String authorization) {
    HttpResponse<String> answer =
        host.send(host.request("/api/v1/status").header("Authorization", authorization));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
    assertThat(answer.body()).doesNotContain(TOKEN);
    assertThat(answer.headers().firstValue("Taskhistory-Watermark")).isPresent();
  }

  @Test
  void token_right_isLetIn() {
    for (String scheme : new String[] {"Bearer ", "bearer "}) {
      HttpResponse<String> answer = host.send(host.request("/api/v1/status").header("Authorization", scheme + TOKEN));
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Taskhistory-Watermark")).isPresent();
    }
  }

  @Test
  void health_isOpen() {
    assertThat(host.send(host.request("/healthz")).statusCode()).isEqualTo(200);
    assertThat(host.send(host.request("/readyz")).statusCode()).isEqualTo(200);
  }

  @Test
  void answer_carriesSecurityHeadersAndNothingElse() {
    HttpResponse<String> answer = host.send(host.request("/healthz").header("Origin", "http://elsewhere"));
    assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow().split("; ")).containsExactly(
        "default-src 'self'", "object-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'",
        "require-trusted-types-for 'script'", "trusted-types 'none'");
    assertThat(answer.headers().firstValue("Cross-Origin-Opener-Policy")).contains("same-origin");
    assertThat(answer.headers().firstValue("Cross-Origin-Resource-Policy")).contains("same-origin");
    assertThat(answer.headers().firstValue("Permissions-Policy")).isPresent();
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(answer.headers().firstValue("Referrer-Policy")).contains("no-referrer");
    assertThat(answer.headers().map().keySet()).doesNotContain("server", "set-cookie", "access-control-allow-origin",
        "strict-transport-security");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "Origin: https://evil.example", "Origin: null", "Origin: http://localhost", "Origin: http://localhost:1",
      "Origin: https://localhost:PORT", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"})
  void page_ofAnotherSite_isRefusedThoughItHasTheToken(String header) throws IOException {
    for (String line : new String[] {"GET /api/v1/status", "POST /api/v1/lineages", "GET /metrics"}) {
      String answer = raw(line + " HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n" + header
          + "\r\nContent-Length: 0\r\nAuthorization: Bearer " + TOKEN + "\r\n\r\n");
      assertThat(answer).startsWith("HTTP/1.1 403 ").contains("urn:taskhistory:problem:cross-site");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "Origin: http://localhost:PORT", "Origin: http://127.0.0.1:PORT", "Sec-Fetch-Site: same-origin",
      "Sec-Fetch-Site: none"})
  void page_ofThisService_isAnswered(String header) throws IOException {
    assertThat(raw("POST /api/v1/lineages HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n" + header
        + "\r\nContent-Length: 0\r\nAuthorization: Bearer " + TOKEN + "\r\n\r\n")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void page_isOpenedFromALinkOnAnotherSite() throws IOException {
    assertThat(raw("GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\nSec-Fetch-Site: cross-site\r\n"
        + "Sec-Fetch-Mode: navigate\r\n\r\n")).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "/api/v1/status?token=" + TOKEN, "/api/v1/tasks/1?at=1&token=" + TOKEN, "/?access_token=" + TOKEN,
      "/healthz?tok%65n=x", "/nothing?token="})
  void token_inTheUrl_isRefusedWithoutRepeatingIt(String path) {
    for (String authorization : new String[] {"Bearer " + TOKEN, "none"}) {
      HttpResponse<String> answer = host.send(host.request(path).header("Authorization", authorization));
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("urn:taskhistory:problem:token-in-url").doesNotContain(TOKEN);
    }
  }

  @Test
  void token_givenTwice_isRefused() throws IOException {
    assertThat(raw("GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\nAuthorization: Bearer "
        + TOKEN + "\r\nAuthorization: Bearer other\r\n\r\n")).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void token_wrong_isCounted() {
    double before = wrongTokens();
    host.send(host.request("/api/v1/status").header("Authorization", "Bearer guess"));
    host.send(host.request("/metrics").header("Authorization", "Bearer guess"));
    host.send(host.request("/metrics"));
    assertThat(wrongTokens()).isEqualTo(before + 2);
  }

  private static double wrongTokens() {
    return host.send(host.request("/metrics").header("Authorization", "Bearer " + TOKEN)).body().lines()
        .filter(line -> line.startsWith("taskhistory_wrong_tokens_total ")).findFirst()
        .map(line -> Double.parseDouble(line.substring(line.indexOf(' ')))).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "evil.example:PORT", "evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:PORT", "0.0.0.0:PORT",
      "[::2]:PORT", "127.0.0.1.nip.io:PORT"})
  void host_foreign_isRefused(String name) throws IOException {
    String answer = raw("GET /healthz HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 421 ").contains("urn:taskhistory:problem:misdirected");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:PORT", "localhost:PORT", "[::1]:PORT", "127.1.2.3:PORT"})
  void host_loopback_isAnswered(String name) throws IOException {
    assertThat(raw("GET /healthz HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "DELETE", "PATCH", "TRACE", "BREW"})
  void method_other_is405(String method) throws IOException {
    String answer = raw(method + " /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n"
        + "Authorization: Bearer " + TOKEN + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 405 ").contains("urn:taskhistory:problem:method-not-allowed");
  }

  @Test
  void method_thatThePathLacks_is405WithThoseThatItHas() {
    HttpResponse<String> get = host.send(host.request("/api/v1/lineages").header("Authorization", "Bearer " + TOKEN));
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("Allow")).contains("POST, OPTIONS");
    HttpResponse<String> post = host.send(host.request("/api/v1/status").header("Authorization", "Bearer " + TOKEN)
        .POST(HttpRequest.BodyPublishers.ofString("x")));
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
  }

  @Test
  void head_isAnsweredAsGetWithoutABody() {
    HttpResponse<String> head = host.send(host.request("/api/v1/tasks/1").header("Authorization", "Bearer " + TOKEN)
        .method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("Taskhistory-Watermark")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "GET /..%2f..%2fetc/passwd HTTP/1.1", "GET /%2e%2e/x HTTP/1.1", "GET /a\\b HTTP/1.1", "GET /%00 HTTP/1.1",
      "GET / HTTP/9.9", "nonsense", "GET  HTTP/1.1", "GET /api/v1/tasks/%zz HTTP/1.1"})
  void request_malformed_isRefusedWithoutDetailsOfTheServer(String line) throws IOException {
    String answer = raw(line + "\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 4").doesNotContainIgnoringCase("jetty").doesNotContain("Exception");
    if (answer.contains("\r\n\r\n{")) {
      assertThat(answer).contains("urn:taskhistory:problem:");
    }
  }

  @Test
  void query_thatCannotBeDecoded_isRefused() throws IOException {
    assertThat(raw("GET /api/v1/tasks/1?at=%zz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n"
        + "Authorization: Bearer " + TOKEN + "\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ").contains("urn:taskhistory:problem:bad-request");
  }

  @Test
  void header_tooLarge_isRefused() throws IOException {
    assertThat(raw("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nX: " + "x".repeat(20_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ").contains("urn:taskhistory:problem:too-large");
  }
}
