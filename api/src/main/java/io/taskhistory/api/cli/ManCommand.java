package io.taskhistory.api.cli;

import io.taskhistory.api.cli.Failure.Exit;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code taskhistory man}: manual pages. */
@Command(
    name = "man",
    description = "Show the manual page of a command, or write those of all commands.",
    footer = {"",
        "  taskhistory man show",
        "  taskhistory man --output /usr/local/share/man/man1"})
final class ManCommand implements Callable<Integer> {

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "whose page (default: that of all, taskhistory(1))")
  private @Nullable String command;

  @Option(names = {"-o", "--output"}, paramLabel = "DIR",
      description = "write all pages there: taskhistory.1, taskhistory-show.1 and so on")
  private @Nullable Path output;

  @Override
  public Integer call() {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    CommandSpec root = spec.root();
    Path directory = output;
    if (directory == null) {
      return print(new ManPage(named(root)).text());
    }
    if (command != null) {
      throw new ParameterException(spec.commandLine(), "--output writes the pages of all commands; name none");
    }
    List<CommandSpec> all = new ArrayList<>(List.of(root));
    root.subcommands().values().stream().map(CommandLine::getCommandSpec).forEach(all::add);
    try {
      Files.createDirectories(directory);
      for (CommandSpec each : all) {
        Files.writeString(
            directory.resolve(ManPage.name(each) + ".1"), new ManPage(each).text(), StandardCharsets.US_ASCII);
      }
    } catch (IOException e) {
      throw new Failure(Exit.FAILED, "cannot write to " + directory + ": " + e.getMessage(), e);
    }
    return 0;
  }

  /** On a terminal man(1) shows it, where that is there. */
  private int print(String page) {
    Terminal terminal = Programs.of(program).terminal();
    if (terminal.isInteractive()) {
      try {
        Process man = new ProcessBuilder("man", "-l", "-").redirectOutput(Redirect.INHERIT)
            .redirectError(Redirect.INHERIT).start();
        try (OutputStream in = man.getOutputStream()) {
          in.write(page.getBytes(StandardCharsets.US_ASCII));
        }
        return man.waitFor() == 0 ? 0 : Exit.FAILED.code();
      } catch (IOException e) {
        // It is not there, or does not want to read it.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Exit.FAILED.code();
      }
    }
    terminal.line(page.stripTrailing());
    return 0;
  }

  private CommandSpec named(CommandSpec root) {
    if (command == null) {
      return root;
    }
    @Nullable CommandLine found = root.subcommands().get(command);
    if (found == null) {
      throw new ParameterException(root.commandLine(), WrongUse.noCommand(root, command));
    }
    return found.getCommandSpec();
  }
}
