package io.taskhistory.api.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code taskhistory completion}: for the shell. */
@Command(
    name = "completion",
    description = {
        "Print a completion script, for bash or zsh.", "",
        "It completes commands, options, their values, files and pids. In zsh, run first: autoload -U +X bashcompinit"
            + " && bashcompinit"},
    footer = {"",
        "  . <(taskhistory completion)",
        "  taskhistory completion >/etc/bash_completion.d/taskhistory"})
final class CompletionCommand implements Callable<Integer> {

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    Programs.of(program).terminal().line(new BashCompletion(spec.root()).script().stripTrailing());
    return 0;
  }
}
