package io.taskhistory.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.client.PostConnection;
import io.taskhistory.api.client.RefusedException;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the running service. Uses the small HTTP client of the JDK: a command shall answer at once. */
final class Client {

  private static final String HINT = "is the service running? Start it with: sudo taskhistory run";
  private static final int CONNECT_MILLIS = 5_000;
  private static final int READ_MILLIS = 60_000;
  private static final int MOST_BYTES = 256 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI server;
  private final Optional<String> token;

  private Client(URI server, Optional<String> token) {
    this.server = server;
    this.token = token;
  }

  /** A client of the service that {@code url} names, or else of the one that runs on {@code directory}. */
  static Client of(DataDirectory directory, @Nullable String url) {
    try {
      String named = url != null ? url : directory.endpoint().orElseThrow(() -> new Failure(Exit.FAILED,
          "no service has left its address in " + directory.path() + "; " + HINT));
      return new Client(checked(named), directory.token());
    } catch (ServiceException e) {
      throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()), e);
    }
  }

  /** The token goes there, in the clear: so to loopback only. */
  private static URI checked(String url) {
    try {
      URI uri = new URI(url);
      if ("http".equals(uri.getScheme()) && uri.getHost() != null && uri.getPort() > 0
          && uri.getHost().matches("localhost|[0-9.]+|\\[[0-9a-fA-F:]+]")
          && InetAddress.getByName(uri.getHost()).isLoopbackAddress()) {
        return new URI("http", null, uri.getHost(), uri.getPort(), "/", null, null);
      }
    } catch (URISyntaxException | IOException e) {
      throw new Failure(Exit.WRONG_USE, "--server is no URL: " + e.getMessage(), e);
    }
    throw new Failure(Exit.WRONG_USE,
        "--server has to be http://HOST:PORT on loopback; reach another host's service through a tunnel (ssh -L)");
  }

  /** The path of an answer, with parameters added one by one; those that are null are left out. */
  static final class Query {

    private final StringBuilder text;
    private char separator = '?';

    Query(String path) {
      text = new StringBuilder(path);
    }

    Query with(String name, @Nullable Object value) {
      if (value != null) {
        text.append(separator).append(name).append('=').append(encode(value.toString()));
        separator = '&';
      }
      return this;
    }

    static String encode(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }

  JsonNode json(Query query) {
    byte[] body = get(query);
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new Failure(Exit.FAILED, server + " answers something else than taskhistory does", e);
    }
  }

  /** What the service answers, with nothing in it that a terminal would obey. */
  String text(Query query) {
    return Terminal.clean(new String(get(query), StandardCharsets.UTF_8));
  }

  /** A connection for batches. */
  PostConnection connection() {
    return new PostConnection(server, token, Duration.ofMillis(READ_MILLIS));
  }

  /** What to say of a batch that has failed. */
  Failure failed(IOException e) {
    return e instanceof RefusedException refusal
        ? refused(refusal.status(), refusal.problem().getBytes(StandardCharsets.UTF_8))
        : unreachable(e);
  }

  /** What to say of a service that does not answer. */
  Failure unreachable(IOException e) {
    return new Failure(Exit.FAILED, "cannot reach " + server + " (" + e.getMessage() + "); " + HINT, e);
  }

  private byte[] get(Query query) {
    try (InputStream body = open(query, null)) {
      return read(body);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /**
   * The body of an answer, to be read as it comes and closed by the caller.
   *
   * @param lastEventId where a stream of events goes on, null from now
   * @throws IOException where the service cannot be reached
   * @throws Failure where it refuses
   */
  InputStream open(Query query, @Nullable String lastEventId) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) server.resolve("/api/v1" + query).toURL().openConnection(Proxy.NO_PROXY);
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    connection.setInstanceFollowRedirects(false);
    token.ifPresent(secret -> connection.setRequestProperty("Authorization", "Bearer " + secret));
    if (lastEventId != null) {
      connection.setRequestProperty("Last-Event-ID", lastEventId);
    }
    int status = connection.getResponseCode();
    if (status == 200) {
      return connection.getInputStream();
    }
    try (InputStream body = connection.getErrorStream()) {
      throw refused(status, body == null ? new byte[0] : read(body));
    }
  }

  private static byte[] read(InputStream body) throws IOException {
    byte[] answer = body.readNBytes(MOST_BYTES);
    if (body.read() >= 0) {
      throw new IOException("the answer is longer than " + MOST_BYTES + " bytes");
    }
    return answer;
  }

  private Failure refused(int status, byte[] answer) {
    if (status == 401) {
      return new Failure(Exit.FAILED, server + " wants another token than the data directory's; name the data directory"
          + " of that service with --data-dir, or run this with sudo");
    }
    String detail;
    try {
      detail = JSON.readTree(answer).path("detail").asText("");
    } catch (JsonProcessingException e) {
      detail = "";
    } catch (IOException e) {
      throw new IllegalStateException("reading bytes", e);
    }
    Exit exit = status == 404 ? Exit.NOT_FOUND : status == 400 || status == 409 ? Exit.WRONG_USE : Exit.FAILED;
    return new Failure(exit, detail.isEmpty() ? server + " answers with status " + status : detail);
  }
}
