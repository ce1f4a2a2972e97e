package io.taskhistory.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Client.Query;
import io.taskhistory.api.cli.Terminal.Style;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code taskhistory show}: one task's history. */
@Command(name = "show", description = "Show how a task came to be.")
final class ShowCommand implements Callable<Integer> {

  /** How to write it. */
  enum Form { KERNEL, NAMES, DOMAIN, JSON }

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Parameters(paramLabel = "PID", description = "a pid, a thread's tid, or a task id")
  private String pid = "";

  @Option(names = "--at", paramLabel = "TIME",
      description = "whoever held the pid then: RFC 3339, seconds since 1970, or mono:SECONDS (default: now, or last)")
  private @Nullable String at;

  @Option(names = "--boot", paramLabel = "ID", description = "the boot that --at is in, by its id or the start of it")
  private @Nullable String boot;

  @Option(names = "--style", paramLabel = "STYLE",
      description = "kernel, names, domain or json (default: for people on a terminal, names in a pipe)")
  private @Nullable Form style;

  @Override
  public Integer call() {
    TaskhistoryCommand all = Programs.of(program);
    Terminal terminal = all.terminal();
    Client client = all.client();
    Form form = style != null ? style : all.json() ? Form.JSON : terminal.isInteractive() ? null : Form.NAMES;
    String path = "/tasks/" + Query.encode(pid);
    if (form == null) {
      people(client.json(asked(path)), all);
    } else if (form == Form.JSON) {
      terminal.line(client.text(asked(path)));
    } else {
      terminal.line(client.text(asked(path + "/history").with("style", form.name().toLowerCase(Locale.ROOT))));
    }
    return 0;
  }

  private Query asked(String path) {
    return new Query(path).with("at", at).with("boot", boot);
  }

  private static void people(JsonNode task, TaskhistoryCommand all) {
    boolean colour = all.colour();
    Terminal terminal = all.terminal();
    terminal.line(Terminal.styled(colour, Style.STRONG, name(task, "comm")) + "  "
        + (task.path("tid").equals(task.path("tgid"))
            ? "pid " + text(task, "tid")
            : "tid " + text(task, "tid") + " of pid " + text(task, "tgid"))
        + (task.path("kernel_thread").asBoolean() ? ", kernel thread" : "")
        + ", " + text(task, "state") + ", started " + Times.people(text(task, "start")) + ending(task));
    terminal.line(Terminal.styled(colour, Style.FAINT, "task " + text(task, "task")
        + who(task, "creator") + who(task, "reaper")));
    terminal.line(completeness(task, colour));
    terminal.line("");
    int width = 4;
    for (JsonNode entry : task.path("entries")) {
      width = Math.max(width, name(entry, "name").length());
    }
    for (JsonNode entry : task.path("entries")) {
      terminal.line(entry(entry, width, colour));
    }
    for (JsonNode gap : task.path("gaps")) {
      terminal.line(Terminal.styled(colour, Style.DOUBTFUL, "gap of " + text(gap, "source") + " (" + text(gap, "cause")
          + "), " + Times.people(text(gap, "from")) + " to " + Times.people(text(gap, "to")) + ", lost "
          + (gap.path("lost").isNull() ? "unknown" : text(gap, "lost"))));
    }
  }

  private static String ending(JsonNode task) {
    JsonNode exit = task.path("exit");
    if (!exit.isObject()) {
      return "";
    }
    String how = exit.has("signal")
        ? " by " + text(exit, "signal_name") + sender(exit.path("by"), text(task, "task"))
            + (exit.path("core_dumped").asBoolean() ? ", core dumped" : "")
        : exit.has("code") ? " with code " + text(exit, "code") : ", nobody saw how";
    return ", ended " + Times.people(text(task, "end")) + how
        + (exit.path("oom").asBoolean() ? ", killed by the OOM killer" : "");
  }

  /** Whom the signal came from: {@code from bash (4711) swapper/0=>init=>bash}. */
  private static String sender(JsonNode by, String self) {
    String code = by.has("si_code_name") ? " (" + text(by, "si_code_name") + ")" : "";
    return switch (by.path("kind").asText()) {
      case "" -> "";
      case "kernel" -> ", made by the kernel" + code;
      case "interrupt" -> ", made in an interrupt" + code;
      default -> text(by, "task").equals(self) ? " from itself"
          : !by.has("task") ? " from a task that is not known"
          : !by.has("history") ? " from " + text(by, "task")
          : " from " + name(by, "comm") + " (" + text(by, "tid") + ") " + text(by, "history")
              + (by.path("complete").asBoolean() ? "" : " (not complete)");
    };
  }

  private static String who(JsonNode task, String field) {
    return task.path(field).isTextual() ? ", " + field + " " + text(task, field) : "";
  }

  private static String completeness(JsonNode task, boolean colour) {
    if (task.path("complete").asBoolean()) {
      return Terminal.styled(colour, Style.GOOD, "complete: every exec back to the boot was seen");
    }
    StringBuilder why = new StringBuilder();
    for (JsonNode reason : task.path("reasons")) {
      why.append("\n  - ").append(switch (reason.asText()) {
        case "snapshot" -> "some entries come from a scan of /proc, others may be missing between them";
        case "unknown" -> "a name is not known (?)";
        case "creator-assumed" -> "the caller of a clone is assumed to be the parent";
        case "gap" -> "events were lost while it was alive";
        default -> Terminal.clean(reason.asText());
      });
    }
    return Terminal.styled(colour, Style.DOUBTFUL, "not complete: " + why);
  }

  private static String entry(JsonNode entry, int width, boolean colour) {
    String provenance = text(entry, "provenance");
    Style style = provenance.equals("unknown") ? Style.BAD
        : provenance.equals("snapshot") ? Style.DOUBTFUL : Style.GOOD;
    String program = entry.has("program") ? text(entry, "program") : text(entry, "exe");
    return "  " + Terminal.styled(colour, Style.FAINT, Times.people(text(entry, "start")))
        + String.format(Locale.ROOT, "  %7s  ", text(entry, "pid"))
        + Terminal.styled(colour, Style.STRONG, Times.pad(name(entry, "name"), width)) + "  "
        + Terminal.styled(colour, style, Times.pad(provenance, 8))
        + (program.isEmpty() ? "" : "  " + program);
  }

  private static String name(JsonNode node, String field) {
    return Terminal.name(node.path(field).asText(""));
  }

  private static String text(JsonNode node, String field) {
    return Terminal.clean(node.path(field).asText(""));
  }
}
