package io.taskhistory.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Client.Query;
import io.taskhistory.api.cli.Terminal.Style;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code taskhistory search}: past execs. */
@Command(
    name = "search",
    description = {
        "Search past execs, oldest first.", "",
        "In a pipe a line is: time, pid, uid (? where unknown), name, lineage; separated by tabs. With --json: an object"
            + " for each exec."},
    footer = {"",
        "  taskhistory search --lineage 'sshd=>bash=>*' --from 2023-08-11T10:45:00Z",
        "  taskhistory search --exe /usr/bin/curl --uid 33 --json"})
final class SearchCommand implements Callable<Integer> {

  private static final int PAGE = 1000;
  private static final int USER = 8;
  private static final int NAME = 15;

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--comm", paramLabel = "NAME", description = "with this name; \\ooo stands for a byte")
  private @Nullable String comm;

  @Option(names = "--exe", paramLabel = "PATH", description = "of this program or script")
  private @Nullable String exe;

  @Option(names = "--uid", paramLabel = "UID", description = "by this user, a number")
  private @Nullable Long uid;

  @Option(names = "--lineage", paramLabel = "PATTERN",
      description = "with such a history: names or paths joined by =>, * for any one, ** for any number")
  private @Nullable String lineage;

  @Option(names = "--at", paramLabel = "TIME", description = "at this time or earlier; --to leaves the time itself out")
  private @Nullable String at;

  @Option(names = "--boot", paramLabel = "ID", description = "in this boot, by its id or the start of it")
  private @Nullable String boot;

  @Option(names = "--from", paramLabel = "TIME", description = "at this time or later")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "before this time")
  private @Nullable String to;

  @Option(names = "--size", paramLabel = "N", description = "so many at most (default: ${DEFAULT-VALUE})")
  private int size = 100;

  private final Users users = Users.ofThisMachine();
  private int shown;

  @Override
  public Integer call() {
    if (size < 1 && spec != null) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--size has to be at least 1");
    }
    TaskhistoryCommand all = Programs.of(program);
    Client client = all.client();
    Pages.forEach(
        cursor -> client.json(new Query("/search").with("comm", comm).with("exe", exe).with("uid", uid)
            .with("lineage", lineage).with("at", at).with("boot", boot).with("from", from).with("to", to)
            .with("size", Math.min(PAGE, size - shown)).with("cursor", cursor)),
        exec -> {
          shown++;
          return all.terminal().line(line(exec, all)) && shown < size;
        });
    return 0;
  }

  private String line(JsonNode exec, TaskhistoryCommand all) {
    if (all.json()) {
      return Terminal.clean(exec.toString());
    }
    String uid = exec.has("uid") ? text(exec, "uid") : "?";
    if (!all.terminal().isInteractive()) {
      return String.join("\t", text(exec, "start"), text(exec, "pid"), uid, text(exec, "name"), text(exec, "history"));
    }
    boolean colour = all.colour();
    Terminal terminal = all.terminal();
    String user = exec.has("uid") ? users.name(exec.path("uid").asLong(), text(exec, "boot")) : "?";
    String before = Times.people(text(exec, "start")) + String.format(Locale.ROOT, " %7s ", text(exec, "pid"))
        + Cells.pad(Cells.start(user, USER, terminal.ellipsis()), USER) + " ";
    String name = Cells.pad(Cells.start(Terminal.name(exec.path("name").asText("")), NAME, terminal.ellipsis()), NAME);
    // The end of the lineage says most.
    int room = terminal.width() - Cells.width(before) - NAME - 1;
    return Terminal.styled(colour, Style.FAINT, before) + Terminal.styled(colour, Style.STRONG, name)
        + (room < 2 ? "" : " " + Cells.end(text(exec, "history"), room, terminal.ellipsis()));
  }

  private static String text(JsonNode node, String field) {
    return Terminal.clean(node.path(field).asText(""));
  }
}
