package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Sends datagrams to a local socket, as syslog(3) does to {@code /dev/log}. Nobody waits: what is not taken at once is
 * not sent. Any thread may call.
 *
 * <pre>
 *   struct sockaddr_un (unix(7)): 0 sun_family, 2 sun_path, up to 108 bytes with the NUL
 * </pre>
 */
public final class LocalDatagrams implements AutoCloseable {

  /** What a receiver of the system's log takes at the most of one message by default, about. */
  public static final int MOST_BYTES = 2048;

  /** From include/linux/socket.h. */
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SUN_PATH = 2;
  private static final int MOST_PATH = 107;
  private static final int CLOSED = -1;

  private final ByteBuffer address = Native.allocate(SUN_PATH + MOST_PATH + 1);
  private final ByteBuffer datagram = Native.allocate(MOST_BYTES);
  private final int addressLength;
  private int fd = CLOSED;

  /** @throws IllegalArgumentException where the path is too long for a socket's */
  public LocalDatagrams(Path socket) {
    byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
    if (path.length > MOST_PATH) {
      throw new IllegalArgumentException(socket + " is too long for the path of a socket");
    }
    address.putShort(0, (short) AF_UNIX).put(SUN_PATH, path);
    addressLength = SUN_PATH + path.length + 1;
  }

  /** Sends the first {@link #MOST_BYTES} bytes; false where nobody is there, or has no room. */
  public synchronized boolean send(byte[] bytes) {
    int length = Math.min(bytes.length, MOST_BYTES);
    datagram.put(0, bytes, 0, length);
    // Whoever listened may have been restarted since: its socket is another one then.
    return sent(length) || reconnected() && sent(length);
  }

  private boolean sent(int length) {
    return fd != CLOSED
        && LIBC.send(fd, Native.address(datagram), length, MSG_DONTWAIT | MSG_NOSIGNAL) == length;
  }

  private boolean reconnected() {
    close();
    fd = LIBC.socket(AF_UNIX, SOCK_DGRAM | Native.O_CLOEXEC | Native.O_NONBLOCK, 0);
    if (fd != CLOSED && LIBC.connect(fd, Native.address(address), addressLength) == 0) {
      return true;
    }
    close();
    return false;
  }

  @Override
  public synchronized void close() {
    Native.close(fd);
    fd = CLOSED;
  }
}
