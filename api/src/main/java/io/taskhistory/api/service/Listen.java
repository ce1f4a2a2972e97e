package io.taskhistory.api.service;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the service listens.
 *
 * @param address beyond loopback nothing but TLS protects what is sent; see {@link Admission}
 * @param port 0 for any that is free
 */
public record Listen(InetAddress address, int port) {

  private static final Pattern TEXT = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9.-]+):(\\d{1,5})");
  private static final int MAX_PORT = 65_535;
  private static final int BACKLOG = 128;

  boolean isLoopback() {
    return address.isLoopbackAddress();
  }

  /**
   * Reads {@code HOST:PORT}.
   *
   * @throws IllegalArgumentException where it is none; the message is for a person
   */
  public static Listen parse(String text) {
    Matcher m = TEXT.matcher(text);
    if (!m.matches() || Integer.parseInt(m.group(2)) > MAX_PORT) {
      throw new IllegalArgumentException("write HOST:PORT, as in 127.0.0.1:1340 or [::1]:1340");
    }
    try {
      return new Listen(InetAddress.getByName(m.group(1)), Integer.parseInt(m.group(2)));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("there is no host " + m.group(1) + "; write 127.0.0.1", e);
    }
  }

  /** Takes the port, so that nobody else can, before anything is answered there. */
  ServerSocketChannel open() {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open();
      try {
        channel.bind(new InetSocketAddress(address, port), BACKLOG);
        return channel;
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (BindException e) {
      throw new ServiceException("cannot listen on " + this + ": " + e.getMessage()
          + "; another taskhistory may be running there (taskhistory status tells), or choose another with --listen",
          e);
    } catch (IOException e) {
      throw new ServiceException("cannot listen on " + this + ": " + e.getMessage(), e);
    }
  }

  /** Where it is reached, by that address. */
  static Listen bound(ServerSocketChannel channel) {
    try {
      InetSocketAddress bound = (InetSocketAddress) channel.getLocalAddress();
      return new Listen(bound.getAddress(), bound.getPort());
    } catch (IOException e) {
      throw new ServiceException("the socket is closed", e);
    }
  }

  @Override
  public String toString() {
    String host = address.getHostAddress();
    return (host.indexOf(':') < 0 ? host : isLoopback() ? "[::1]" : "[" + host + "]") + ":" + port;
  }
}
