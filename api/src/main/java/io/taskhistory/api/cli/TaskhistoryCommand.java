package io.taskhistory.api.cli;

import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.Version;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code taskhistory}: what all commands share. */
@Command(
    name = "taskhistory",
    description = "Tells how each task of this host came to be.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = TaskhistoryCommand.Versions.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
        "0:fine", "1:failed, or the service cannot be reached", "2:wrong use or a missing privilege", "3:not found"},
    subcommands = {
        RunCommand.class, ShowCommand.class, TreeCommand.class, WatchCommand.class, SearchCommand.class,
        StatusCommand.class, EnrichCommand.class, DoctorCommand.class, ImportCommand.class, ServeCommand.class,
        CheckCommand.class, RepairCommand.class, AudispCommand.class, TokenCommand.class, ManCommand.class,
        CompletionCommand.class})
final class TaskhistoryCommand implements Runnable {

  /** When to use colour. */
  enum Colour { AUTO, ALWAYS, NEVER }

  @Option(names = "--data-dir", paramLabel = "DIR", scope = ScopeType.INHERIT,
      description = "where the service keeps its data (default: /var/lib/taskhistory)")
  private Path dataDir = DataDirectory.DEFAULT;

  @Option(names = "--server", paramLabel = "URL", scope = ScopeType.INHERIT,
      description = "the service to ask, where it is not the one of the data directory: http://HOST:PORT on loopback,"
          + " https://HOST:PORT, or unix:PATH")
  private @Nullable String server;

  @Option(names = "--ca", paramLabel = "FILE", scope = ScopeType.INHERIT,
      description = "whose certificates to believe in, in PEM, where --server is https (default: those that Java knows)")
  private @Nullable Path ca;

  @Option(names = "--json", scope = ScopeType.INHERIT, description = "write JSON")
  private boolean json;

  @Option(names = "--color", paramLabel = "WHEN", scope = ScopeType.INHERIT,
      description = "use colour: auto (default), always or never")
  private Colour colour = Colour.AUTO;

  @CommandLine.Spec
  private CommandLine.Model.@Nullable CommandSpec spec;

  private final Terminal terminal;
  private final Map<String, String> environment;

  TaskhistoryCommand(Terminal terminal, Map<String, String> environment) {
    this.terminal = terminal;
    this.environment = environment;
  }

  /** Asked for nothing. */
  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        commandLine(), "say what to do: " + String.join(", ", commandLine().getSubcommands().keySet()));
  }

  Terminal terminal() {
    return terminal;
  }

  DataDirectory dataDirectory() {
    return new DataDirectory(dataDir);
  }

  Client client() {
    return Client.of(dataDirectory(), server, ca);
  }

  boolean hasServer() {
    return server != null;
  }

  boolean json() {
    return json;
  }

  /** Whether output is in colour; https://no-color.org names the variable. */
  boolean colour() {
    return switch (colour) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO -> terminal.isInteractive() && environment.getOrDefault("NO_COLOR", "").isEmpty()
          && !"dumb".equals(environment.get("TERM"));
    };
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return spec.commandLine();
  }

  /** For {@code --version}. */
  static final class Versions implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"taskhistory " + Version.read()};
    }
  }
}
