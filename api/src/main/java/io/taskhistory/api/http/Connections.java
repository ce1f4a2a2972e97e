package io.taskhistory.api.http;

import io.taskhistory.api.access.Tls;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is spoken on a connection: HTTP/1.1, within TLS 1.2 or 1.3 where there are keys for it. */
final class Connections {

  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private Connections() {}

  static ConnectionFactory[] factories(HttpConfiguration http, @Nullable Tls tls) {
    HttpConnectionFactory plain = new HttpConnectionFactory(http);
    if (tls == null) {
      return new ConnectionFactory[] {plain};
    }
    SslConnectionFactory encrypted = new SslConnectionFactory(keys(tls), plain.getProtocol());
    // Its own comparison of names knows neither --server-name nor the near end of a tunnel; the guard does.
    encrypted.setEnsureSecureRequestCustomizer(false);
    return new ConnectionFactory[] {encrypted, plain};
  }

  private static SslContextFactory.Server keys(Tls tls) {
    SslContextFactory.Server factory = new SslContextFactory.Server();
    factory.setSslContext(tls.context());
    factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
    factory.setRenegotiationAllowed(false);
    factory.setNeedClientAuth(tls.clientsMayShow() && tls.clientsMustShow());
    factory.setWantClientAuth(tls.clientsMayShow() && !tls.clientsMustShow());
    tls.onChange(context -> use(factory, context));
    return factory;
  }

  /** For new connections; those that are there go on as they are. */
  private static void use(SslContextFactory.Server factory, SSLContext context) {
    try {
      factory.reload(changed -> changed.setSslContext(context));
    } catch (Exception e) {
      LOG.error("the new certificate cannot be used", e);
    }
  }
}
