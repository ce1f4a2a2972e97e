package io.taskhistory.api.access;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys and certificates as they are now: read again whenever their files have changed. What is replaced by something
 * that cannot be used stays in use, so a renewal that goes wrong takes nobody's service away before the old certificate
 * has run out.
 */
public final class Tls {

  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);

  private final TlsFiles files;
  private final List<Consumer<SSLContext>> users = new CopyOnWriteArrayList<>();
  private volatile TlsKeys keys;
  private FileState seen;

  /**
   * Reads the files.
   *
   * @throws TlsException where they cannot be used
   */
  public Tls(TlsFiles files) {
    this.files = files;
    try {
      seen = FileState.of(files.paths());
    } catch (IOException e) {
      throw new TlsException("a file cannot be looked at: " + e.getMessage(), e);
    }
    keys = TlsKeys.read(files);
  }

  public SSLContext context() {
    return keys.context();
  }

  /** What the service is called. */
  public Set<String> names() {
    return keys.names();
  }

  public boolean clientsMustShow() {
    return files.clientsMustShow();
  }

  public boolean clientsMayShow() {
    return files.clientCa() != null;
  }

  /** Tells {@code user} of each new context. */
  public void onChange(Consumer<SSLContext> user) {
    users.add(user);
  }

  /** Looks whether a file has changed. */
  public void look() {
    try {
      FileState now = FileState.of(files.paths());
      if (now.equals(seen)) {
        return;
      }
      seen = now;
      TlsKeys read = TlsKeys.read(files);
      keys = read;
      users.forEach(user -> user.accept(read.context()));
      LOG.warn("the certificate was replaced");
    } catch (IOException e) {
      LOG.debug("a file cannot be looked at", e);
    } catch (TlsException e) {
      // Between the certificate and the key of a renewal they do not belong together; then the next look finds both.
      LOG.error("the certificate stays as it was: {}", e.getMessage());
    }
  }
}
