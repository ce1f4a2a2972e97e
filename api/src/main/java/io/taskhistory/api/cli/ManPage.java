package io.taskhistory.api.cli;

import io.taskhistory.api.service.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The manual page of a command, made of what {@code --help} is made of, so that the two never differ. It is written
 * here, in some lines, because what picocli has for this writes AsciiDoc, and Asciidoctor would be needed to read it.
 */
final class ManPage {

  /** Lines of a footer that begin so are examples; the others are notes. */
  private static final String EXAMPLE = "  ";
  private static final Map<String, String> FILES = new LinkedHashMap<>();
  private static final Map<String, String> ENVIRONMENT = new LinkedHashMap<>();

  static {
    FILES.put("/var/lib/taskhistory", "where the service keeps its data, unless --data-dir names another directory.");
    FILES.put("/var/lib/taskhistory/endpoint", "the address of the service that runs.");
    FILES.put("/var/lib/taskhistory/token", "what callers have to show; only its owner can read it.");
    FILES.put("/etc/taskhistory.conf", "limits, and what is done when one is crossed.");
    ENVIRONMENT.put("NO_COLOR", "if it is not empty, there is no colour unless --color always asks for it.");
    ENVIRONMENT.put("TERM", "dumb is a terminal without colour.");
    ENVIRONMENT.put("COLUMNS", "the width of the terminal, where it is not to be asked.");
    ENVIRONMENT.put("LC_ALL, LC_CTYPE, LANG", "whether lines are drawn in UTF-8 or in ASCII.");
    ENVIRONMENT.put("JAVA_HOME", "the Java runtime to use.");
  }

  private final CommandSpec command;

  ManPage(CommandSpec command) {
    this.command = command;
  }

  /** What the page is called: {@code taskhistory-show}. */
  static String name(CommandSpec command) {
    return command.qualifiedName("-");
  }

  String text() {
    Roff page = new Roff();
    page.macro("TH", name(command).toUpperCase(Locale.ROOT), "1", "", "taskhistory " + Version.read(),
        "Task history");
    page.ragged();
    List<String> paragraphs = paragraphs();
    page.section("NAME").line(Roff.escaped(name(command)) + " \\- " + Roff.escaped(summary(paragraphs.get(0))));
    page.section("SYNOPSIS").line(synopsis());
    page.section("DESCRIPTION");
    page.text(paragraphs.get(0));
    paragraphs.subList(1, paragraphs.size()).forEach(paragraph -> page.macro("PP").text(paragraph));
    commands(page);
    options(page);
    page.section("EXIT STATUS");
    command.usageMessage().exitCodeList().forEach((code, text) -> page.entry(Roff.bold(code), text + "."));
    page.section("FILES");
    FILES.forEach((file, text) -> page.entry(Roff.italic(file), text));
    page.section("ENVIRONMENT");
    ENVIRONMENT.forEach((name, text) -> page.entry(Roff.bold(name), text));
    footer(page);
    page.section("SEE ALSO").line(seeAlso());
    return page.toString();
  }

  /** Paragraphs of the description; a line of its own that is empty parts them. */
  private List<String> paragraphs() {
    List<String> paragraphs = new ArrayList<>();
    StringBuilder paragraph = new StringBuilder();
    for (String line : command.usageMessage().description()) {
      if (line.isBlank()) {
        paragraphs.add(paragraph.toString());
        paragraph.setLength(0);
      } else {
        paragraph.append(plain(line)).append('\n');
      }
    }
    paragraphs.add(paragraph.toString());
    return paragraphs;
  }

  /** Texts are formats: a percent sign is doubled in them. */
  private static String plain(String text) {
    return text.replace("%n", "\n").replace("%%", "%");
  }

  private static String summary(String paragraph) {
    String line = paragraph.lines().findFirst().orElse("").strip().replaceFirst("[.:]( .*)?$", "");
    return line.isEmpty() ? line : Character.toLowerCase(line.charAt(0)) + line.substring(1);
  }

  private String synopsis() {
    StringBuilder text = new StringBuilder(Roff.bold(command.qualifiedName()));
    for (OptionSpec option : options()) {
      text.append(" [").append(Roff.bold(option.shortestName())).append(argument(option, option.shortestName()))
          .append(']').append(option.arity().max() > 1 || option.isMultiValue() ? "..." : "");
    }
    for (PositionalParamSpec argument : command.positionalParameters()) {
      String label = Roff.italic(argument.paramLabel()) + (argument.isMultiValue() ? "..." : "");
      text.append(argument.arity().min() == 0 ? " [" + label + "]" : " " + label);
    }
    if (!command.subcommands().isEmpty()) {
      text.append(' ').append(Roff.italic("COMMAND"));
    }
    return text.toString();
  }

  private void commands(Roff page) {
    if (command.subcommands().isEmpty()) {
      return;
    }
    page.section("COMMANDS");
    for (CommandLine sub : command.subcommands().values()) {
      CommandSpec spec = sub.getCommandSpec();
      page.entry(Roff.bold(spec.name()), new ManPage(spec).paragraphs().get(0));
    }
  }

  private List<OptionSpec> options() {
    return command.options().stream().filter(option -> !option.hidden())
        .sorted(Comparator.comparing(option -> option.longestName().replaceFirst("^-+", ""))).toList();
  }

  private void options(Roff page) {
    page.section("OPTIONS");
    for (PositionalParamSpec argument : command.positionalParameters()) {
      page.entry(Roff.italic(argument.paramLabel()), description(argument));
    }
    for (OptionSpec option : options()) {
      List<String> names = Arrays.stream(option.names()).sorted(Comparator.comparingInt(String::length)).toList();
      StringBuilder tag = new StringBuilder();
      for (String name : names) {
        tag.append(tag.length() == 0 ? "" : ", ").append(Roff.bold(name)).append(argument(option, name));
      }
      page.entry(tag.toString(), description(option));
    }
  }

  private static String argument(OptionSpec option, String name) {
    return option.arity().max() == 0 ? "" : (name.startsWith("--") ? "=" : "\\ ") + Roff.italic(option.paramLabel());
  }

  private static String description(ArgSpec argument) {
    @Nullable String initial = argument.defaultValueString();
    String text = plain(String.join("\n", argument.description()))
        .replace("${DEFAULT-VALUE}", initial == null ? "" : initial)
        .replace("${COMPLETION-CANDIDATES}", String.join(", ", WrongUse.words(argument)));
    return text.isBlank() || text.strip().endsWith(".") ? text : text.strip() + ".";
  }

  private void footer(Roff page) {
    List<String> notes = new ArrayList<>();
    List<String> examples = new ArrayList<>();
    for (String line : command.usageMessage().footer()) {
      if (!line.isBlank()) {
        (line.startsWith(EXAMPLE) ? examples : notes).add(plain(line));
      }
    }
    if (!notes.isEmpty()) {
      page.section("NOTES");
      notes.forEach(page::text);
    }
    if (!examples.isEmpty()) {
      page.section("EXAMPLES").example(examples.stream().map(String::strip).toList());
    }
  }

  private String seeAlso() {
    CommandSpec root = command.root();
    List<String> pages = new ArrayList<>();
    if (command != root) {
      pages.add(name(root));
    }
    root.subcommands().values().stream().map(CommandLine::getCommandSpec).filter(each -> each != command)
        .map(ManPage::name).sorted().forEach(pages::add);
    StringBuilder text = new StringBuilder();
    for (String page : pages) {
      text.append(text.length() == 0 ? "" : ", ").append(Roff.bold(page)).append("(1)");
    }
    return text.toString();
  }
}
