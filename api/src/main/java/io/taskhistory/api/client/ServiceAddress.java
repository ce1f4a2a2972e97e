package io.taskhistory.api.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Where a service is asked. */
public sealed interface ServiceAddress {

  /**
   * By HTTP on loopback, or by TLS anywhere.
   *
   * @param uri with a host and a port, and {@code /} for its path
   */
  record Web(URI uri) implements ServiceAddress {

    public boolean isTls() {
      return "https".equals(uri.getScheme());
    }

    @Override
    public String toString() {
      return uri.toString();
    }
  }

  /** On this host, by its socket; the kernel tells the service who asks. */
  record Local(Path socket) implements ServiceAddress {

    @Override
    public String toString() {
      return "unix:" + socket;
    }
  }

  /** The host and port that requests name. */
  default String authority() {
    return this instanceof Web web ? web.uri.getHost() + ":" + web.uri.getPort() : "localhost";
  }

  /**
   * Reads {@code http://HOST:PORT}, {@code https://HOST:PORT} or {@code unix:PATH}. What is sent by HTTP passes in the
   * clear, and the token is sent: so that is for loopback only.
   *
   * @throws IllegalArgumentException where it is none of these; the message is for a person
   */
  static ServiceAddress parse(String text) {
    try {
      if (text.startsWith("unix:") && text.length() > "unix:".length()) {
        return new Local(Path.of(text.substring("unix:".length())));
      }
      URI uri = new URI(text);
      boolean tls = "https".equals(uri.getScheme());
      if (uri.getHost() != null && (tls || "http".equals(uri.getScheme()) && uri.getPort() > 0 && isLoopback(uri))) {
        int port = uri.getPort() > 0 ? uri.getPort() : 443;
        return new Web(new URI(uri.getScheme(), null, uri.getHost(), port, "/", null, null));
      }
    } catch (URISyntaxException | InvalidPathException | IOException e) {
      throw new IllegalArgumentException("that is no URL: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException("write http://HOST:PORT on loopback, https://HOST:PORT or unix:PATH; another"
        + " host's service without TLS is reached through a tunnel (ssh -L)");
  }

  private static boolean isLoopback(URI uri) throws UnknownHostException {
    return Optional.of(uri.getHost()).filter(host -> host.matches("localhost|[0-9.]+|\\[[0-9a-fA-F:]+]")).isPresent()
        && InetAddress.getByName(uri.getHost()).isLoopbackAddress();
  }
}
