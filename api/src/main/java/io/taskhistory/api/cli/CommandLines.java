package io.taskhistory.api.cli;

import io.taskhistory.api.policy.PolicyException;
import io.taskhistory.api.service.ServiceException;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.store.StoreException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Runs one command line: finds the command, and turns whatever it ends with into a sentence and an exit code. */
public final class CommandLines {

  private static final int HELP_WIDTH = 80;
  /** picocli's. */
  private static final int LEAST_HELP_WIDTH = 55;
  /** Wider lines are hard to read. */
  private static final int MOST_HELP_WIDTH = 120;

  private CommandLines() {}

  /** Runs the command line of this process; what it returns is for {@link System#exit}. */
  public static int execute(String[] args) {
    return execute(Terminal.ofProcess(), System.err, System.getenv(), args);
  }

  static int execute(Terminal terminal, PrintStream err, Map<String, String> environment, String... args) {
    PrintWriter complaints = new PrintWriter(err, true, StandardCharsets.UTF_8);
    CommandLine line = of(new TaskhistoryCommand(terminal, environment))
        .setOut(terminal.writer())
        .setErr(complaints)
        .setUsageHelpWidth(terminal.isInteractive()
            ? Math.max(LEAST_HELP_WIDTH, Math.min(terminal.width(), MOST_HELP_WIDTH)) : HELP_WIDTH)
        .setParameterExceptionHandler((e, given) -> {
          String command = e.getCommandLine().getCommandSpec().qualifiedName();
          complaints.println("taskhistory: " + Terminal.clean(WrongUse.explain(e)));
          complaints.println("See " + command + " --help.");
          return Failure.Exit.WRONG_USE.code();
        })
        .setExecutionExceptionHandler((e, command, result) -> failed(e, complaints));
    int code = line.execute(args);
    terminal.flush();
    return code;
  }

  /** How all command lines are understood. */
  static CommandLine of(TaskhistoryCommand command) {
    return new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true);
  }

  private static int failed(Exception e, PrintWriter complaints) {
    if (e instanceof Failure failure) {
      complaints.println("taskhistory: " + Terminal.clean(failure.getMessage()));
      return failure.exit().code();
    }
    if (e instanceof PolicyException) {
      complaints.println("taskhistory: " + Terminal.clean(e.getMessage()));
      return Failure.Exit.WRONG_USE.code();
    }
    if (e instanceof ServiceException || e instanceof StoreException || e instanceof SourceException) {
      complaints.println("taskhistory: " + Terminal.clean(e.getMessage()));
    } else {
      LoggerFactory.getLogger(CommandLines.class).error("this is a fault of taskhistory", e);
    }
    return Failure.Exit.FAILED.code();
  }
}
