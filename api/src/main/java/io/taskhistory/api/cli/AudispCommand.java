package io.taskhistory.api.cli;

import io.taskhistory.api.audisp.Plugin;
import io.taskhistory.api.audisp.Settings;
import io.taskhistory.api.cli.Failure.Exit;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code taskhistory audisp}: the auditd plugin. */
@Command(name = "audisp", description = {
    "Write a copy of the audit log with histories in it, as a plugin of auditd: records on standard input, histories"
        + " from the running service.",
    "auditd passes two arguments at most: name a file with options as @FILE; it is read again at SIGHUP."})
final class AudispCommand implements Callable<Integer> {

  private static final int DEFAULT_MAX_LOG_FILE = 8;
  private static final int DEFAULT_NUM_LOGS = 5;
  private static final int DEFAULT_QUEUE = 16;

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--output", paramLabel = "FILE",
      description = "the log (default: /var/log/audit/taskhistory.log)")
  private Path output = Settings.DEFAULT_LOG;

  @Option(names = "--max-log-file", paramLabel = "MIB",
      description = "how large it gets before it is rotated (default: ${DEFAULT-VALUE})")
  private int maxLogFile = DEFAULT_MAX_LOG_FILE;

  @Option(names = "--num-logs", paramLabel = "COUNT",
      description = "how many logs there are, this one included; with fewer than 2 it is never rotated (default:"
          + " ${DEFAULT-VALUE})")
  private int numLogs = DEFAULT_NUM_LOGS;

  @Option(names = "--queue", paramLabel = "MIB",
      description = "how much may wait to be written before records are dropped (default: ${DEFAULT-VALUE})")
  private int queue = DEFAULT_QUEUE;

  @Option(names = "--all", description = "add histories to events of a single record, too, which ausearch will then"
      + " show as two")
  private boolean all;

  @Option(names = "--limit", paramLabel = "BYTES",
      description = "how long a history may be; 0 is no limit (default: 1024)")
  private @Nullable Integer limit;

  private boolean started;

  @Override
  public Integer call() throws InterruptedException {
    if (Programs.of(program).hasServer()) {
      throw wrong("--server is for the commands that ask; name the data directory of the service with --data-dir");
    }
    PrintStream err = System.err;
    Plugin plugin;
    try {
      // System.in would not say what is available while it is being read from.
      plugin = new Plugin(new FileInputStream(FileDescriptor.in), this::settings,
          text -> err.println("taskhistory: " + Terminal.clean(text)));
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
    ProcessSignals.handle("HUP", plugin::hangUp);
    stopOnSignal(plugin);
    try {
      plugin.run();
    } catch (IOException e) {
      throw new Failure(Exit.FAILED, "cannot write the enriched log: " + e.getMessage()
          + "; run this as root, or name another file with --output", e);
    }
    return 0;
  }

  /**
   * auditd ends its plugins by SIGTERM, which is no failure, and closes its end of the pipe at the same time: whichever
   * is noticed first, the hook ends the process.
   */
  private static void stopOnSignal(Plugin plugin) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        plugin.stop();
        if (!plugin.hasFailed()) {
          Runtime.getRuntime().halt(0);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }, "stop"));
  }

  /** What the command line says; later what it would say by then, with files of options as they are. */
  private Settings settings() {
    if (!started) {
      started = true;
      return own();
    }
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    TaskhistoryCommand all = new TaskhistoryCommand(Programs.of(program).terminal(), Map.of());
    String[] arguments = spec.root().commandLine().getParseResult().originalArgs().toArray(String[]::new);
    try {
      ParseResult again = CommandLines.of(all).parseArgs(arguments);
      if (again.hasSubcommand() && again.subcommand().commandSpec().userObject() instanceof AudispCommand command) {
        return command.own();
      }
    } catch (ParameterException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    throw new IllegalArgumentException("they are for another command");
  }

  private Settings own() {
    return new Settings(output, maxLogFile, numLogs, queue, all, limit, Programs.of(program).dataDirectory());
  }

  private ParameterException wrong(String message) {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
