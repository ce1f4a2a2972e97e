package io.taskhistory.api.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code taskhistory completion}: for the shell. */
@Command(name = "completion", description = "Print a completion script: . <(taskhistory completion), in bash or zsh.")
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
    Programs.of(program).terminal().line(AutoComplete.bash("taskhistory", spec.root().commandLine()));
    return 0;
  }
}
