package io.taskhistory.api.cli;

import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.ServiceException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code taskhistory token}: what callers show, and how it is replaced. */
@Command(name = "token", description = {
    "Write the token that callers of the service show, for Authorization: Bearer.", "",
    "It is in the file token of the data directory. Whoever has it can ask for everything."})
final class TokenCommand implements Callable<Integer> {

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Option(names = "--rotate",
      description = "make another one and write nothing; a running service takes it within a few seconds, refuses the"
          + " one before, and ends the streams of events that were opened with it")
  private boolean rotate;

  @Override
  public Integer call() {
    TaskhistoryCommand all = Programs.of(program);
    DataDirectory directory = all.dataDirectory();
    try {
      if (!directory.hasToken()) {
        throw new Failure(Exit.FAILED,
            "there is no token in " + directory.path() + "; the first start of the service makes one");
      }
      all.terminal().line(rotate ? rotated(directory, all.json()) : text(directory, all.json()));
      return 0;
    } catch (ServiceException e) {
      throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()), e);
    }
  }

  private static String rotated(DataDirectory directory, boolean json) {
    directory.renewToken();
    return json ? "{\"rotated\":true}" : "there is a new token; pages and programs need it from now on";
  }

  private static String text(DataDirectory directory, boolean json) {
    String token = directory.token().orElse("");
    return json ? "{\"token\":\"" + token + "\"}" : token;
  }
}
