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
@Command(name = "search", description = "Search past execs, oldest first.",
    footer = {"", "In a pipe a line is: time, pid, uid (? where unknown), name, history; separated by tabs."})
final class SearchCommand implements Callable<Integer> {

  private static final int PAGE = 1000;

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

  @Option(names = "--from", paramLabel = "TIME", description = "at this time or later")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "before this time")
  private @Nullable String to;

  @Option(names = "--size", paramLabel = "N", description = "so many at most (default: ${DEFAULT-VALUE})")
  private int size = 100;

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
            .with("from", from).with("to", to).with("size", Math.min(PAGE, size - shown)).with("cursor", cursor)),
        exec -> {
          shown++;
          return all.terminal().line(line(exec, all)) && shown < size;
        });
    return 0;
  }

  private static String line(JsonNode exec, TaskhistoryCommand all) {
    if (all.json()) {
      return Terminal.clean(exec.toString());
    }
    String uid = exec.has("uid") ? text(exec, "uid") : "?";
    if (!all.terminal().isInteractive()) {
      return String.join("\t", text(exec, "start"), text(exec, "pid"), uid, text(exec, "name"), text(exec, "history"));
    }
    boolean colour = all.colour();
    return Terminal.styled(colour, Style.FAINT, Times.people(text(exec, "start")))
        + String.format(Locale.ROOT, " %7s %6s  ", text(exec, "pid"), uid)
        + Terminal.styled(colour, Style.STRONG, Cells.pad(Terminal.name(exec.path("name").asText("")), 16))
        + " " + text(exec, "history");
  }

  private static String text(JsonNode node, String field) {
    return Terminal.clean(node.path(field).asText(""));
  }
}
