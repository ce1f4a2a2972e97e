package io.taskhistory.api.cli;

import io.taskhistory.api.audit.AuditEnricher;
import io.taskhistory.api.audit.Enricher;
import io.taskhistory.api.audit.EnrichmentCounts;
import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.client.RefusedException;
import io.taskhistory.api.input.InputException;
import io.taskhistory.api.input.TextInput;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
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

/** {@code taskhistory enrich}: a log in, the same log with histories out. */
@Command(name = "enrich", description = {
    "Add histories to a log: to audit records, or to lines of JSON (--json) or of the kernel (--kmsg).", "",
    "Reads FILE… as one text, or standard input, writes the same bytes and what it adds to standard output, and counts"
        + " to standard error. Files may be compressed by gzip. With --json each line read is an object of JSON, and"
        + " the counts are one, too."},
    footer = {"",
        "  taskhistory enrich /var/log/audit/audit.log | ausearch -i",
        "  taskhistory enrich --follow /var/log/audit/audit.log >>enriched.log",
        "  journalctl -f -o json | taskhistory enrich --json --preset journald",
        "  taskhistory enrich --pid-field proc.id --time-field when events.json",
        "  dmesg | taskhistory enrich --kmsg"})
final class EnrichCommand implements Callable<Integer> {

  private static final int LEAST_LIMIT = 256;

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", arity = "0..*", defaultValue = "-",
      description = "what to read, oldest first; - is standard input (default)")
  private List<Path> files = new ArrayList<>();

  @Option(names = {"-f", "--follow"},
      description = "wait at the end of the last FILE for what is written to it, through rotations, as tail -F does")
  private boolean follow;

  @Option(names = "--all", description = "audit: also add to events that are a single record")
  private boolean all;

  @Option(names = "--limit", paramLabel = "BYTES",
      description = "how long a history may be, 256 or more; its oldest items are left out; 0: as long as it is"
          + " (default: 1024)")
  private @Nullable Integer limit;

  @Mixin
  private ProgressOptions progress = new ProgressOptions();

  @Mixin
  private LineOptions lines = new LineOptions();

  private volatile boolean stopping;
  private volatile boolean hasBegun;
  private volatile @Nullable Client client;

  @Override
  public Integer call() throws InterruptedException {
    checked();
    try (TextInput input = new TextInput(files, System.in, follow);
        Interruption interruption = new Interruption(() -> stop(input))) {
      int code;
      try {
        code = enrich(input);
      } catch (Failure e) {
        if (!interruption.hasCome()) {
          throw e;
        }
        // Nobody else gets to say it before the process ends.
        say(String.valueOf(e.getMessage()));
        code = e.exit().code();
      }
      interruption.exitWith(code);
      return code;
    } catch (InputException e) {
      throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()), e);
    }
  }

  private int enrich(TextInput input) throws InterruptedException {
    Terminal terminal = shared().terminal();
    // What is written to the same terminal would come between.
    ProgressLine line = progress.line(err(), terminal, !follow && !terminal.isInteractive());
    try (EnrichRun run = new EnrichRun(this::enricher, this::judged, terminal, counts -> {
      hasBegun = counts.lines() > 0;
      line.at("records", counts.lines(), input.position(), input.size());
    })) {
      boolean isHeard;
      try {
        isHeard = run.run(input);
      } finally {
        line.close();
      }
      if (isHeard && !progress.isQuiet()) {
        err().println(shared().json() ? json(run.counts()) : people(run.counts()));
      }
      InputException broken = input.failure();
      if (broken != null && isHeard) {
        throw broken;
      }
    }
    return stopping && !follow && input.size() > 0 ? Interruption.INTERRUPTED : 0;
  }

  private void stop(TextInput input) {
    stopping = true;
    input.stop();
  }

  private Enricher enricher() throws IOException {
    try {
      Client found = shared().client();
      client = found;
      return lines.isAudit(shared().json())
          ? new AuditEnricher(found.connection(), all, limit)
          : lines.enricher(found.connection(), limit);
    } catch (Failure e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** A log that is followed waits for a service that is started again; anything else fails. */
  private @Nullable Failure judged(IOException e, int failures) {
    Client asked = client;
    Failure failure = e.getCause() instanceof Failure found ? found
        : asked != null ? asked.failed(e) : new Failure(Exit.FAILED, String.valueOf(e.getMessage()), e);
    if (EnrichRun.isBusy(e, failures)) {
      return stopping ? failure : null;
    }
    if (!follow || stopping || !hasBegun || e instanceof RefusedException) {
      return failure;
    }
    if (failures == 1) {
      say(failure.getMessage() + "; waiting for it");
    }
    return null;
  }

  private void say(String sentence) {
    err().println("taskhistory: " + Terminal.clean(sentence));
  }

  private static String people(EnrichmentCounts counts) {
    return String.format(Locale.ROOT, "taskhistory: %,d lines, %,d events: %,d histories added, %,d ambiguous, %,d of"
        + " tasks that are not known; %,d lines not understood", counts.lines(), counts.events(), counts.added(),
        counts.ambiguous(), counts.unknown(), counts.unparsable());
  }

  private static String json(EnrichmentCounts counts) {
    return "{\"lines\":" + counts.lines() + ",\"events\":" + counts.events() + ",\"added\":" + counts.added()
        + ",\"ambiguous\":" + counts.ambiguous() + ",\"unknown\":" + counts.unknown() + ",\"unparsable\":"
        + counts.unparsable() + "}";
  }

  private void checked() {
    lines.contradiction(shared().json()).ifPresent(said -> {
      throw wrong(said);
    });
    if (all && !lines.isAudit(shared().json())) {
      throw wrong("--all is for audit records");
    }
    if (limit != null && limit != 0 && limit < LEAST_LIMIT) {
      throw wrong("--limit has to be " + LEAST_LIMIT + " or more, or 0");
    }
    if (follow && files.get(files.size() - 1).equals(TextInput.STANDARD)) {
      throw wrong("--follow wants a FILE; standard input is read to its end anyway");
    }
    if (files.stream().filter(TextInput.STANDARD::equals).count() > 1) {
      throw wrong("standard input (-) can be read once only");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  private PrintWriter err() {
    return spec().commandLine().getErr();
  }

  private TaskhistoryCommand shared() {
    return Programs.of(program);
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return spec;
  }
}
