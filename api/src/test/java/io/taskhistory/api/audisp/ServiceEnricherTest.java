package io.taskhistory.api.audisp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.taskhistory.api.audisp.NotEnrichedException.Reason;
import io.taskhistory.api.service.DataDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin's way to the service: over a real connection, to a server that answers as the test says. */
class ServiceEnricherTest {

  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
  private static final String HISTORY = "type=UNKNOWN[1340] msg=audit(1691750739.271:1): history=\"name=init\"\n";
  private static final String SUMMARY = "#taskhistory {\"lines\":1}\n";

  @TempDir
  private Path directory;

  private final CountDownLatch over = new CountDownLatch(1);
  private HttpServer server;
  private volatile HttpHandler handler = exchange -> answer(exchange, 200, Records.login(1) + HISTORY + SUMMARY);

  @BeforeEach
  void start() throws IOException {
    Files.writeString(directory.resolve("token"), TOKEN + "\n");
    listen();
  }

  private void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/v1/enrich/audit", exchange -> handler.handle(exchange));
    server.start();
    Files.writeString(directory.resolve("endpoint"), "http://127.0.0.1:" + server.getAddress().getPort() + "\n");
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange.sendResponseHeaders(status, 0);
      exchange.getResponseBody().write(Records.bytes(text));
    }
  }

  private Enricher enricher(boolean all, Integer limit) {
    return new ServiceEnricher(
        new Settings(directory.resolve("log"), 1, 1, 1, all, limit, new DataDirectory(directory)));
  }

  private String enrich(BooleanSupplier hurry) throws NotEnrichedException, InterruptedException {
    ByteBuffer enriched = enricher(false, null).enrich(Records.bytes(Records.login(1)), hurry);
    return Records.text(enriched.array(), enriched.limit());
  }

  private void assertFails(Reason reason, String message) {
    assertThatThrownBy(() -> enrich(() -> false)).isInstanceOfSatisfying(NotEnrichedException.class,
        e -> assertThat(e.reason()).isEqualTo(reason)).hasMessageContaining(message);
  }

  @Test
  void answer_isWhatGoesIntoTheLog() throws Exception {
    assertThat(enrich(() -> false)).isEqualTo(Records.login(1) + HISTORY);
  }

  @Test
  void request_hasTheTokenAndTheParameters() throws Exception {
    StringBuilder asked = new StringBuilder();
    HttpHandler before = handler;
    handler = exchange -> {
      asked.append(exchange.getRequestMethod()).append(' ').append(exchange.getRequestURI()).append(' ')
          .append(exchange.getRequestHeaders().getFirst("Authorization"));
      before.handle(exchange);
    };
    enricher(true, 0).enrich(Records.bytes(Records.login(1)), () -> false);
    assertThat(asked).hasToString("POST /api/v1/enrich/audit?summary=true&all=true&limit=0 Bearer " + TOKEN);
  }

  @Test
  void service_thatStartedAgainElsewhere_isFound() throws Exception {
    enrich(() -> false);
    server.stop(0);
    assertFails(Reason.UNREACHABLE, "ConnectException");
    listen();
    assertThat(enrich(() -> false)).contains(HISTORY);
  }

  @Test
  void refusal_isOne() {
    handler = exchange -> answer(exchange, 401, "{}");
    assertFails(Reason.REFUSED, "401");
  }

  @Test
  void answer_thatIsNotWhole_isNone() {
    handler = exchange -> answer(exchange, 200, Records.login(1) + HISTORY);
    assertFails(Reason.WRONG_ANSWER, "something else");
  }

  @Test
  void answer_withoutEnd_isNone() {
    handler = exchange -> answer(exchange, 200, Records.login(1) + "x".repeat(64 << 20));
    assertFails(Reason.UNREACHABLE, "longer than");
  }

  @Test
  void service_thatIsStuck_isLeft() {
    handler = exchange -> await();
    assertFails(Reason.SLOW, "in time");
    assertThatThrownBy(() -> enrich(() -> true)).hasMessageContaining("in time");
  }

  private void await() {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void address_beyondLoopback_getsNeitherTokenNorRecords() throws IOException {
    Files.writeString(directory.resolve("endpoint"), "http://192.0.2.1:1340\n");
    assertFails(Reason.UNREACHABLE, "not on loopback");
    Files.delete(directory.resolve("endpoint"));
    assertFails(Reason.UNREACHABLE, "no service has left its address");
  }
}
