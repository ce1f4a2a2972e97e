package io.taskhistory.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Client.Query;
import io.taskhistory.api.cli.Terminal.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code taskhistory status}: how following goes. */
@Command(name = "status", description = "Show sources, watermark, losses and coverage of the running service.")
final class StatusCommand implements Callable<Integer> {

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Override
  public Integer call() {
    TaskhistoryCommand all = Programs.of(program);
    Client client = all.client();
    Query query = new Query("/status");
    if (all.json()) {
      all.terminal().line(client.text(query));
    } else {
      people(client.json(query), all);
    }
    return 0;
  }

  private static void people(JsonNode status, TaskhistoryCommand all) {
    boolean colour = all.colour();
    Terminal terminal = all.terminal();
    terminal.line("version    " + text(status, "version"));
    terminal.line("boot       " + text(status, "boot") + ", since " + Times.people(text(status, "boot_start")));
    terminal.line("watermark  " + Times.people(text(status, "watermark")));
    for (JsonNode source : status.path("sources")) {
      boolean running = text(source, "state").equals("running");
      terminal.line("source     " + text(source, "name") + " "
          + Terminal.styled(colour, running ? Style.GOOD : Style.BAD, text(source, "state"))
          + (text(source, "problem").isEmpty() ? "" : ": " + text(source, "problem"))
          + (text(source, "role").equals("spine") ? ", the spine" : "")
          + ", events " + text(source, "events") + ", lost "
          + Terminal.styled(colour && source.path("lost").asLong() > 0, Style.BAD, text(source, "lost"))
          + " in " + text(source, "losses") + " losses, buffer " + text(source, "buffer") + " bytes");
      List<String> counters = new ArrayList<>();
      source.path("counters").properties().forEach(
          counter -> counters.add(Terminal.clean(counter.getKey()) + " " + counter.getValue().asLong()));
      if (!counters.isEmpty()) {
        terminal.line("           " + String.join(", ", counters));
      }
      if (!text(source, "advice").isEmpty()) {
        terminal.line("           " + Terminal.styled(colour, Style.BAD, text(source, "advice")));
      }
    }
    JsonNode coverage = status.path("coverage");
    List<String> reasons = new ArrayList<>();
    coverage.path("reasons").properties().forEach(
        reason -> reasons.add(Terminal.clean(reason.getKey()) + " " + reason.getValue().asInt()));
    terminal.line("coverage   " + String.format(Locale.ROOT, "%.1f %%", 100 * coverage.path("share").asDouble()) + ": "
        + text(coverage, "complete") + " of " + text(coverage, "live") + " live processes have a complete history"
        + (reasons.isEmpty() ? "" : " (" + String.join(", ", reasons) + ")"));
    terminal.line("gaps       " + text(status, "gap_count") + " in this boot");
    JsonNode store = status.path("store");
    terminal.line("store      " + text(store, "ended_tasks") + " ended tasks, " + text(store, "entries") + " execs, "
        + text(store, "bytes") + " bytes");
    UpkeepLines.of(status.path("upkeep"), colour).forEach(terminal::line);
    JsonNode details = status.path("details");
    terminal.line("details    read " + text(details, "read") + ", skipped " + text(details, "skipped"));
    SelfCheckLines.of(status.path("self_check"), colour).forEach(terminal::line);
  }

  private static String text(JsonNode node, String field) {
    return Terminal.clean(node.path(field).asText(""));
  }
}
