package io.taskhistory.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Client.Query;
import io.taskhistory.api.cli.Failure.Exit;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code taskhistory show}: how tasks came to be. */
@Command(
    name = "show",
    description = {
        "Show how a task came to be.", "",
        "On a terminal: its lineage, who started it, when, as which user and from where, how it ended, its execs with"
            + " how each is known, and its first children. In a pipe: the lineage, a line for each PID. With --json:"
            + " everything that is known, an object for each PID."},
    footer = {"",
        "  taskhistory show 4711",
        "  taskhistory show 4711 --at 2023-08-11T10:45:38.271Z",
        "  taskhistory show --comm nginx --style domain"})
final class ShowCommand implements Callable<Integer> {

  private static final int PAGE = 1000;
  private static final int LEAST_LIMIT = 256;
  private static final int CHILDREN = 100;

  /** How to write it. */
  enum Form { KERNEL, NAMES, DOMAIN, JSON }

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "PID", arity = "0..*", description = "pids, tids of threads, or task ids")
  private List<String> pids = new ArrayList<>();

  @Option(names = "--comm", paramLabel = "NAME",
      description = "all live processes with this name; \\ooo stands for a byte")
  private @Nullable String comm;

  @Option(names = "--at", paramLabel = "TIME",
      description = "whoever held the pid then: RFC 3339, seconds since 1970, or mono:SECONDS (default: now, or last)")
  private @Nullable String at;

  @Option(names = "--boot", paramLabel = "ID", description = "the boot that --at is in, by its id or the start of it")
  private @Nullable String boot;

  @Option(names = "--style", paramLabel = "STYLE",
      description = "kernel, names, domain or json (default: for people on a terminal, names in a pipe)")
  private @Nullable Form style;

  @Option(names = "--limit", paramLabel = "BYTES",
      description = "how long a lineage may be, 256 or more; its oldest items are left out; 0: as long as it is"
          + " (default: 1024 in the style kernel, else 0)")
  private @Nullable Integer limit;

  @Override
  public Integer call() {
    TaskhistoryCommand all = Programs.of(program);
    checked();
    Client client = all.client();
    List<String> wanted = new ArrayList<>(pids);
    if (comm != null) {
      wanted.addAll(named(client, comm));
    }
    int code = 0;
    boolean isFirst = true;
    for (String pid : wanted) {
      try {
        String text = text(pid, client, all);
        if (!all.terminal().line(isFirst || form(all) != null ? text : "\n" + text)) {
          return 0;
        }
        isFirst = false;
      } catch (Failure e) {
        if (wanted.size() == 1 || e.exit() != Exit.NOT_FOUND) {
          throw e;
        }
        err().println("taskhistory: " + Terminal.clean(e.getMessage()));
        code = e.exit().code();
      }
    }
    return code;
  }

  private void checked() {
    if (pids.isEmpty() == (comm == null)) {
      throw wrong(comm == null ? "PID is missing" : "give pids, or --comm NAME, not both");
    }
    if (comm != null && at != null) {
      throw wrong("--comm is about those that live now; taskhistory search --comm finds those of earlier");
    }
    if (limit != null && limit != 0 && limit < LEAST_LIMIT) {
      throw wrong("--limit has to be " + LEAST_LIMIT + " or more, or 0");
    }
  }

  /** Null where a person reads it. */
  private @Nullable Form form(TaskhistoryCommand all) {
    return style != null ? style : all.json() ? Form.JSON : all.terminal().isInteractive() ? null : Form.NAMES;
  }

  private String text(String pid, Client client, TaskhistoryCommand all) {
    Form form = form(all);
    String path = "/tasks/" + Query.encode(pid);
    if (form == Form.JSON) {
      return client.text(asked(path));
    }
    if (form != null) {
      return client.text(
          asked(path + "/history").with("style", form.name().toLowerCase(Locale.ROOT)).with("limit", limit));
    }
    JsonNode task = client.json(asked(path));
    // By its id from here on: the pid may go to another meanwhile.
    String id = task.path("task").asText("");
    JsonNode children = client.json(new Query("/tasks/" + Query.encode(id) + "/children").with("size", CHILDREN));
    boolean isCreated = task.path("creator").isTextual();
    // As it was when it did that: it may have become something else.
    return new TaskText(task, isCreated ? other(client, task.path("creator"), task.path("start").asText()) : null,
        isCreated ? null : other(client, task.path("reaper"), null), children, all).text();
  }

  /** Another task at a time, null for now; null where it is not known any more. */
  private static @Nullable JsonNode other(Client client, JsonNode id, @Nullable String at) {
    if (!id.isTextual()) {
      return null;
    }
    try {
      return client.json(new Query("/tasks/" + Query.encode(id.asText())).with("at", at));
    } catch (Failure e) {
      if (e.exit() == Exit.FAILED) {
        throw e;
      }
      return null;
    }
  }

  private static List<String> named(Client client, String comm) {
    List<String> found = new ArrayList<>();
    String wanted = Terminal.name(comm);
    Pages.forEach(cursor -> client.json(new Query("/tree").with("size", PAGE).with("cursor", cursor)), node -> {
      if (Terminal.name(node.path("comm").asText("")).equals(wanted)) {
        found.add(node.path("task").asText(""));
      }
      return true;
    });
    if (found.isEmpty()) {
      throw new Failure(Exit.NOT_FOUND, "no live process has the name " + Terminal.clean(comm)
          + "; taskhistory search --comm finds those of earlier");
    }
    return found;
  }

  private Query asked(String path) {
    return new Query(path).with("at", at).with("boot", boot);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  private PrintWriter err() {
    return spec().commandLine().getErr();
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return spec;
  }
}
