package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.cli.Machinery.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class ManCommandTest {

  private static final Pattern OPTION = Pattern.compile("(?<![a-z0-9.`'\\-])--?[a-zA-Z][a-z-]*");

  @TempDir
  private Path directory;

  private static CommandLine program() {
    return CommandLines.of(new TaskhistoryCommand(new Terminal(System.out, false, true), Map.of()));
  }

  private List<Path> written() throws IOException {
    assertThat(CommandLines.execute(new Terminal(System.out, false, true), System.err, Map.of(), "man", "--output",
        directory.resolve("man1").toString())).isZero();
    try (Stream<Path> files = Files.list(directory.resolve("man1"))) {
      return files.sorted().toList();
    }
  }

  @Test
  void pages_ofAllCommands_areWritten() throws IOException {
    assertThat(written()).extracting(file -> file.getFileName().toString()).containsExactlyInAnyOrderElementsOf(
        Stream.concat(Stream.of("taskhistory.1"),
            program().getSubcommands().keySet().stream().map(name -> "taskhistory-" + name + ".1")).toList());
    for (Path file : written()) {
      assertThat(Files.readString(file)).contains(".SH \"NAME\"\n", ".SH \"SYNOPSIS\"\n", ".SH \"DESCRIPTION\"\n",
          ".SH \"OPTIONS\"\n", ".SH \"EXIT STATUS\"\n", ".SH \"FILES\"\n", ".SH \"SEE ALSO\"\n");
    }
  }

  @Test
  void pages_areValid_forGroff() throws Exception {
    for (Path file : written()) {
      Outcome outcome = Machinery.run(List.of("groff", "-man", "-Tutf8", "-ww", "-z", file.toString()));
      assertThat(outcome.err()).as(file.toString()).isEmpty();
    }
  }

  @Test
  void pages_areValid_forMandoc() throws Exception {
    for (Path file : written()) {
      Outcome outcome = Machinery.run(List.of("mandoc", "-Tlint", "-Wwarning", file.toString()));
      assertThat(outcome.out().lines().filter(line -> !line.contains("missing date"))).as(file.toString()).isEmpty();
    }
  }

  @Test
  void page_hasTheOptionsOfTheHelp_andNoOthers() {
    for (CommandLine command : Stream.concat(
        Stream.of(program()), program().getSubcommands().values().stream()).toList()) {
      String page = new ManPage(command.getCommandSpec()).text();
      assertThat(options(page.substring(page.indexOf(".SH \"OPTIONS\""), page.indexOf(".SH \"EXIT")).lines()
          .filter(line -> line.startsWith("\\fB")).reduce("", String::concat)
          .replace("\\-", "-").replaceAll("\\\\f.", " "))).as(command.getCommandName())
          .isEqualTo(options(command.getUsageMessage(Ansi.OFF).lines()
              .filter(line -> line.matches(" {0,6}-.*")).map(line -> line.substring(0, Math.min(30, line.length()))
                  .replaceFirst("(?<=\\S)  +.*", "")).reduce("", (all, line) -> all + " " + line)));
    }
  }

  private static TreeSet<String> options(String text) {
    return OPTION.matcher(text).results().map(MatchResult::group).collect(TreeSet::new, TreeSet::add, TreeSet::addAll);
  }

  @Test
  void page_isReadable() throws Exception {
    Path page = written().stream().filter(file -> file.endsWith("taskhistory-enrich.1")).findFirst().orElseThrow();
    String text = Machinery.run(List.of("groff", "-man", "-Tutf8", "-P-cbou", page.toString())).out();
    assertThat(text).contains("taskhistory-enrich - add histories to a log\n", "-f, --follow\n",
        "           journalctl -f -o json | taskhistory enrich --json --preset journald\n",
        "taskhistory(1), taskhistory-audisp(1)");
  }

  @Test
  void output_thatCannotBeWritten_isSaid() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThat(CommandLines.execute(new Terminal(new PrintStream(System.out), false, true), System.err, Map.of(),
        "man", "--output", file.resolve("man1").toString())).isEqualTo(1);
  }
}
