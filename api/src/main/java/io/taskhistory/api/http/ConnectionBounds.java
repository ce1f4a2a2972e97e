package io.taskhistory.api.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * How many connections there may be, of all doors together, and how long each may take to say what it wants. A connection
 * that says nothing ends by the idle timeout, which any byte sets back; so what is begun here has a time by which it has
 * to be whole. Where there are too many, those that are idle are closed soon, so that others get in.
 */
final class ConnectionBounds extends NetworkConnectionLimit implements Connection.Listener {

  /** Each takes a file descriptor, and some 10 KiB while it sends or is sent something. */
  static final int MOST = 4096;

  /** For the request line and all headers. */
  static final long HEAD_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int IDLE_MILLIS_WHEN_FULL = 1000;
  private static final long LOOK_MILLIS = 1000;

  private final Server server;
  private final Map<HttpConnection, Head> open = new ConcurrentHashMap<>();
  private final AtomicBoolean isLooking = new AtomicBoolean();

  ConnectionBounds(Server server) {
    super(MOST, server);
    this.server = server;
    setEndPointIdleTimeout(IDLE_MILLIS_WHEN_FULL);
  }

  /** How far the head of a request was when it was last looked at. */
  private static final class Head {

    private long request = -1;
    private long since;

    boolean isLate(HttpConnection connection, long now) {
      HttpParser parser = connection.getParser();
      boolean isBegun = parser.inHeaderState() && !parser.isStart();
      long which = connection.getMessagesIn();
      if (!isBegun) {
        request = -1;
      } else if (request != which) {
        request = which;
        since = now;
      }
      return isBegun && now - since > HEAD_NANOS;
    }
  }

  @Override
  public void onOpened(Connection connection) {
    if (connection instanceof HttpConnection http) {
      open.put(http, new Head());
      look();
    }
  }

  @Override
  public void onClosed(Connection connection) {
    if (connection instanceof HttpConnection http) {
      open.remove(http);
    }
  }

  /** Nobody is woken up where there is no connection. */
  private void look() {
    if (!open.isEmpty() && isLooking.compareAndSet(false, true)) {
      server.getScheduler().schedule(this::closeLate, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void closeLate() {
    long now = System.nanoTime();
    open.forEach((connection, head) -> {
      if (head.isLate(connection, now)) {
        connection.getEndPoint().close(new TimeoutException("the head of a request takes too long"));
      }
    });
    isLooking.set(false);
    look();
  }
}
