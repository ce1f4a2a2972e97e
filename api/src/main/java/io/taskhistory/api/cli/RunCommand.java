package io.taskhistory.api.cli;

import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.policy.Keeper;
import io.taskhistory.api.policy.Policy;
import io.taskhistory.api.policy.PolicyReader;
import io.taskhistory.api.policy.ProgramRunner;
import io.taskhistory.api.service.Admission;
import io.taskhistory.api.service.AuditUse;
import io.taskhistory.api.service.LinuxMachine;
import io.taskhistory.api.service.Machine;
import io.taskhistory.api.service.Recording;
import io.taskhistory.api.service.Service;
import io.taskhistory.api.service.Sources;
import io.taskhistory.collector.masking.Mask;
import io.taskhistory.collector.source.SourceException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code taskhistory run}: the service, until a signal stops it. */
@Command(name = "run", description = "Follow all tasks of this host and answer questions about them.")
final class RunCommand implements Callable<Integer> {

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Mixin
  private DoorOptions doors = new DoorOptions();

  @Option(names = "--source", paramLabel = "SOURCE",
      description = "what to follow tasks by: auto, the best there is (default), trace, the kernel's trace buffer,"
          + " proc, the proc connector, or audit")
  private Sources.Choice source = Sources.Choice.AUTO;

  @Option(names = "--trace-instance", paramLabel = "NAME",
      description = "which trace instance is ours; it goes on recording while nothing runs (default: ${DEFAULT-VALUE})")
  private String traceInstance = Sources.DEFAULT_TRACE_INSTANCE;

  @Option(names = "--trace-buffer", paramLabel = "MIB",
      description = "how much of it the kernel keeps for each processor, in MiB, or as in 512K or 1G (default: a minute"
          + " of a busy machine, as far as memory allows)")
  private @Nullable String traceBuffer;

  @Option(names = "--audit", paramLabel = "HOW",
      description = "what audit is used for beside another source, or as the only one: off (default, but with --source"
          + " audit), listen, beside an audit daemon or without one, or daemon, as the audit daemon itself")
  private AuditUse.@Nullable Mode audit;

  @Option(names = "--audit-rules", paramLabel = "WHICH",
      description = "what the kernel is asked to put on record: exec, each exec (default), all, also each clone and"
          + " exit (default with --source audit), or none, what rules are there anyway")
  private AuditUse.@Nullable Recorded auditRules;

  @Option(names = "--audit-only", paramLabel = "CONDITION",
      description = "narrows these rules, as auditctl -F does: uid>=1000, exe=/usr/bin/make; may be given more than"
          + " once")
  private List<String> auditOnly = new ArrayList<>();

  @Option(names = "--release",
      description = "end the recording of the trace instance, which goes on while nothing runs, and run nothing")
  private boolean release;

  @Option(names = "--thaw",
      description = "let cgroups go on that a service that has ended left suspended, and run nothing")
  private boolean thaw;

  @Option(names = "--config", paramLabel = "FILE",
      description = "limits, and what is done when one is crossed (default: /etc/taskhistory.conf where it is there)")
  private @Nullable Path config;

  @Option(names = "--set", paramLabel = "KEY=VALUE",
      description = "one of them, whatever that file says; may be given more than once")
  private List<String> sets = new ArrayList<>();

  @Option(names = "--receive-buffer", paramLabel = "BYTES",
      description = "the size of the proc connector's buffer in the kernel (default: ${DEFAULT-VALUE})")
  private int receiveBuffer = LinuxMachine.DEFAULT_RECEIVE_BUFFER;

  @Override
  public Integer call() throws InterruptedException {
    TaskhistoryCommand all = Programs.of(program);
    Admission admission = doors.admission(all);
    checkRelease();
    Path data = all.dataDirectory().path();
    if (thaw) {
      return thaw(all, data);
    }
    Policy policy = PolicyReader.read(config, sets);
    Machine machine = new LinuxMachine(sources(), policy.storeSettings(), policy.queueSize(), new Mask(policy.mask()));
    List<Machine.Shortage> shortages = machine.shortages();
    if (!shortages.isEmpty()) {
      throw new Failure(Exit.WRONG_USE, (release ? "cannot end the recording: " : "cannot follow tasks: ")
          + shortages.stream().map(shortage -> shortage.what() + "; " + shortage.remedy())
          .collect(Collectors.joining(". ")));
    }
    if (release) {
      return endRecording(all);
    }
    Keeper.check(policy, data);
    LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    Service service = Service.start(machine, all.dataDirectory(), admission,
        Keeper.Setup.of(policy, data, new ProgramRunner()), failures::add);
    stopOnSignal(service);
    all.terminal().line("ready " + service.url());
    if (all.terminal().isInteractive()) {
      service.link().ifPresent(link -> all.terminal().line("page  " + link));
    }
    Throwable failure = failures.take();
    Logger log = LoggerFactory.getLogger(RunCommand.class);
    if (failure instanceof SourceException) {
      log.error("tasks cannot be followed any longer: {}", failure.getMessage());
    } else {
      log.error("tasks cannot be followed any longer", failure);
    }
    service.close();
    Runtime.getRuntime().halt(Exit.FAILED.code());
    return Exit.FAILED.code();
  }

  private static int thaw(TaskhistoryCommand all, Path data) {
    int thawed = Keeper.thawLeftBehind(data);
    all.terminal().line(all.json() ? "{\"thawed\":" + thawed + "}"
        : thawed == 0 ? "nothing was left suspended" : "thawed " + thawed + " cgroups that had been left suspended");
    return 0;
  }

  private int endRecording(TaskhistoryCommand all) {
    boolean released = Recording.release(traceInstance, all.dataDirectory());
    if (all.json()) {
      all.terminal().line("{\"trace_instance\":\"" + traceInstance + "\",\"released\":" + released + "}");
    } else {
      all.terminal().line(released
          ? "removed the trace instance " + traceInstance + "; the kernel records no longer"
          : "there is no trace instance " + traceInstance + "; nothing is recorded");
    }
    return 0;
  }

  /**
   * SIGTERM and SIGINT make the JVM run its hooks and exit with 128 and more; being stopped is no failure, so the hook
   * ends the process itself.
   */
  static void stopOnSignal(Service service) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      service.close();
      Runtime.getRuntime().halt(0);
    }, "stop"));
  }

  private void checkRelease() {
    if (release && (source == Sources.Choice.PROC || source == Sources.Choice.AUDIT)) {
      throw wrong("--release is about what the kernel's trace buffer records; leave --source away");
    }
  }

  private Sources sources() {
    try {
      return new Sources(source, traceInstance,
          traceBuffer == null ? Sources.FITTING : Sources.traceBuffer(traceBuffer), receiveBuffer, auditUse());
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private AuditUse auditUse() {
    boolean isSpine = source == Sources.Choice.AUDIT;
    AuditUse.Mode mode = audit != null ? audit : isSpine ? AuditUse.Mode.LISTEN : AuditUse.Mode.OFF;
    if (mode == AuditUse.Mode.OFF && (auditRules != null || !auditOnly.isEmpty())) {
      throw wrong("--audit-rules and --audit-only are about audit: use it with --audit listen");
    }
    try {
      return new AuditUse(mode, auditRules != null ? auditRules
          : isSpine ? AuditUse.Recorded.ALL : AuditUse.Recorded.EXEC, auditOnly);
    } catch (IllegalArgumentException e) {
      throw wrong("--audit-only " + Terminal.clean(String.valueOf(e.getMessage())));
    }
  }

  private ParameterException wrong(String message) {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
