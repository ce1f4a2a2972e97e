package io.taskhistory.api.cli;

import io.taskhistory.api.access.Tls;
import io.taskhistory.api.access.TlsException;
import io.taskhistory.api.access.TlsFiles;
import io.taskhistory.api.cli.Failure.Exit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How what is sent is protected beyond loopback. */
final class TlsOptions {

  /** Whether callers need a certificate. */
  enum ClientAuth { NEED, WANT }

  @Option(names = "--tls-cert", paramLabel = "FILE",
      description = "answer by TLS, with this certificate and those that lead to its root, in PEM; needed beyond"
          + " loopback; read again when it changes")
  private @Nullable Path certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "the certificate's private key, in PEM, not encrypted")
  private @Nullable Path key;

  @Option(names = "--tls-client-ca", paramLabel = "FILE",
      description = "callers have to show a certificate that leads to one of these, and the token as well")
  private @Nullable Path clientCa;

  @Option(names = "--tls-client-auth", paramLabel = "HOW",
      description = "whether they need one (default), or are only asked for it: need or want")
  private @Nullable ClientAuth clientAuth;

  @Option(names = "--server-name", paramLabel = "NAME",
      description = "what callers call this service, where its certificate does not say; may be given more than once")
  private List<String> names = new ArrayList<>();

  /**
   * What was asked for, or null for no TLS.
   *
   * @throws IllegalArgumentException where the options do not go together
   * @throws Failure where a file cannot be used
   */
  @Nullable Tls tls() {
    if (certificate == null || key == null) {
      if (certificate != null || key != null || clientCa != null || clientAuth != null || !names.isEmpty()) {
        throw new IllegalArgumentException("TLS needs both --tls-cert and --tls-key");
      }
      return null;
    }
    if (clientAuth != null && clientCa == null) {
      throw new IllegalArgumentException("--tls-client-auth needs --tls-client-ca, to tell which certificates are good");
    }
    try {
      return new Tls(new TlsFiles(certificate, key, clientCa, clientAuth != ClientAuth.WANT, names));
    } catch (TlsException e) {
      throw new Failure(Exit.WRONG_USE, String.valueOf(e.getMessage()), e);
    }
  }
}
