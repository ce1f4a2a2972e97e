package io.taskhistory.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.cli.Terminal.Style;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.StoreCare;
import io.taskhistory.store.RepairReport;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code taskhistory repair}: saves what is sound. */
@Command(
    name = "repair",
    description = {
        "Save what is sound of a damaged store into a new one, which takes its place.", "",
        "The service must not run on it. The damaged store stays beside the new one, as db.damaged-1 or with a higher"
            + " number, and can be deleted once nothing more is wanted of it; until then both need their room."
            + " What could not be saved is listed. It shows as unknown (?), and a gap of the source store tells of it."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:repaired", "1:failed, or in use; nothing was changed", "2:wrong use",
        "3:nothing is kept there"})
final class RepairCommand implements Callable<Integer> {

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Mixin
  private ProgressOptions progress = new ProgressOptions();

  @Override
  public Integer call() throws JsonProcessingException {
    TaskhistoryCommand all = Programs.of(program);
    DataDirectory directory = CheckCommand.directory(all, spec, "repair");
    RepairReport report;
    try (ProgressLine line = progress.line(CheckCommand.spec(spec).commandLine().getErr(), all.terminal(), true)) {
      report = StoreCare.repair(directory, line);
    }
    if (all.json()) {
      all.terminal().line(json(report));
    } else {
      people(report, all);
    }
    return 0;
  }

  private static void people(RepairReport report, TaskhistoryCommand all) {
    Terminal terminal = all.terminal();
    boolean colour = all.colour();
    report.damages().forEach(damage -> terminal.line("damaged  " + Terminal.clean(damage)));
    report.lost().forEach(
        lost -> terminal.line(Terminal.styled(colour, Style.BAD, "lost") + "     " + Terminal.clean(lost)));
    terminal.line(String.format(Locale.ROOT, "%s    %,d tasks, %,d entries",
        Terminal.styled(colour, Style.GOOD, "saved"), report.tasks(), report.entries()));
    terminal.line("kept     the damaged store, as " + report.kept() + "; delete it once nothing more is wanted of it");
  }

  private static String json(RepairReport report) throws JsonProcessingException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("tasks", report.tasks());
    fields.put("entries", report.entries());
    fields.put("damages", report.damages());
    fields.put("lost", report.lost());
    fields.put("kept", report.kept().toString());
    return new ObjectMapper().writeValueAsString(fields);
  }
}
