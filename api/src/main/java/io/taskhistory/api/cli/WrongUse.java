package io.taskhistory.api.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What to say of a command line that is wrong: what is wrong with it, and what may have been meant. */
final class WrongUse {

  private static final String OPTION = "-";
  private static final int MOST_SHOWN = 40;

  private WrongUse() {}

  static String explain(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      return unmatched(e.getCommandLine().getCommandSpec(), unmatched.getUnmatched().get(0));
    }
    if (e instanceof MissingParameterException missing) {
      return missing(missing);
    }
    @Nullable ArgSpec argument = e.getArgSpec();
    @Nullable String value = e.getValue();
    if (argument != null && value != null && argument.completionCandidates() != null) {
      List<String> words = words(argument);
      return name(argument) + " cannot be " + quoted(value) + "; write one of " + String.join(", ", words)
          + meant(value, words);
    }
    if (argument != null && value != null && isNumber(argument.type())) {
      return name(argument) + " has to be a number, and cannot be " + quoted(value);
    }
    return String.valueOf(e.getMessage());
  }

  private static boolean isNumber(Class<?> type) {
    return type == int.class || type == long.class || Number.class.isAssignableFrom(type);
  }

  private static String unmatched(CommandSpec command, String word) {
    if (word.startsWith(OPTION) && word.length() > 1) {
      String option = word.split("=", 2)[0];
      List<String> known = command.options().stream().filter(each -> !each.hidden())
          .flatMap(each -> Arrays.stream(each.names())).toList();
      return "there is no option " + quoted(option) + meant(option, known);
    }
    return command.subcommands().isEmpty() ? quoted(word) + " is more than " + command.qualifiedName() + " takes"
        : noCommand(command, word);
  }

  static String noCommand(CommandSpec above, String word) {
    return "there is no command " + quoted(word) + meant(word, List.copyOf(above.subcommands().keySet()));
  }

  private static String missing(MissingParameterException e) {
    if (!e.getMissing().isEmpty() && e.getMissing().get(0) instanceof OptionSpec option) {
      return option.longestName() + " wants " + option.paramLabel() + " after it";
    }
    String names = e.getMissing().stream().map(WrongUse::name).collect(Collectors.joining(", "));
    return names.isEmpty() ? String.valueOf(e.getMessage()) : names + " is missing";
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  /** The values of an argument that takes one of a few. */
  static List<String> words(ArgSpec argument) {
    List<String> words = new ArrayList<>();
    @Nullable Iterable<String> candidates = argument.completionCandidates();
    if (candidates != null) {
      candidates.forEach(word -> words.add(word.toLowerCase(Locale.ROOT)));
    }
    return words;
  }

  private static String meant(String word, List<String> known) {
    List<String> near = Spelling.nearest(word, known);
    return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
  }

  private static String quoted(String word) {
    return "'" + Cells.start(Terminal.clean(word), MOST_SHOWN, "~") + "'";
  }
}
