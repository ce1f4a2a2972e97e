package io.taskhistory.api.cli;

import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.service.Admission;
import io.taskhistory.api.service.KeptHistory;
import io.taskhistory.api.service.Service;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code taskhistory serve}: answers about what is kept, until a signal stops it. */
@Command(name = "serve", description = {
    "Answer questions about what was imported from audit logs, or kept by a service that no longer runs.", "",
    "Nothing is followed: now is when that ends, and who had not ended by then is live."})
final class ServeCommand implements Callable<Integer> {

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Mixin
  private DoorOptions doors = new DoorOptions();

  @Override
  public Integer call() throws InterruptedException {
    TaskhistoryCommand all = Programs.of(program);
    Admission admission = doors.admission(all);
    if (!KeptHistory.isIn(all.dataDirectory())) {
      throw new Failure(Exit.FAILED, "there is no history in " + all.dataDirectory().path()
          + "; taskhistory import makes one of audit logs, or name another --data-dir");
    }
    Service service = Service.start(new KeptHistory(), all.dataDirectory(), admission, null, failure -> { });
    RunCommand.stopOnSignal(service);
    all.terminal().line("ready " + service.url());
    if (all.terminal().isInteractive()) {
      service.link().ifPresent(link -> all.terminal().line("page  " + link));
    }
    new CountDownLatch(1).await();
    return 0;
  }
}
