package io.taskhistory.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Client.Query;
import io.taskhistory.api.cli.Terminal.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code taskhistory tree}: the live processes. */
@Command(
    name = "tree",
    description = {
        "Show the live processes, each below the one that created it.", "",
        "In a pipe a line is: as many times two spaces as it is deep, pid, a space, name. With --json: an object for"
            + " each process."},
    footer = {"", "  taskhistory tree 1 --depth 2", "  taskhistory tree --at 2023-08-11T10:45:38Z"})
final class TreeCommand implements Callable<Integer> {

  private static final int PAGE = 1000;

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Parameters(paramLabel = "PID", arity = "0..1", description = "from this process down (default: all)")
  private @Nullable String root;

  @Option(names = "--depth", paramLabel = "N", description = "so many levels below the root (default: all)")
  private @Nullable Integer depth;

  @Option(names = "--at", paramLabel = "TIME",
      description = "those that lived then: RFC 3339, seconds since 1970, or mono:SECONDS (default: now)")
  private @Nullable String at;

  @Option(names = "--boot", paramLabel = "ID", description = "the boot that --at is in, by its id or the start of it")
  private @Nullable String boot;

  @Override
  public Integer call() {
    TaskhistoryCommand all = Programs.of(program);
    Client client = all.client();
    Terminal terminal = all.terminal();
    // To draw a line it has to be known whether anything follows on its level.
    List<JsonNode> nodes = new ArrayList<>();
    boolean draw = terminal.isInteractive() && !all.json();
    Pages.forEach(
        cursor -> client.json(new Query("/tree")
            .with("root", root).with("depth", depth).with("at", at).with("boot", boot).with("size", PAGE)
            .with("cursor", cursor)),
        node -> draw ? nodes.add(node) : terminal.line(all.json()
            ? Terminal.clean(node.toString())
            : "  ".repeat(depth(node)) + label(node, Terminal.clean(comm(node)), false)));
    drawn(nodes, terminal, all.colour());
    return 0;
  }

  private static void drawn(List<JsonNode> nodes, Terminal terminal, boolean colour) {
    String[] lines = new String[nodes.size()];
    // From the end: on each level, whether a later node hangs on the same line.
    List<Boolean> follows = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      int depth = depth(nodes.get(i));
      while (follows.size() <= depth) {
        follows.add(false);
      }
      StringBuilder line = new StringBuilder();
      for (int level = 1; level < depth; level++) {
        line.append(follows.get(level) ? piece(terminal, "│  ", "|  ") : "   ");
      }
      if (depth > 0) {
        line.append(follows.get(depth) ? piece(terminal, "├─ ", "|- ") : piece(terminal, "└─ ", "`- "));
      }
      lines[i] = Terminal.styled(colour, Style.FAINT, line.toString())
          + label(nodes.get(i), Terminal.name(comm(nodes.get(i))), colour);
      follows.set(depth, true);
      for (int level = depth + 1; level < follows.size(); level++) {
        follows.set(level, false);
      }
    }
    for (String line : lines) {
      if (!terminal.line(line)) {
        return;
      }
    }
  }

  private static String piece(Terminal terminal, String utf8, String ascii) {
    return terminal.isUtf8() ? utf8 : ascii;
  }

  private static int depth(JsonNode node) {
    return Math.max(0, node.path("depth").asInt());
  }

  private static String comm(JsonNode node) {
    return node.path("comm").asText("");
  }

  private static String label(JsonNode node, String comm, boolean colour) {
    int threads = node.path("threads").asInt();
    return node.path("tid").asInt() + " "
        + (node.path("kernel_thread").asBoolean()
            ? Terminal.styled(colour, Style.FAINT, "[" + comm + "]")
            : Terminal.styled(colour, Style.STRONG, comm))
        + (threads > 1 ? Terminal.styled(colour, Style.FAINT, " (" + threads + " threads)") : "");
  }
}
