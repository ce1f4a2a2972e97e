package io.taskhistory.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.cli.Terminal.Style;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.StoreCare;
import io.taskhistory.store.CheckReport;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code taskhistory check}: whether what is kept is sound. */
@Command(
    name = "check",
    description = {
        "Check what is kept: the checksums of all files, and that all they refer to is there.", "",
        "The service must not run on it. Nothing is written."},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:sound", "1:damaged, or in use", "2:wrong use", "3:nothing is kept there"})
final class CheckCommand implements Callable<Integer> {

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Mixin
  private ProgressOptions progress = new ProgressOptions();

  @Override
  public Integer call() throws JsonProcessingException {
    TaskhistoryCommand all = Programs.of(program);
    DataDirectory directory = directory(all, spec, "check");
    CheckReport report;
    try (ProgressLine line = progress.line(spec(spec).commandLine().getErr(), all.terminal(), true)) {
      report = StoreCare.check(directory, line);
    }
    if (all.json()) {
      all.terminal().line(json(report));
    } else {
      people(report, directory, all);
    }
    return report.isSound() ? 0 : Exit.FAILED.code();
  }

  /** The data directory, in which there has to be something. */
  static DataDirectory directory(TaskhistoryCommand all, @Nullable CommandSpec spec, String command) {
    if (all.hasServer()) {
      throw new ParameterException(spec(spec).commandLine(),
          "--server is for the commands that ask; " + command + " reads the files themselves: use --data-dir");
    }
    DataDirectory directory = all.dataDirectory();
    if (!StoreCare.isIn(directory)) {
      throw new Failure(
          Exit.NOT_FOUND, "nothing is kept in " + directory.path() + "; name another directory with --data-dir");
    }
    return directory;
  }

  static CommandSpec spec(@Nullable CommandSpec spec) {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return spec;
  }

  private static void people(CheckReport report, DataDirectory directory, TaskhistoryCommand all) {
    Terminal terminal = all.terminal();
    report.findings().forEach(finding -> terminal.line(Terminal.styled(all.colour(), Style.BAD, "damaged") + "  "
        + Terminal.clean(finding.where()) + ": " + Terminal.clean(finding.what())));
    if (report.more() > 0) {
      terminal.line("and " + report.more() + " more");
    }
    report.notes().forEach(note -> terminal.line("note     " + Terminal.clean(note)));
    terminal.line(String.format(Locale.ROOT, "%s: %,d bytes, %,d tasks, %,d entries",
        report.isSound() ? Terminal.styled(all.colour(), Style.GOOD, "sound") : "read", report.bytes(), report.tasks(),
        report.entries()));
    if (!report.isSound()) {
      terminal.line("taskhistory repair --data-dir " + directory.path() + " saves what is sound");
    }
  }

  private static String json(CheckReport report) throws JsonProcessingException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("sound", report.isSound());
    fields.put("findings", report.findings());
    fields.put("more", report.more());
    fields.put("notes", report.notes());
    fields.put("bytes", report.bytes());
    fields.put("tasks", report.tasks());
    fields.put("entries", report.entries());
    return new ObjectMapper().writeValueAsString(fields);
  }
}
