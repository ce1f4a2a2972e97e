package io.taskhistory.api.client;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * One GET through a local socket, which no client of the JDK speaks through. It asks by HTTP/1.0, so an answer is not
 * cut into chunks and ends with its connection.
 */
public final class LocalGet {

  /**
   * What was answered.
   *
   * @param body to be read as it comes, and closed
   */
  public record Response(int status, InputStream body) {}

  private static final int LONGEST_HEAD = 64 * 1024;

  private LocalGet() {}

  /**
   * Asks.
   *
   * @param headers lines of the request, each with its end
   * @param patience for how long nothing may come before it is a failure
   */
  public static Response send(Path socket, String target, String headers, Duration patience) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    try {
      ByteBuffer request = ByteBuffer.wrap(("GET " + target + " HTTP/1.0\r\nHost: localhost\r\n" + headers + "\r\n")
          .getBytes(StandardCharsets.US_ASCII));
      while (request.hasRemaining()) {
        channel.write(request); // short, and nothing else waits to be read: it does not block
      }
      InputStream in = new BufferedInputStream(new Patient(channel, patience));
      String[] head = head(in).split("\r\n");
      String[] status = head[0].split(" ");
      if (!status[0].startsWith("HTTP/1.") || status.length < 2 || !status[1].matches("[1-5][0-9]{2}")) {
        throw new IOException("what is answered is not HTTP");
      }
      return new Response(Integer.parseInt(status[1]), body(head, in));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
      int next = in.read();
      if (next < 0 || head.length() >= LONGEST_HEAD) {
        throw new EOFException("the connection was closed in the middle of an answer");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static InputStream body(String[] head, InputStream in) throws IOException {
    for (String line : head) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.matches("content-length: *[0-9]{1,18}")) {
        return new Whole(in, Long.parseLong(lower.substring(lower.indexOf(':') + 1).strip()));
      } else if (lower.startsWith("transfer-encoding:")) {
        throw new IOException("the answer is of an unknown form");
      }
    }
    return in;
  }

  /** Waits for what comes, but not for ever. */
  private static final class Patient extends InputStream {

    private final SocketChannel channel;
    private final Selector selector = Selector.open();
    private final long millis;

    Patient(SocketChannel channel, Duration patience) throws IOException {
      this.channel = channel;
      millis = patience.toMillis();
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      while (true) {
        int read = channel.read(ByteBuffer.wrap(bytes, offset, length));
        if (read != 0 || length == 0) {
          return read;
        }
        if (selector.select(millis) == 0) {
          throw new SocketTimeoutException("no answer for " + millis / 1000 + " s");
        }
        selector.selectedKeys().clear();
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
      selector.close();
    }
  }

  /** A body of a known length; one that ends before is broken, and not shorter. */
  private static final class Whole extends InputStream {

    private final InputStream in;
    private long left;

    Whole(InputStream in, long left) {
      this.in = in;
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int read = in.read(bytes, offset, (int) Math.min(length, left));
      if (read < 0) {
        throw new EOFException("the connection was closed in the middle of an answer");
      }
      left -= read;
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
