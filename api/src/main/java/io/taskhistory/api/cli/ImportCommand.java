package io.taskhistory.api.cli;

import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.input.InputException;
import io.taskhistory.api.input.LineCutter;
import io.taskhistory.api.input.LogFiles;
import io.taskhistory.api.input.TextInput;
import io.taskhistory.api.policy.PolicyReader;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.ImportStore;
import io.taskhistory.collector.logimport.ImportException;
import io.taskhistory.collector.logimport.ImportSummary;
import io.taskhistory.collector.logimport.LogImport;
import io.taskhistory.collector.masking.Mask;
import io.taskhistory.store.StoreException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code taskhistory import}: history from audit logs alone. */
@Command(name = "import", description = {
    "Make history of audit logs, of another machine or another month, in a data directory of its own (--data-dir);"
        + " taskhistory serve answers questions about it.", "",
    "The logs should have fork, vfork, clone, clone3, execve, execveat, exit and exit_group. What they do not prove is"
        + " marked so. A second import goes on where the first one ended."},
    footer = {"",
        "  taskhistory import /var/log/audit/audit.log* --data-dir /tmp/march",
        "  taskhistory serve --data-dir /tmp/march --listen 127.0.0.1:1341"})
final class ImportCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", arity = "1..*",
      description = "audit logs in any order, also rotated ones and those compressed by gzip; - is standard input")
  private List<Path> files = new ArrayList<>();

  @Option(names = "--node", paramLabel = "NAME",
      description = "which machine's records to take, where a log has those of several (node=NAME)")
  private @Nullable String node;

  @Option(names = "--config", paramLabel = "FILE",
      description = "which secrets are taken out of arguments: mask, mask_option, mask_pattern (default:"
          + " /etc/taskhistory.conf where it is there and can be read)")
  private @Nullable Path config;

  @Option(names = "--set", paramLabel = "KEY=VALUE",
      description = "one of them, whatever that file says; may be given more than once")
  private List<String> sets = new ArrayList<>();

  @Mixin
  private ProgressOptions progress = new ProgressOptions();

  private long size;
  private long before;

  @Override
  public Integer call() throws InterruptedException {
    TaskhistoryCommand all = Programs.of(program);
    if (all.hasServer()) {
      throw wrong("--server is for the commands that ask; import writes: use --data-dir");
    }
    Path directory = all.dataDirectory().path();
    if (directory.equals(DataDirectory.DEFAULT)) {
      throw wrong("logs are imported into a data directory of their own: name one with --data-dir");
    }
    if (files.stream().filter(TextInput.STANDARD::equals).count() > 1) {
      throw wrong("standard input (-) can be read once only");
    }
    Mask mask = mask();
    ImportSummary summary;
    try (ImportStore store = new ImportStore(directory)) {
      LogImport log = new LogImport(store, node, mask);
      try (ProgressLine line = progress.line(err(), all.terminal(), true)) {
        read(log, line);
      }
      summary = log.end();
    } catch (InputException | ImportException | StoreException e) {
      throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()), e);
    }
    if (summary.records() == 0) {
      throw new Failure(Exit.FAILED, "no audit records in what was read"
          + (node == null ? "" : " of the machine " + Terminal.clean(node)) + "; nothing was imported");
    }
    all.terminal().line(all.json() ? json(summary) : people(summary));
    return 0;
  }

  private Mask mask() {
    Path file = PolicyReader.DEFAULT_FILE;
    if (config == null && Files.exists(file) && !Files.isReadable(file)) {
      err().println("taskhistory: " + file + " cannot be read; secrets in arguments are taken out by the defaults and"
          + " --set alone");
      return new Mask(PolicyReader.read(sets).mask());
    }
    return new Mask(PolicyReader.read(config, sets).mask());
  }

  /** One after the other, so that a line that lacks its end does not run into the next file. */
  private void read(LogImport log, ProgressLine line) throws InterruptedException {
    List<Path> ordered = LogFiles.ordered(files);
    // Of standard input nobody knows how much there is.
    size = ordered.contains(TextInput.STANDARD) ? 0
        : ordered.stream().mapToLong(file -> file.toFile().length()).sum();
    for (Path file : ordered) {
      try (TextInput input = new TextInput(List.of(file), System.in, false)) {
        LineCutter cutter = new LineCutter(log::add);
        for (byte[] piece = input.next(PATIENCE); !TextInput.isEnd(piece); piece = input.next(PATIENCE)) {
          if (piece != null) {
            cutter.add(piece);
          }
          line.at("records", log.records(), before + input.position(), size);
        }
        cutter.end();
        InputException broken = input.failure();
        if (broken != null) {
          log.end(); // what has come is worth keeping
          throw broken;
        }
        before += input.position();
      }
    }
  }

  private static String people(ImportSummary s) {
    StringBuilder text = new StringBuilder(String.format(Locale.ROOT,
        "%,d records, %,d new events of %,d %s", s.records(), s.events(), s.boots(), s.boots() == 1 ? "boot" : "boots"));
    if (s.events() > 0) {
      text.append(", ").append(Rfc3339.write(s.from())).append(" to ").append(Rfc3339.write(s.to()));
    }
    text.append(String.format(Locale.ROOT,
        "%n%,d processes, of %,d of which the log proves who created them; %,d execs", s.tasks(), s.linked(), s.execs()));
    add(text, s.gaps(), "gaps in the serials, in which %,d events are missing", s.missing());
    add(text, s.older(), "events left out, as they were there already or came too late to be put in order", 0);
    add(text, s.unfinished(), "events of which a record is missing", 0);
    add(text, s.unparsable(), "lines that are no audit records", 0);
    add(text, s.others(), "records of other machines", 0);
    return text.toString();
  }

  private static void add(StringBuilder text, long count, String what, long more) {
    if (count > 0) {
      text.append(String.format(Locale.ROOT, "%n%,d ", count)).append(String.format(Locale.ROOT, what, more));
    }
  }

  private static String json(ImportSummary s) {
    return "{\"records\":" + s.records() + ",\"events\":" + s.events() + ",\"older\":" + s.older() + ",\"unfinished\":"
        + s.unfinished() + ",\"unparsable\":" + s.unparsable() + ",\"others\":" + s.others() + ",\"boots\":" + s.boots()
        + ",\"tasks\":" + s.tasks() + ",\"linked\":" + s.linked() + ",\"execs\":" + s.execs() + ",\"gaps\":" + s.gaps()
        + ",\"missing\":" + s.missing() + (s.events() == 0 ? "" : ",\"from\":\"" + Rfc3339.write(s.from())
        + "\",\"to\":\"" + Rfc3339.write(s.to()) + "\"") + "}";
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
