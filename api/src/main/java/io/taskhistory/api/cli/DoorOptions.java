package io.taskhistory.api.cli;

import io.taskhistory.api.access.LocalSocket;
import io.taskhistory.api.service.Admission;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.Listen;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a service answers and whom: options that {@code run} and {@code serve} share. */
final class DoorOptions {

  static final String DEFAULT_LISTEN = "127.0.0.1:1340";

  private static final String NO_SOCKET = "none";

  /** Who gets answers. */
  enum Auth { TOKEN, NONE }

  /** What local users get who are neither root nor in the group. */
  enum Others { NONE, NAMES }

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(names = "--listen", paramLabel = "HOST:PORT",
      description = "where to answer, beyond loopback only by TLS; port 0 is any that is free (default:"
          + " ${DEFAULT-VALUE})")
  private String listen = DEFAULT_LISTEN;

  @Option(names = "--auth", paramLabel = "HOW",
      description = "what callers have to show: token, the one in the data directory (default), or none, for tests")
  private Auth auth = Auth.TOKEN;

  @Option(names = "--socket", paramLabel = "PATH",
      description = "where local users ask without a token, or none (default: /run/taskhistory/socket for the default"
          + " data directory, none for another)")
  private @Nullable String socket;

  @Option(names = "--socket-group", paramLabel = "GROUP",
      description = "whose members see everything there, as root does (default: ${DEFAULT-VALUE})")
  private String group = LocalSocket.DEFAULT_GROUP;

  @Option(names = "--socket-others", paramLabel = "WHAT",
      description = "what all other local users see there: none, they are refused (default), or names, the names and"
          + " lineages of all tasks, but arguments and directories of their own tasks only")
  private Others others = Others.NONE;

  @Mixin
  private TlsOptions tls = new TlsOptions();

  Admission admission(TaskhistoryCommand all) {
    if (all.hasServer()) {
      throw wrong("--server is for the commands that ask; this one answers: use --listen");
    }
    try {
      Listen where = Listen.parse(listen);
      return new Admission(where, auth == Auth.TOKEN, tls.tls(), socket(all.dataDirectory()), socket == null);
    } catch (IllegalArgumentException e) {
      throw wrong("--listen " + Terminal.clean(listen) + ": " + e.getMessage());
    }
  }

  private @Nullable LocalSocket socket(DataDirectory directory) {
    if (NO_SOCKET.equals(socket) || socket == null && !directory.path().equals(DataDirectory.DEFAULT)) {
      return null;
    }
    try {
      return new LocalSocket(socket == null ? LocalSocket.DEFAULT : Path.of(socket), group, others == Others.NAMES);
    } catch (IllegalArgumentException e) {
      throw wrong("--socket " + Terminal.clean(String.valueOf(socket)) + ": " + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
