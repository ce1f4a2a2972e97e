package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.openapi.Endpoint;
import io.taskhistory.api.openapi.Endpoints;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each call that there is, by whoever should not make it: a new one is among them as soon as it is described. */
class EveryEndpointTest {

  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
  private static final String BEARER = "Authorization: Bearer " + TOKEN;

  private static Running host;

  @BeforeAll
  static void start() {
    host = new Running(TOKEN);
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  /** Each call as it begins, and by HEAD as well. */
  static Stream<String> guarded() {
    return Endpoints.all().stream().filter(endpoint -> !endpoint.isOpen()).flatMap(EveryEndpointTest::lines);
  }

  static Stream<String> all() {
    return Endpoints.all().stream().flatMap(EveryEndpointTest::lines);
  }

  private static Stream<String> lines(Endpoint endpoint) {
    String path = endpoint.path().replace("{tid}", "1");
    return endpoint.method() == Endpoint.Method.GET ? Stream.of("GET " + path, "HEAD " + path) : Stream.of("POST " + path);
  }

  /** What comes back, of an answer that ends. */
  static String ask(String line, String hostName, String... headers) throws IOException {
    return host.raw(line + " HTTP/1.1\r\nHost: " + hostName + "\r\nConnection: close\r\nContent-Length: 0\r\n"
        + String.join("", Stream.of(headers).map(header -> header + "\r\n").toList()) + "\r\n");
  }

  private static void assertSafe(String answer) {
    assertThat(answer).contains("Content-Security-Policy: default-src 'self'; object-src 'none'")
        .contains("X-Content-Type-Options: nosniff").contains("Cross-Origin-Resource-Policy: same-origin")
        .doesNotContainIgnoringCase("Set-Cookie").doesNotContainIgnoringCase("Access-Control-")
        .doesNotContainIgnoringCase("jetty").doesNotContain(TOKEN);
  }

  @Test
  void open_areOnlyThoseThatTellNothing() {
    assertThat(Endpoints.all()).filteredOn(Endpoint::isOpen).extracting(Endpoint::id)
        .containsExactlyInAnyOrder("getHealth", "getReadiness", "getOpenApi");
    assertThat(Endpoints.all()).filteredOn(Endpoint::isForEverything).extracting(Endpoint::id)
        .contains("getStatus", "getMetrics");
  }

  @ParameterizedTest
  @MethodSource("guarded")
  void call_withoutTheToken_is401(String line) throws IOException {
    for (String header : List.of("X: y", "Authorization: Bearer", "Authorization: Bearer " + TOKEN + "x",
        "Authorization: Bearer " + TOKEN.substring(1), "Authorization: Basic " + TOKEN, "Cookie: token=" + TOKEN,
        "X-Forwarded-User: root", "X-Token: " + TOKEN)) {
      String answer = ask(line, "127.0.0.1:PORT", header);
      assertThat(answer).as(header).startsWith("HTTP/1.1 401 ").contains("WWW-Authenticate: Bearer");
      assertSafe(answer);
    }
  }

  @ParameterizedTest
  @MethodSource("guarded")
  void call_ofAnotherSitesPage_is403(String line) throws IOException {
    for (String header : List.of("Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site")) {
      String answer = ask(line, "127.0.0.1:PORT", BEARER, header);
      assertThat(answer).as(header).startsWith("HTTP/1.1 403 ");
      assertSafe(answer);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void call_underAForeignName_is421(String line) throws IOException {
    String answer = ask(line, "evil.example:PORT", BEARER);
    assertThat(answer).startsWith("HTTP/1.1 421 ");
    assertSafe(answer);
  }

  @ParameterizedTest
  @MethodSource("all")
  void call_withTheTokenInItsUrl_is400(String line) throws IOException {
    String answer = ask(line + "?token=" + TOKEN, "127.0.0.1:PORT", BEARER);
    assertThat(answer).startsWith("HTTP/1.1 400 ");
    assertSafe(answer);
  }
}
