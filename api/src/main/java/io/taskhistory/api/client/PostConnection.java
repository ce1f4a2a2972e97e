package io.taskhistory.api.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Posts batches to the service over one connection. The service answers while it reads, so whoever sends all before
 * reading (as the clients of the JDK do) waits for ever once the buffers of both sides are full: here one thread sends
 * and reads, whichever goes on. An answer is handed over when it is whole, so a batch can be sent again after a
 * failure. Not safe for use by several threads.
 */
public final class PostConnection implements AutoCloseable {

  /**
   * What was answered.
   *
   * @param body belongs to the connection, and holds until the next batch
   * @param length how much of it is the answer
   */
  public record Answer(byte[] body, int length) {

    public String text() {
      return new String(body, 0, length, StandardCharsets.UTF_8);
    }
  }

  /** How often whoever waits is asked whether it still does. */
  private static final long LOOK_MILLIS = 50;
  private static final int LONGEST_ANSWER = 128 << 20;

  private final ServiceAddress server;
  private final Optional<String> token;
  private final Duration patience;
  private final AnswerReader answer;
  private final ByteBuffer in = ByteBuffer.allocateDirect(256 * 1024);
  private @Nullable SocketChannel channel;
  private @Nullable Selector selector;

  /**
   * Connects when there is something to send.
   *
   * @param server not by TLS, which is not spoken here
   * @param patience for how long nothing may move before it is a failure
   */
  public PostConnection(ServiceAddress server, Optional<String> token, Duration patience) {
    this(server, token, patience, LONGEST_ANSWER);
  }

  /**
   * The same, for answers of at most {@code longest} bytes.
   */
  public PostConnection(ServiceAddress server, Optional<String> token, Duration patience, int longest) {
    this.server = server;
    this.token = token;
    this.patience = patience;
    this.answer = new AnswerReader(longest);
  }

  /**
   * Posts {@code length} bytes of {@code body} to {@code path}, and waits for the answer.
   *
   * @throws RefusedException if the service answers, but not with status 200
   * @throws IOException if there is no whole answer; the batch can be posted again
   */
  public Answer post(String path, String contentType, byte[] body, int length) throws IOException {
    return post(path, contentType, body, length, () -> false);
  }

  /**
   * The same, for somebody who may not want to wait so long.
   *
   * @param givesUp asked while waiting; where it says so, that is a failure as when nothing moves
   */
  public Answer post(String path, String contentType, byte[] body, int length, BooleanSupplier givesUp)
      throws IOException {
    byte[] head = head(path, contentType, length);
    boolean isNew = channel == null;
    try {
      return checked(exchange(head, body, length, givesUp));
    } catch (SocketTimeoutException | RefusedException e) {
      close();
      throw e;
    } catch (IOException e) {
      close();
      // The server may close a connection that was idle for a while at any time; that says nothing of this batch.
      if (isNew || answer.hasBegun()) {
        throw e;
      }
    }
    try {
      return checked(exchange(head, body, length, givesUp));
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private Answer checked(Answer given) throws RefusedException {
    if (answer.status() != 200) {
      throw new RefusedException(answer.status(), given.text());
    }
    return given;
  }

  private byte[] head(String path, String contentType, int length) {
    StringBuilder head = new StringBuilder("POST ").append(path).append(" HTTP/1.1\r\nHost: ")
        .append(server.authority()).append("\r\n");
    token.ifPresent(secret -> head.append("Authorization: Bearer ").append(secret).append("\r\n"));
    return head.append("Content-Type: ").append(contentType).append("\r\nContent-Length: ").append(length)
        .append("\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private Answer exchange(byte[] head, byte[] body, int length, BooleanSupplier givesUp) throws IOException {
    answer.reset();
    SocketChannel connection = connected();
    ByteBuffer[] out = {ByteBuffer.wrap(head), ByteBuffer.wrap(body, 0, length)};
    Selector waiting = selector(connection);
    SelectionKey key = connection.keyFor(waiting);
    boolean sending = true;
    long moved = System.nanoTime();
    while (!answer.isDone()) {
      boolean moves = false;
      if (sending) {
        sending = out[1].hasRemaining() || out[0].hasRemaining();
        try {
          moves = connection.write(out) > 0;
        } catch (IOException e) {
          // It may have refused and closed without reading on: what it said is still to be had.
          sending = false;
        }
      }
      moves |= receive(connection);
      if (moves) {
        moved = System.nanoTime();
        continue;
      }
      if (!answer.isDone()) {
        await(key, sending, moved, givesUp);
      }
    }
    if (answer.closes() || out[1].hasRemaining()) {
      close();
    }
    return new Answer(answer.body(), answer.length());
  }

  private boolean receive(SocketChannel connection) throws IOException {
    in.clear();
    int read = connection.read(in);
    if (read < 0) {
      answer.end();
      return true;
    }
    answer.take(in.flip());
    return read > 0;
  }

  private void await(SelectionKey key, boolean sending, long moved, BooleanSupplier givesUp) throws IOException {
    long left = patience.toMillis() - (System.nanoTime() - moved) / 1_000_000;
    if (givesUp.getAsBoolean()) {
      throw new SocketTimeoutException("no answer in time");
    }
    if (left <= 0) {
      throw new SocketTimeoutException("no answer for " + patience.toSeconds() + " s");
    }
    key.interestOps(sending ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    key.selector().select(Math.min(left, LOOK_MILLIS));
    key.selector().selectedKeys().clear();
    if (Thread.currentThread().isInterrupted()) {
      throw new IOException("interrupted");
    }
  }

  private SocketChannel connected() throws IOException {
    SocketChannel open = channel;
    if (open == null) {
      open = connect();
      channel = open;
      open.configureBlocking(false);
    }
    return open;
  }

  private SocketChannel connect() throws IOException {
    if (server instanceof ServiceAddress.Local local) {
      return SocketChannel.open(UnixDomainSocketAddress.of(local.socket()));
    }
    URI uri = ((ServiceAddress.Web) server).uri();
    SocketChannel open = SocketChannel.open();
    try {
      open.socket().connect(
          new InetSocketAddress(InetAddress.getByName(uri.getHost()), uri.getPort()), (int) patience.toMillis());
      open.setOption(StandardSocketOptions.TCP_NODELAY, true);
      return open;
    } catch (IOException e) {
      open.close();
      throw e;
    }
  }

  private Selector selector(SocketChannel connection) throws IOException {
    Selector open = selector;
    if (open == null) {
      open = Selector.open();
      selector = open;
      connection.register(open, 0);
    }
    return open;
  }

  @Override
  public void close() {
    SocketChannel connection = channel;
    Selector waiting = selector;
    channel = null;
    selector = null;
    try {
      if (connection != null) {
        connection.close();
      }
      if (waiting != null) {
        waiting.close();
      }
    } catch (IOException e) {
      // Nothing was waiting to be written.
    }
  }
}
