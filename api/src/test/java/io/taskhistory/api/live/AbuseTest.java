package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Clients that mean ill, while thousands of programs are started: a well-behaved client gets its answers meanwhile, all
 * that happens is known, and nothing of it stays behind.
 */
@Tag("long")
class AbuseTest extends TracedTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LINES = 1_000_000;

  private static final int MOST_KEPT_BYTES = 192 << 20;

  private final Deque<Socket> sockets = new ArrayDeque<>();

  @AfterEach
  void closeSockets() throws IOException {
    while (!sockets.isEmpty()) {
      sockets.pop().close();
    }
  }

  private Socket connect(LiveService service) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
    sockets.push(socket);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String get(LiveService service, String path) {
    return "GET /api/v1" + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + service.port() + "\r\nAuthorization: Bearer "
        + service.token() + "\r\n\r\n";
  }

  /** Does something while programs are started and looked up, and holds what is known afterwards to what was started. */
  private void meanwhile(String what, LiveService service, Attack attack) throws Exception {
    int before = descriptors(service);
    Paced load = Paced.begin(this, service);
    attack.run();
    for (int i = 0; i < 20; i++) {
      Instant now = Instant.now();
      assertThat(service.task(service.pid()).get("state").asText()).isEqualTo("live");
      service.awaitWatermark(now);
    }
    load.end(service);
    closeSockets();
    // What takes long has few places, and those who held them may not have been missed yet.
    await().atMost(PATIENCE).untilAsserted(() -> service.json("/search?comm=nobody&size=1"));
    load.assertWhole(what, service);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(descriptors(service)).isLessThan(before + 50));
    assertNothingLost(service);
    assertThat(service.metrics().get("taskhistory_heap_used_bytes")).isLessThan(MOST_KEPT_BYTES);
  }

  private interface Attack {
    void run() throws Exception;
  }

  private static void assertNothingLost(LiveService service) {
    JsonNode status = service.status();
    assertThat(status.get("gaps")).isEmpty();
    assertThat(status.get("sources")).isNotEmpty().allSatisfy(source ->
        assertThat(source.path("lost").asLong()).as(source.toString()).isZero());
  }

  private static int descriptors(LiveService service) {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + service.pid() + "/fd"))) {
      return (int) open.count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void headersThatTrickle_areCutOff() throws Exception {
    try (LiveService service = traced()) {
      meanwhile("with headers that trickle", service, () -> {
        for (int i = 0; i < 500; i++) {
          send(connect(service), "GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1:" + service.port() + "\r\n");
        }
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
          int cut = 0;
          for (Socket socket : sockets) {
            cut += isCutOff(socket) ? 1 : 0;
          }
          assertThat(cut).isEqualTo(500);
        });
      });
      service.stop();
    }
  }

  /** Sends one more byte of a header. */
  private static boolean isCutOff(Socket socket) {
    try {
      send(socket, "x");
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void connectionsThatSayNothing_beyondAllBounds_leaveRoom() throws Exception {
    try (LiveService service = traced()) {
      meanwhile("with idle connections", service, () -> {
        for (int i = 0; i < 2000; i++) {
          Socket socket = connect(service);
          if (i % 2 == 0) {
            send(socket, get(service, "/status"));
          }
        }
      });
      service.stop();
    }
  }

  /** Half of them are of what never happens, and half are of everything, and are not read. */
  @Test
  void streams_thousandsOfThem_idleAndUnread_delayNothing() throws Exception {
    try (LiveService service = traced()) {
      meanwhile("with two thousand streams", service, () -> {
        for (int i = 0; i < 2000; i++) {
          Socket socket = i % 2 == 0 ? connect(service) : connectNarrowly(service);
          send(socket, get(service, i % 2 == 0 ? "/events?comm=nobody" : "/events"));
          byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
          assertThat(new String(status, StandardCharsets.US_ASCII)).as("stream %d", i).isEqualTo("HTTP/1.1 200");
        }
        // Those that are not read may have been cut off by now.
        assertThat(service.metrics().get("taskhistory_streams")).isBetween(1000.0, 2000.0);
      });
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(service.metrics().get("taskhistory_streams")).isZero());
      service.stop();
    }
  }

  /** There is room for little that is not read. */
  private Socket connectNarrowly(LiveService service) throws IOException {
    Socket socket = new Socket();
    sockets.push(socket);
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), service.port()));
    return socket;
  }

  @Test
  void answersThatNobodyReads_keepNoOtherFromTheirs() throws Exception {
    try (LiveService service = traced()) {
      meanwhile("with answers that nobody reads", service, () -> {
        String search = get(service, "/search?size=1000");
        String task = get(service, "/tasks/" + service.pid());
        for (int i = 0; i < 150; i++) {
          Socket socket = connectNarrowly(service);
          sendAsMuchAsGoes(socket, (i % 3 == 0 ? search : task).repeat(2000));
        }
      });
      service.stop();
    }
  }

  /** From a thread of its own, which ends with the socket: the service reads no more than it answers. */
  private static void sendAsMuchAsGoes(Socket socket, String text) {
    Thread thread = new Thread(() -> {
      try {
        send(socket, text);
      } catch (IOException e) {
        assertThat(e).isNotNull(); // the test is over, or the service has had enough
      }
    }, "sender");
    thread.setDaemon(true);
    thread.start();
  }

  @Test
  void bytesAtRandom_areRefused() throws Exception {
    Random random = new Random(20261130);
    try (LiveService service = traced()) {
      meanwhile("with bytes at random", service, () -> {
        for (int i = 0; i < 500; i++) {
          byte[] bytes = new byte[random.nextInt(20_000)];
          random.nextBytes(bytes);
          try (Socket socket = connect(service)) {
            socket.getOutputStream().write(bytes);
          } catch (IOException e) {
            assertThat(e).as("it need not read all of that").isNotNull();
          }
          sockets.pop();
        }
      });
      service.stop();
    }
  }

  @Test
  void batchOfAMillionLines_isAnsweredInBoundedMemory() throws Exception {
    try (LiveService service = traced()) {
      meanwhile("with a batch of a million lines", service, () -> {
        Socket socket = connect(service);
        send(socket, "POST /api/v1/lineages?style=names HTTP/1.1\r\nHost: 127.0.0.1:" + service.port()
            + "\r\nAuthorization: Bearer " + service.token() + "\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        Thread writer = new Thread(() -> writeBatch(service, socket), "writer");
        writer.start();
        assertThat(answers(socket.getInputStream())).isEqualTo(LINES);
        writer.join();
      });
      service.stop();
    }
  }

  private static void writeBatch(LiveService service, Socket socket) {
    byte[] lines = ("{\"pid\":" + service.pid() + "}\n").repeat(1000).getBytes(StandardCharsets.US_ASCII);
    try {
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < LINES / 1000; i++) {
        send(socket, Integer.toHexString(lines.length) + "\r\n");
        out.write(lines);
        send(socket, "\r\n");
      }
      send(socket, "0\r\n\r\n");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long answers(InputStream in) throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
    long answers = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      answers += line.startsWith("{\"pid\"") ? 1 : 0;
    }
    return answers;
  }
}
