package io.taskhistory.api.http;

import io.taskhistory.api.access.LocalSocket;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/** Listens on the local socket, and notes with each request who its peer is. */
final class PeerConnector extends UnixDomainServerConnector {

  /** The attribute of a request that tells its peer; those that came over TCP have none. */
  static final String PEER = UnixDomainPrincipal.class.getName();

  private static final int BACKLOG = 128;

  private final LocalSocket socket;

  PeerConnector(Server server, HttpConfiguration http, LocalSocket socket) {
    super(server, 1, 1, new HttpConnectionFactory(noting(http)));
    this.socket = socket;
    setUnixDomainPath(socket.path());
    setAcceptQueueSize(BACKLOG);
  }

  private static HttpConfiguration noting(HttpConfiguration http) {
    HttpConfiguration own = new HttpConfiguration(http);
    own.addCustomizer(PeerConnector::note);
    return own;
  }

  private static Request note(Request request, HttpFields.Mutable headers) {
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    if (!(endPoint instanceof Peer peer)) {
      throw new IllegalStateException("a request that came from elsewhere");
    }
    request.setAttribute(PEER, peer.principal());
    return request;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    socket.open();
  }

  @Override
  protected SelectorManager newSelectorManager(Executor executor, Scheduler scheduler, int selectors) {
    return new UnixDomainSelectorManager(executor, scheduler, selectors) {
      @Override
      protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
        Peer peer = new Peer((SocketChannel) channel, selector, key, getScheduler());
        peer.setIdleTimeout(getIdleTimeout());
        return peer;
      }
    };
  }

  /** One connection. Who has made it the kernel knows from then on, so it may be asked late, but only once. */
  private static final class Peer extends SocketChannelEndPoint {

    private volatile @Nullable UnixDomainPrincipal principal;

    Peer(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
      super(channel, selector, key, scheduler);
    }

    UnixDomainPrincipal principal() {
      UnixDomainPrincipal known = principal;
      if (known == null) {
        try {
          known = getChannel().getOption(ExtendedSocketOptions.SO_PEERCRED);
        } catch (IOException e) {
          throw new IllegalStateException("the kernel does not tell who the peer is", e);
        }
        principal = known;
      }
      return known;
    }
  }
}
