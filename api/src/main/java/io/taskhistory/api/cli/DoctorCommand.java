package io.taskhistory.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.taskhistory.api.boot.BootAdvice;
import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.cli.Terminal.Style;
import io.taskhistory.api.service.Checkup;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code taskhistory doctor}: whether the service can run here, and what is missing. */
@Command(name = "doctor", description = "Check what this kernel and these privileges allow, and how to get the rest.")
final class DoctorCommand implements Callable<Integer> {

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Option(names = "--boot",
      description = "tell how to make the kernel record from its first thread on: parameters, buffer and bootloader")
  private boolean boot;

  @Override
  public Integer call() throws JsonProcessingException {
    TaskhistoryCommand all = Programs.of(program);
    return boot ? adviseOnBoot(all) : checkUp(all);
  }

  private static int checkUp(TaskhistoryCommand all) throws JsonProcessingException {
    List<Checkup.Check> checks = Checkup.of(all.dataDirectory());
    boolean canRun = checks.stream().allMatch(check -> check.ok() || !check.required());
    if (all.json()) {
      all.terminal().line(new ObjectMapper().writeValueAsString(Map.of("can_run", canRun, "checks", checks)));
    } else {
      checks.forEach(check -> all.terminal().line(line(check, all.colour())));
      all.terminal().line(canRun ? "The service can run here." : "The service cannot run here.");
    }
    return canRun ? 0 : Exit.FAILED.code();
  }

  private static int adviseOnBoot(TaskhistoryCommand all) throws JsonProcessingException {
    BootAdvice advice = BootAdvice.ofThisHost();
    if (all.json()) {
      ObjectMapper json = new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
      all.terminal().line(json.writeValueAsString(advice));
    } else {
      BootAdviceText.lines(advice, all.colour()).forEach(all.terminal()::line);
    }
    return advice.lacks().isEmpty() ? 0 : Exit.FAILED.code();
  }

  private static String line(Checkup.Check check, boolean colour) {
    Style style = check.ok() ? Style.GOOD : check.required() ? Style.BAD : Style.DOUBTFUL;
    return Terminal.styled(colour, style, check.ok() ? "ok     " : "missing") + "  "
        + Cells.pad(check.name(), 14) + "  " + Terminal.clean(check.finding())
        + (check.remedy().isEmpty() ? "" : "; " + Terminal.clean(check.remedy()));
  }
}
