package io.taskhistory.api.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskhistory.api.cli.Client.Query;
import io.taskhistory.api.cli.Failure.Exit;
import io.taskhistory.api.cli.SseReader.Event;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code taskhistory watch}: events as they come. */
@Command(
    name = "watch",
    description = {
        "Show forks, execs and exits as they come.", "",
        "Goes on until Ctrl-C, which ends it with exit code 0, or until nobody reads what it writes. When the service"
            + " restarts it waits, and goes on where it had stopped; gaps, in which events were lost, are shown.", "",
        "In a pipe a line is: time, kind, tid, uid, name, and the lineage of an exec, whom a fork came from, or how a"
            + " task ended; separated by tabs. With --json it is an object with everything that is known, the kind in"
            + " \"event\" and in \"id\" the cursor to resume with."},
    footer = {"",
        "  taskhistory watch --kind exec --lineage 'sshd=>bash=>*'",
        "  taskhistory watch --uid 33 --json | jq -r .history",
        "  taskhistory watch --root 4711 --kind exec,exit"})
final class WatchCommand implements Callable<Integer> {

  private static final long PATIENCE_MILLIS = 500;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What happens. */
  enum Kind { FORK, EXEC, EXIT, GAP, WATERMARK }

  @ParentCommand
  private @Nullable TaskhistoryCommand program;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--kind", paramLabel = "KIND", split = ",",
      description = "only these, by commas: fork, exec, exit, gap; also watermark, the time up to which everything has"
          + " been seen (default: all but watermark)")
  private Set<Kind> kinds = new LinkedHashSet<>();

  @Option(names = "--comm", paramLabel = "NAME", description = "of tasks with this name; \\ooo stands for a byte")
  private @Nullable String comm;

  @Option(names = "--exe", paramLabel = "PATH", description = "of this program or script")
  private @Nullable String exe;

  @Option(names = "--lineage", paramLabel = "PATTERN",
      description = "with such a history: names or paths joined by =>, * for any one, ** for any number")
  private @Nullable String lineage;

  @Option(names = "--uid", paramLabel = "UID", description = "of this user, a number")
  private @Nullable Long uid;

  @Option(names = "--root", paramLabel = "PID", description = "of this process and all that descend from it")
  private @Nullable String root;

  @Option(names = "--after", paramLabel = "CURSOR",
      description = "begin after this event, by its \"id\" in JSON (default: with what happens from now on)")
  private @Nullable String after;

  @Option(names = {"-n", "--count"}, paramLabel = "N", description = "end after so many")
  private @Nullable Long count;

  @Option(names = {"-q", "--quiet"}, description = "no counts at the end")
  private boolean quiet;

  private final ReentrantLock writing = new ReentrantLock();
  private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
  private long shown;

  @Override
  public Integer call() throws InterruptedException {
    TaskhistoryCommand all = Programs.of(program);
    if (count != null && count < 1) {
      throw new ParameterException(spec().commandLine(), "--count has to be at least 1");
    }
    all.terminal().followWidth();
    EventLine lines = new EventLine(all, Users.ofThisMachine(), boot(all));
    Thread hook = new Thread(this::endOnSignal, "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      new EventFollower(all::client, query(), after, this::say).follow(event -> show(event, lines, all.terminal()));
      return 0;
    } finally {
      remove(hook);
    }
  }

  /** The boot that names of users are for; empty where nobody needs it, or this user is not told. */
  private static String boot(TaskhistoryCommand all) {
    if (all.json() || !all.terminal().isInteractive()) {
      return "";
    }
    try {
      return all.client().json(new Query("/status")).path("boot").asText("");
    } catch (Failure e) {
      if (e.exit() != Exit.WRONG_USE) {
        throw e;
      }
      return ""; // events are told to more users; whatever else is wrong, the question about them says
    }
  }

  private Query query() {
    // Watermarks come anyway; so do gaps, without which nobody could trust what is not there.
    Set<Kind> asked = EnumSet.noneOf(Kind.class);
    asked.addAll(kinds);
    asked.remove(Kind.WATERMARK);
    if (!kinds.isEmpty()) {
      asked.add(Kind.GAP);
    }
    return new Query("/events")
        .with("kind", asked.isEmpty() ? null
            : asked.stream().map(WatchCommand::word).collect(Collectors.joining(",")))
        .with("comm", comm).with("exe", exe).with("lineage", lineage).with("uid", uid).with("root", root);
  }

  /** Whether to go on. Never at the same time as the end, so that the last line is a whole one. */
  private boolean show(Event event, EventLine lines, Terminal terminal) {
    writing.lock();
    try {
      return write(event, lines, terminal);
    } finally {
      writing.unlock();
    }
  }

  private boolean write(Event event, EventLine lines, Terminal terminal) {
    @Nullable Kind kind = kind(event.kind());
    if (kind == null || kind == Kind.WATERMARK && !kinds.contains(kind)) {
      return true;
    }
    ObjectNode data;
    try {
      JsonNode read = JSON.readTree(event.data());
      if (!(read instanceof ObjectNode object)) {
        throw strange(null);
      }
      data = object;
    } catch (JsonProcessingException e) {
      throw strange(e);
    }
    if (!terminal.line(lines.of(event.kind(), event.id(), data))) {
      return false;
    }
    counts.merge(kind, 1L, Long::sum);
    shown++;
    return count == null || shown < count;
  }

  private static Failure strange(@Nullable Exception e) {
    String says = "the service sends something else than taskhistory does";
    return e == null ? new Failure(Exit.WRONG_USE, says) : new Failure(Exit.WRONG_USE, says, e);
  }

  /** Null for what a later version may send. */
  private static @Nullable Kind kind(String name) {
    for (Kind kind : Kind.values()) {
      if (word(kind).equals(name)) {
        return kind;
      }
    }
    return null;
  }

  private static String word(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private void endOnSignal() {
    try {
      // A reader that takes nothing holds up the line, but not the end.
      writing.tryLock(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // Then it ends now.
    }
    if (!quiet) {
      say(String.format(Locale.ROOT, "%,d events", shown) + (counts.isEmpty() ? "" : ": " + counts.entrySet().stream()
          .map(each -> String.format(Locale.ROOT, "%,d %s", each.getValue(), word(each.getKey())))
          .collect(Collectors.joining(", "))));
    }
    // A JVM that a signal ends would exit with 128 and more.
    Runtime.getRuntime().halt(0);
  }

  private void say(String sentence) {
    PrintWriter err = spec().commandLine().getErr();
    err.println("taskhistory: " + Terminal.clean(sentence));
    err.flush();
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It runs, and ends the process.
    }
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return spec;
  }
}
