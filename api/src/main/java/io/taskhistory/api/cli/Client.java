package io.taskhistory.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.access.LocalSocket;
import io.taskhistory.api.access.TlsException;
import io.taskhistory.api.access.TlsKeys;
import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.client.LocalGet;
import io.taskhistory.api.client.PostConnection;
import io.taskhistory.api.client.RefusedException;
import io.taskhistory.api.client.ServiceAddress;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Asks the running service. Uses the small HTTP client of the JDK: a command shall answer at once. */
final class Client {

  private static final String HINT = "is the service running? Start it with: sudo taskhistory run";
  private static final int CONNECT_MILLIS = 5_000;
  private static final int READ_MILLIS = 60_000;
  private static final int MOST_BYTES = 256 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ServiceAddress server;
  private final Optional<String> token;
  private final @Nullable Path ca;

  private Client(ServiceAddress server, Optional<String> token, @Nullable Path ca) {
    this.server = server;
    this.token = token;
    this.ca = ca;
  }

  /**
   * A client of the service that {@code url} names, or else of the one that runs on {@code directory}. Who may not read
   * that asks through the local socket, as whoever they are.
   *
   * @param ca whose certificates are believed in, null for whatever this system believes in
   */
  static Client of(DataDirectory directory, @Nullable String url, @Nullable Path ca) {
    try {
      ServiceAddress address = url != null ? named(url) : found(directory);
      boolean isLocal = address instanceof ServiceAddress.Local;
      return new Client(address, isLocal ? Optional.empty() : directory.token(), ca);
    } catch (ServiceException e) {
      throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()), e);
    }
  }

  private static ServiceAddress named(String url) {
    try {
      return ServiceAddress.parse(url);
    } catch (IllegalArgumentException e) {
      throw new Failure(Exit.WRONG_USE, "--server " + Terminal.clean(url) + ": " + e.getMessage(), e);
    }
  }

  private static ServiceAddress found(DataDirectory directory) {
    try {
      return ServiceAddress.parse(directory.endpoint().orElseThrow(() -> new Failure(Exit.FAILED,
          "no service has left its address in " + directory.path() + "; " + HINT)));
    } catch (ServiceException e) {
      if (e.getCause() instanceof AccessDeniedException && Files.exists(LocalSocket.DEFAULT)
          && directory.path().equals(DataDirectory.DEFAULT)) {
        return new ServiceAddress.Local(LocalSocket.DEFAULT);
      }
      throw e;
    } catch (IllegalArgumentException e) {
      throw new Failure(Exit.FAILED, directory.path().resolve("endpoint") + " holds no address: " + e.getMessage(), e);
    }
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
    if (server instanceof ServiceAddress.Web web && web.isTls()) {
      throw new Failure(Exit.WRONG_USE, "batches are not sent by TLS; name the local socket (--server unix:PATH), or"
          + " reach another host's service through a tunnel (ssh -L)");
    }
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
    return server instanceof ServiceAddress.Web web
        ? open(web, "/api/v1" + query, lastEventId)
        : open((ServiceAddress.Local) server, "/api/v1" + query, lastEventId);
  }

  private InputStream open(ServiceAddress.Local local, String target, @Nullable String lastEventId)
      throws IOException {
    LocalGet.Response response = LocalGet.send(local.socket(), target,
        lastEventId == null ? "" : "Last-Event-ID: " + lastEventId + "\r\n", Duration.ofMillis(READ_MILLIS));
    if (response.status() == 200) {
      return response.body();
    }
    try (InputStream body = response.body()) {
      throw refused(response.status(), read(body));
    }
  }

  private InputStream open(ServiceAddress.Web web, String target, @Nullable String lastEventId) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) web.uri().resolve(target).toURL().openConnection(Proxy.NO_PROXY);
    if (ca != null && connection instanceof HttpsURLConnection encrypted) {
      encrypted.setSSLSocketFactory(trusting(ca).getSocketFactory());
    }
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

  private static SSLContext trusting(Path ca) {
    try {
      return TlsKeys.clientContext(ca);
    } catch (TlsException e) {
      throw new Failure(Exit.WRONG_USE, "--ca: " + e.getMessage(), e);
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
    return new Failure(exit(status), detail.isEmpty() ? server + " answers with status " + status : detail);
  }

  /** 403: of the local socket, whose peer lacks a privilege. Another token may come with a restart of the service. */
  private static Exit exit(int status) {
    return switch (status) {
      case 404 -> Exit.NOT_FOUND;
      case 400, 403, 409 -> Exit.WRONG_USE;
      default -> Exit.FAILED;
    };
  }
}
