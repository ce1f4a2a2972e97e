package io.taskhistory.api.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A completion script, made of what the commands say of themselves. picocli's own is ten times as long, offers values
 * in capitals, which bash does not match with small letters, and no pids.
 */
final class BashCompletion {

  private static final String PIDS = "PID";
  private static final String COMMANDS = "COMMAND";

  private final CommandSpec root;
  private final StringBuilder out = new StringBuilder();

  BashCompletion(CommandSpec root) {
    this.root = root;
  }

  String script() {
    String commands = String.join(" ", root.subcommands().keySet());
    out.append("""
        # Completion of taskhistory, for bash; for zsh after: autoload -U +X bashcompinit && bashcompinit
        _taskhistory() {
          local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= words= i
          # --style=names comes as three words.
          if [ "$cur" = = ]; then
            cur=
          elif [ "$prev" = = ]; then
            prev=${COMP_WORDS[COMP_CWORD-2]}
          fi
          for ((i = 1; i < COMP_CWORD; i++)); do
            case ${COMP_WORDS[i-1]} in
        """);
    out.append("      ").append(withValues(root)).append(") [ \"${COMP_WORDS[i]}\" = = ] || continue ;;\n    esac\n")
        .append("    case ${COMP_WORDS[i]} in\n      ").append(commands.replace(' ', '|'))
        .append(") command=${COMP_WORDS[i]}; break ;;\n    esac\n  done\n  COMPREPLY=()\n");
    out.append("  case $command,$prev in\n");
    each().forEach(this::values);
    out.append("    *)\n      case $cur,$command in\n");
    each().forEach(this::options);
    each().forEach(this::arguments);
    out.append("        *,) words='").append(commands).append("' ;;\n      esac ;;\n  esac\n")
        .append("  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n")
        .append("_taskhistory_files() {\n  compopt -o filenames 2>/dev/null\n")
        .append("  local IFS=$'\\n'\n  COMPREPLY=($(compgen -f -- \"$1\"))\n}\n")
        .append("_taskhistory_pids() {\n  (cd /proc && echo [0-9]*)\n}\n")
        .append("complete -F _taskhistory taskhistory\n");
    return out.toString();
  }

  private Stream<CommandSpec> each() {
    return Stream.concat(Stream.of(root), root.subcommands().values().stream().map(CommandLine::getCommandSpec));
  }

  private static Stream<OptionSpec> visible(CommandSpec command) {
    return command.options().stream().filter(option -> !option.hidden());
  }

  /** The names of options after which a word is no command. */
  private static String withValues(CommandSpec command) {
    return visible(command).filter(option -> option.arity().max() > 0).flatMap(option -> Arrays.stream(option.names()))
        .collect(Collectors.joining("|"));
  }

  private void values(CommandSpec command) {
    // What all commands have is said of the first, the root.
    String name = command == root ? "*" : command.name();
    visible(command).filter(option -> option.arity().max() > 0 && !option.inherited()).forEach(option -> out
        .append("    ")
        .append(Arrays.stream(option.names()).map(each -> name + "," + each).collect(Collectors.joining("|")))
        .append(") ").append(words(option)).append(" ;;\n"));
  }

  private void options(CommandSpec command) {
    String names = visible(command).flatMap(option -> Arrays.stream(option.names())).sorted()
        .collect(Collectors.joining(" "));
    out.append("        -*,").append(command == root ? "" : command.name()).append(") words='").append(names).append("' ;;\n");
  }

  private void arguments(CommandSpec command) {
    List<PositionalParamSpec> arguments = command.positionalParameters();
    if (!arguments.isEmpty()) {
      out.append("        *,").append(command.name()).append(") ").append(words(arguments.get(0))).append(" ;;\n");
    }
  }

  private String words(ArgSpec argument) {
    @Nullable Iterable<String> candidates = argument.completionCandidates();
    if (candidates != null) {
      return "words='" + String.join(" ", WrongUse.words(argument)) + "'";
    }
    boolean isFile = Arrays.asList(argument.auxiliaryTypes()).contains(Path.class) || argument.type() == Path.class;
    return isFile ? "_taskhistory_files \"$cur\"; return"
        : argument.paramLabel().equals(PIDS) ? "words=$(_taskhistory_pids)"
        : argument.paramLabel().equals(COMMANDS) ? "words='" + String.join(" ", root.subcommands().keySet()) + "'"
        : "return";
  }
}
