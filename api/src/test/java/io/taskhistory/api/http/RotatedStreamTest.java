package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.api.access.Token;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Streams of events, and the token that they were opened with. */
class RotatedStreamTest {

  @Test
  void stream_openedWithTheOldToken_ends() throws Exception {
    Scene scene = new Scene();
    ServerSocketChannel listening = ServerSocketChannel.open();
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Token token = new Token("old");
    try (ApiServer server = new ApiServer(scene.reader(), scene.collector, Bounds.of(scene.store.upkeep()), "1.2.3",
        new Doors(listening, token, null, null))) {
      server.start();
      URI events = URI.create("http://127.0.0.1:" + ((InetSocketAddress) listening.getLocalAddress()).getPort()
          + "/api/v1/events");
      HttpResponse<InputStream> open = HttpClient.newHttpClient().send(
          HttpRequest.newBuilder(events).header("Authorization", "Bearer old").build(),
          HttpResponse.BodyHandlers.ofInputStream());
      assertThat(open.statusCode()).isEqualTo(200);
      try (InputStream body = open.body()) {
        CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> drain(body));
        token.replace("new");
        assertThat(ended.handle((nothing, broken) -> true).get(60, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(HttpClient.newHttpClient().send(
          HttpRequest.newBuilder(events).header("Authorization", "Bearer old").build(),
          HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(401);
    } finally {
      scene.store.close();
    }
  }

  private static void drain(InputStream body) {
    try {
      body.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
