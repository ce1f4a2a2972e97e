package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that two readers could understand differently, and paths that could be taken for others. */
class RawRequestTest {

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

  private static int answers(String all) {
    return all.split("HTTP/1\\.1 [1-5][0-9]{2} ", -1).length - 1;
  }

  private static final String NEXT = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n";

  /** Headers that leave open where the body ends. What follows must never be taken for a request. */
  @ParameterizedTest
  @ValueSource(strings = {
      "Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 4",
      "Content-Length: 4\r\nContent-Length: 5", "Content-Length: 4, 5", "Content-Length: +4", "Content-Length: -4",
      "Content-Length: 0x4", "Content-Length: 4 4", "Content-Length: 99999999999999999999", "Content-Length:",
      "Transfer-Encoding: chunked, identity", "Transfer-Encoding: xchunked", "Transfer-Encoding: identity",
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Transfer-Encoding : chunked",
      "X: a\r\n folded: b\r\nContent-Length: 0", "X: a\r\n\tb\r\nContent-Length: 0", "X: \0\r\nContent-Length: 0",
      "\0X: y\r\nContent-Length: 0", "X y\r\nContent-Length: 0", ": x\r\nContent-Length: 0",
      "Host: 127.0.0.1:PORT\r\nContent-Length: 0", "Host: evil.example\r\nContent-Length: 0"})
  void framing_thatIsAmbiguous_isRefusedAndEndsTheConnection(String headers) throws IOException {
    String answer = host.raw("POST /api/v1/lineages HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nAuthorization: Bearer " + TOKEN
        + "\r\n" + headers + "\r\n\r\n" + NEXT);
    assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("HTTP/1.1 200").doesNotContainIgnoringCase("jetty");
    assertThat(answers(answer)).as(answer).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x\r\n", "-1\r\n", "0x1\r\na\r\n0\r\n", "1\r\nab\r\n0\r\n", "fffffffffffffffff\r\n", "\r\n"})
  void chunk_thatIsNone_endsTheConnection(String chunk) throws IOException {
    String answer = host.raw("POST /api/v1/lineages HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nAuthorization: Bearer " + TOKEN
        + "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + "\r\n" + NEXT);
    assertThat(answers(answer)).as(answer).isLessThanOrEqualTo(1);
    assertThat(answer).doesNotContain("ok\n");
  }

  /** Lines that end in LF alone are read as lines (RFC 9112, 2.2) or refused, but never as a part of another. */
  @ParameterizedTest
  @ValueSource(strings = {
      "GET /metrics HTTP/1.1\nHost: 127.0.0.1:PORT\nConnection: close\n\n",
      "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:PORT\nConnection: close\r\n\r\n",
      "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:PORT\rX: y\r\nConnection: close\r\n\r\n"})
  void line_thatEndsInPart_letsNobodyIn(String request) throws IOException {
    String answer = host.raw(request);
    assertThat(answers(answer)).as(answer).isEqualTo(1);
    assertThat(answer).startsWith("HTTP/1.1 4");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "GET http://evil.example/healthz HTTP/1.1\r\nHost: 127.0.0.1:PORT",
      "GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example",
      "GET http://127.0.0.1:PORT@evil.example/healthz HTTP/1.1\r\nHost: 127.0.0.1:PORT",
      "GET //evil.example/healthz HTTP/1.1\r\nHost: 127.0.0.1:PORT", "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22",
      "GET /healthz HTTP/1.1", "GET /healthz HTTP/1.0", "GET * HTTP/1.1\r\nHost: 127.0.0.1:PORT",
      "GET /healthz HTTP/1.1\r\nHost:", "PRI * HTTP/2.0", "GET /health\0z HTTP/1.1\r\nHost: 127.0.0.1:PORT"})
  void target_ofAnotherHostOrNone_isRefused(String request) throws IOException {
    String answer = host.raw(request + "\r\nConnection: close\r\n\r\n");
    assertThat(answer).doesNotContain("HTTP/1.1 2").doesNotContain("ok\n");
  }

  /** Paths by which something guarded could be had as something open. */
  @ParameterizedTest
  @ValueSource(strings = {
      "/healthz/../metrics", "/healthz/..;/metrics", "/healthz/%2e%2e/metrics", "/healthz/..%2fmetrics", "//metrics",
      "/./metrics", "/metrics/", "/metrics;/healthz", "/metrics;x=/healthz", "/metrics%00", "/metrics%00/healthz",
      "/%6detrics", "/METRICS", "/metrics%3f/healthz", "/healthz%2f..%2fmetrics", "/metrics#/healthz", "/\\metrics",
      "/api/v1/../../metrics", "/api/v1/./status", "/api/v1//status", "/api/v1/status;", "/api/v1/tasks/1/..%2f..%2fstatus",
      "/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%c0%af..%c0%afetc/passwd", "/index.html/../metrics",
      "/api/v1/tasks/%2e%2e%2f%2e%2e%2fstatus", "/webjars/../metrics", "/healthz%0d%0aX:%20y"})
  void path_inDisguise_tellsNothing(String path) throws IOException {
    String answer = host.raw("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("taskhistory_").doesNotContain("root:")
        .doesNotContain("\r\nX: y").doesNotContain("watermark\"");
  }

  @ParameterizedTest
  @ValueSource(ints = {9_000, 100_000, 1_000_000})
  void oversize_lineOrHeaders_areRefused(int size) throws IOException {
    for (String request : new String[] {
        "GET /" + "x".repeat(size) + " HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
        "GET /healthz?" + "x".repeat(size) + " HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n" + "X: y\r\n".repeat(size / 6) + "\r\n",
        "G".repeat(size) + " / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"}) {
      String answer = sent(request);
      assertThat(answer).doesNotContain("HTTP/1.1 2").doesNotContain("HTTP/1.1 5");
    }
    assertThat(host.raw(NEXT.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"))).as("it lives").startsWith("HTTP/1.1 200");
  }

  /** The server may have closed before all was sent. */
  private static String sent(String request) {
    try {
      return host.raw(request);
    } catch (IOException e) {
      return "";
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer wrong", "none"})
  void body_announced_isNotAskedForWithoutTheToken(String authorization) throws IOException {
    String answer = host.raw("POST /api/v1/lineages HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nExpect: 100-continue\r\n"
        + "Content-Length: 1000000000\r\nAuthorization: " + authorization + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 401 ").doesNotContain("100 Continue");
  }
}
