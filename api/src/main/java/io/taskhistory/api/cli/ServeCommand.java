package io.taskhistory.api.cli;

import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.service.KeptHistory;
import io.taskhistory.api.service.Listen;
import io.taskhistory.api.service.Service;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code taskhistory serve}: answers about what is kept, until a signal stops it. */
@Command(name = "serve", description = {
    "Answer questions about what was imported from audit logs, or kept by a service that no longer runs.", "",
    "Nothing is followed: now is when that ends, and who had not ended by then is live."})
final class ServeCommand implements Callable<Integer> {

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--listen", paramLabel = "HOST:PORT",
      description = "where to answer, on loopback; port 0 is any that is free (default: ${DEFAULT-VALUE})")
  private String listen = RunCommand.DEFAULT_LISTEN;

  @Option(names = "--auth", paramLabel = "HOW",
      description = "what callers have to show: token, the one in the data directory (default), or none, for tests")
  private RunCommand.Auth auth = RunCommand.Auth.TOKEN;

  @Override
  public Integer call() throws InterruptedException {
    TaskhistoryCommand all = Programs.of(program);
    if (all.hasServer()) {
      throw wrong("--server is for the commands that ask; serve answers: use --listen");
    }
    Listen where;
    try {
      where = Listen.parse(listen);
    } catch (IllegalArgumentException e) {
      throw wrong("--listen " + Terminal.clean(listen) + ": " + e.getMessage());
    }
    if (!KeptHistory.isIn(all.dataDirectory())) {
      throw new Failure(Exit.FAILED, "there is no history in " + all.dataDirectory().path()
          + "; taskhistory import makes one of audit logs, or name another --data-dir");
    }
    Service service = Service.start(
        new KeptHistory(), all.dataDirectory(), where, auth == RunCommand.Auth.TOKEN, null, failure -> { });
    RunCommand.stopOnSignal(service);
    all.terminal().line("ready " + service.url());
    if (all.terminal().isInteractive()) {
      service.link().ifPresent(link -> all.terminal().line("page  " + link));
    }
    new CountDownLatch(1).await();
    return 0;
  }

  private ParameterException wrong(String message) {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
