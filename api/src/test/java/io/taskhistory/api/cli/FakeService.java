package io.taskhistory.api.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Enriches audit log text as the service says it does, with made-up histories: {@code history="of 108"}. */
final class FakeService implements AutoCloseable {

  private static final Pattern EVENT = Pattern.compile("(?:node=(\\S+) )?type=\\S+ msg=(audit\\([0-9.]+:([0-9]+)\\))");

  final AtomicInteger batches = new AtomicInteger();
  /** So many requests are answered with 503 first. */
  final AtomicInteger refusals = new AtomicInteger();
  private final HttpServer server;

  FakeService() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/api/v1/enrich/audit", exchange -> {
      byte[] body = exchange.getRequestBody().readAllBytes();
      batches.incrementAndGet();
      if (refusals.getAndDecrement() > 0) {
        exchange.sendResponseHeaders(503, -1);
      } else {
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
          out.write(enriched(body, exchange.getRequestURI().getQuery().contains("summary=true")));
        }
      }
      exchange.close();
    });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The record follows the last one of its event. */
  static byte[] enriched(byte[] text, boolean summary) {
    // The last piece is what follows the last end of line.
    List<String> lines = List.of(new String(text, StandardCharsets.ISO_8859_1).split("(?<=\n)"));
    Map<String, Integer> last = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher event = EVENT.matcher(lines.get(i));
      if (event.lookingAt()) {
        last.put(event.group(), i);
        last.put(key(event), i);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int added = 0;
    int unparsable = 0;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      out.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
      Matcher event = EVENT.matcher(line);
      if (!event.lookingAt()) {
        unparsable++;
      } else if (last.get(key(event)) == i) {
        added++;
        String node = event.group(1) == null ? "" : "node=" + event.group(1) + " ";
        out.writeBytes((node + "type=UNKNOWN[1340] msg=" + event.group(2) + ": history=\"of " + event.group(3) + "\"\n")
            .getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    if (summary) {
      out.writeBytes(("#taskhistory {\"lines\":" + lines.size() + ",\"events\":" + added + ",\"added\":" + added
          + ",\"ambiguous\":0,\"unknown\":0,\"unparsable\":" + unparsable + "}\n").getBytes(StandardCharsets.US_ASCII));
    }
    return out.toByteArray();
  }

  private static String key(Matcher event) {
    return event.group(1) + " " + event.group(2);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
