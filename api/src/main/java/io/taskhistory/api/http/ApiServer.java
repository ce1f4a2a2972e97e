package io.taskhistory.api.http;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.taskhistory.api.access.Hosts;
import io.taskhistory.api.access.LocalSocket;
import io.taskhistory.api.access.Peers;
import io.taskhistory.api.access.Tls;
import io.taskhistory.api.access.Token;
import io.taskhistory.api.stream.StreamCounts;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.store.HistoryReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Set;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** The HTTP interface on one listening socket. */
public final class ApiServer implements AutoCloseable {

  /** More than places for what can take long: batches, logs, searches, and long answers that nobody reads. */
  private static final int MAX_THREADS = 64;
  private static final int MIN_THREADS = 4;
  private static final int IDLE_MILLIS = 30_000;
  /** What is being answered may end; a batch that waits for more does not. */
  private static final int STOP_MILLIS = 500;
  private static final int SHUTDOWN_IDLE_MILLIS = 50;
  private static final int HEADER_BYTES = 8 * 1024;
  static final int OUTPUT_BYTES = 64 * 1024;

  private final Routes routes;
  private final Javalin javalin;

  /** One that is reached at {@code listening} alone, by whoever shows {@code token}, or everybody where it is null. */
  public ApiServer(
      HistoryReader reader, CollectorView collector, Bounds bounds, String version, ServerSocketChannel listening,
      @Nullable String token) {
    this(reader, collector, bounds, version, new Doors(listening, token == null ? null : new Token(token), null, null));
  }

  /**
   * One that waits to be started.
   *
   * @param doors are closed with this
   */
  public ApiServer(HistoryReader reader, CollectorView collector, Bounds bounds, String version, Doors doors) {
    WrongTokens wrong = new WrongTokens();
    routes = new Routes(reader, collector, bounds, version, wrong);
    Guard guard =
        new Guard(hosts(doors), doors.token(), peers(doors.local()), routes.audience(), wrong);
    javalin = Javalin.create(config -> {
      settings(config);
      config.jetty.modifyServer(server -> server.setHandler(routes.quick(guard)));
      config.jetty.addConnector((server, http) -> connector(server, http, doors.listening(), doors.tls()));
      LocalSocket local = doors.local();
      if (local != null) {
        config.jetty.addConnector((server, http) -> connector(server, http, local));
      }
      config.requestLogger.http(routes.requests()::answered);
      routes.define(config.routes, guard);
    });
  }

  /** Answers from now on. */
  public void start() {
    javalin.start();
  }

  StreamCounts streams() {
    return routes.streams();
  }

  @Override
  public void close() {
    routes.close();
    javalin.stop();
  }

  private static Hosts hosts(Doors doors) {
    Tls tls = doors.tls();
    return new Hosts(port(doors.listening()), tls != null, tls == null ? Set::of : tls::names);
  }

  private static @Nullable Peers peers(@Nullable LocalSocket local) {
    return local == null ? null : new Peers(local.group(), local.others());
  }

  private static int port(ServerSocketChannel listening) {
    try {
      return ((InetSocketAddress) listening.getLocalAddress()).getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void settings(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.http.prefer405over404 = true;
    config.http.generateEtags = false;
    config.router.caseInsensitiveRoutes = false;
    config.router.ignoreTrailingSlashes = false;
    QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, MIN_THREADS, IDLE_MILLIS);
    threads.setName("http");
    // One thread selects and others answer. Reserved ones would take turns at it, and each turn wakes one more.
    threads.setReservedThreads(0);
    config.jetty.threadPool = threads;
    config.jetty.modifyHttpConfiguration(ApiServer::settings);
    config.jetty.modifyServer(server -> {
      server.setStopTimeout(STOP_MILLIS);
      server.setErrorHandler(Problems::beneath);
      server.addBean(new ConnectionBounds(server));
    });
  }

  private static void settings(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setOutputBufferSize(OUTPUT_BYTES);
    // What fits is sent by whichever thread finds the client ready; none waits for one that does not read.
    http.setOutputAggregationSize(OUTPUT_BYTES);
  }

  private static Connector connector(Server server, HttpConfiguration http, LocalSocket local) {
    PeerConnector connector = new PeerConnector(server, http, local);
    connector.setIdleTimeout(IDLE_MILLIS);
    connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_MILLIS);
    return connector;
  }

  private static Connector connector(
      Server server, HttpConfiguration http, ServerSocketChannel listening, @Nullable Tls tls) {
    ServerConnector connector = new ServerConnector(server, 1, 1, Connections.factories(http, tls));
    connector.setIdleTimeout(IDLE_MILLIS);
    connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_MILLIS);
    try {
      connector.open(listening);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return connector;
  }
}
