package io.taskhistory.api.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.api.client.PostConnection.Answer;
import io.taskhistory.api.http.Running;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostConnectionTest {

  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private ServerSocket listening;

  @BeforeEach
  void listen() throws IOException {
    listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws IOException {
    listening.close();
  }

  private PostConnection connection(Duration patience) {
    return new PostConnection(
        ServiceAddress.parse("http://127.0.0.1:" + listening.getLocalPort() + "/"), Optional.of(TOKEN), patience);
  }

  /** Accepts one connection after another, and says each of the texts to as many requests of one, then closes it. */
  private void serve(List<List<String>> connections) {
    Thread thread = new Thread(() -> {
      for (List<String> answers : connections) {
        try (Socket socket = listening.accept()) {
          for (String answer : answers) {
            readRequest(socket.getInputStream());
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
          }
        } catch (IOException e) {
          return;
        }
      }
    });
    thread.setDaemon(true);
    thread.start();
  }

  private static void readRequest(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) in.read());
    }
    in.readNBytes(Integer.parseInt(head.toString().replaceAll("(?s).*Content-Length: (\\d+).*", "$1")));
  }

  private static Answer post(PostConnection connection, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return connection.post("/x", "text/plain", bytes, bytes.length);
  }

  @Test
  void batch_largerThanAllBuffers_isAnswered() throws IOException {
    try (Running host = new Running(TOKEN);
        PostConnection connection =
            new PostConnection(ServiceAddress.parse(host.url()), Optional.of(TOKEN), Duration.ofSeconds(60))) {
      String questions = "{\"pid\":3787,\"at\":\"1691750749.5\"}\n".repeat(200_000);
      for (int i = 0; i < 2; i++) {
        byte[] body = questions.getBytes(StandardCharsets.UTF_8);
        Answer answer = connection.post("/api/v1/lineages", "application/x-ndjson", body, body.length);
        assertThat(answer.text().lines()).hasSize(200_000).allMatch(line -> line.endsWith("\"complete\":true}"));
      }
      byte[] one = "{\"pid\":1}".getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> connection.post("/api/v1/lineages?style=x", "application/x-ndjson", one, one.length))
          .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.status()).isEqualTo(400));
      assertThat(connection.post("/api/v1/lineages", "application/x-ndjson", one, one.length).text())
          .startsWith("{\"pid\":1,");
    }
  }

  @Test
  void connection_thatTheServerClosedMeanwhile_isMadeAnew() throws IOException {
    serve(List.of(List.of(OK, OK), List.of(OK)));
    try (PostConnection connection = connection(Duration.ofSeconds(60))) {
      for (int i = 0; i < 3; i++) {
        assertThat(post(connection, "body " + i).text()).isEqualTo("ok");
      }
    }
  }

  @Test
  void server_thatRefusesUnread_isHeard() throws IOException {
    Thread thread = new Thread(() -> {
      try (Socket socket = listening.accept()) {
        socket.getInputStream().readNBytes(100);
        socket.getOutputStream().write(
            "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbusy".getBytes(
                StandardCharsets.ISO_8859_1));
        Thread.sleep(60_000);
      } catch (IOException | InterruptedException e) {
        return;
      }
    });
    thread.setDaemon(true);
    thread.start();
    try (PostConnection connection = connection(Duration.ofSeconds(60))) {
      assertThatThrownBy(() -> post(connection, "x".repeat(50 << 20))).isInstanceOfSatisfying(RefusedException.class,
          e -> assertThat(e.isTemporary() ? e.problem() : "").isEqualTo("busy"));
    } finally {
      thread.interrupt();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\nX: y\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\n\r\nok"})
  void answer_inAnyFraming_isRead(String answer) throws IOException {
    serve(List.of(List.of(answer)));
    try (PostConnection connection = connection(Duration.ofSeconds(60))) {
      assertThat(post(connection, "").text()).isEqualTo("ok");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "", "\r\n\r\n", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\no",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n"})
  void answer_thatIsNone_fails(String answer) {
    serve(List.of(List.of(answer)));
    try (PostConnection connection = connection(Duration.ofSeconds(60))) {
      assertThatThrownBy(() -> post(connection, "x")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void server_thatSaysNothing_isNotWaitedForEndlessly() {
    try (PostConnection connection = connection(Duration.ofMillis(100))) {
      assertThatThrownBy(() -> post(connection, "x".repeat(50 << 20))).isInstanceOf(SocketTimeoutException.class);
    }
  }
}
