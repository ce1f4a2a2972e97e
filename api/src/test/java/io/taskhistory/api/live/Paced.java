package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Two workers that start a short program over and over at a pace, and keep a log of whom they started when. */
final class Paced {

  /** What is asked for; a slow machine gives less. */
  static final int RATE = 2000;

  private static final int WORKERS = 2;
  private static final String NAME = "drop-at-a-pace";
  private static final int BATCH = 20_000;
  private static final int SAMPLE = 500;
  /** What is known from /proc is known to a clock tick, USER_HZ of include/asm-generic/param.h. */
  private static final long TICK = 10_000_000;
  private static final int MOST_SHOWN = 20;

  /** One child, as its worker logged it: the pid was its from before to after, nanoseconds on the monotonic clock. */
  record Start(int worker, int pid, long before, long after) {

    boolean isOver(long from, long to) {
      return before <= to && from <= after;
    }
  }

  private final Child child;
  private final Path log;
  private final Map<Integer, JsonNode> workers = new HashMap<>();
  private final Map<Integer, Lineage> lineages = new HashMap<>();
  private final List<Start> starts = new ArrayList<>();
  private final List<String> differences = new ArrayList<>();
  private Instant ended = Instant.MAX;

  private Paced(LiveTest test, LiveService service) throws IOException {
    Path program = test.directory.resolve(NAME);
    Files.copy(Programs.tiny(), program, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    log = Files.createTempFile(test.directory, "log", "");
    child = test.keep(Child.run(Programs.paced(), Integer.toString(RATE), Integer.toString(WORKERS),
        program.toString(), log.toString()));
    for (int i = 0; i < WORKERS; i++) {
      int worker = child.said("worker")[0];
      workers.put(worker, service.task(worker));
      lineages.put(worker, service.lineage(worker));
    }
  }

  /** Begins; {@code service} tells who the workers are. */
  static Paced begin(LiveTest test, LiveService service) {
    try {
      return new Paced(test, service);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops it, and waits until {@code service} has applied all that happened. */
  void end(LiveService service) {
    child.close();
    assertThat(child.await()).isZero();
    ended = Instant.now();
    try {
      for (int i = 0; i < WORKERS; i++) {
        for (String line : Files.readAllLines(Path.of(log + "." + i))) {
          String[] fields = line.split(" ");
          starts.add(new Start(Integer.parseInt(fields[0]), Integer.parseInt(fields[1]), Long.parseLong(fields[2]),
              Long.parseLong(fields[3])));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    starts.sort(Comparator.comparingLong(Start::before));
    assertThat(starts).hasSize(child.said("started")[0]);
    service.awaitWatermark(ended);
  }

  List<Start> starts() {
    return starts;
  }

  /** Each child is known with its name, its history and its end; nobody else is. */
  void assertWhole(String what, LiveService service) {
    Map<Start, JsonNode> execs = execs(service);
    assertRight(what, service, execs, starts);
    assertThat(execs).hasSameSizeAs(starts);
  }

  /** The exec that is known of each child, as far as one is; one that no child can have made is a difference. */
  Map<Start, JsonNode> execs(LiveService service) {
    Map<Integer, List<Start>> byPid = new HashMap<>();
    starts.forEach(start -> byPid.computeIfAbsent(start.pid, pid -> new ArrayList<>()).add(start));
    Map<Start, JsonNode> execs = new HashMap<>();
    service.forEachItem("/search?comm=" + NAME, exec -> {
      long time = nanos(exec.get("mono").asText());
      long exact = isObserved(exec) ? 0 : TICK;
      boolean isKnown = byPid.getOrDefault(exec.get("pid").asInt(), List.of()).stream().anyMatch(start ->
          start.before - exact <= time && time <= start.after && execs.putIfAbsent(start, exec) == null);
      if (!isKnown) {
        differences.add("nobody did: " + exec);
      }
    });
    return execs;
  }

  private static boolean isObserved(JsonNode entry) {
    return entry.get("provenance").asText().equals("observed");
  }

  static long nanos(String seconds) {
    String[] parts = seconds.split("\\.");
    return Long.parseLong(parts[0]) * 1_000_000_000 + Long.parseLong(parts[1]);
  }

  /** Of each of {@code those} its exec was observed, its history is the worker's and that, and it has ended. */
  void assertRight(String what, LiveService service, Map<Start, JsonNode> execs, List<Start> those) {
    List<Start> seen = those.stream().filter(execs::containsKey).toList();
    those.stream().filter(start -> !execs.containsKey(start)).forEach(start -> differences.add("missed: " + start));
    for (int from = 0; from < seen.size(); from += BATCH) {
      compare(service, seen.subList(from, Math.min(seen.size(), from + BATCH)), execs);
    }
    workers.replaceAll((pid, worker) -> service.task(worker.get("task").asText()));
    for (int i = 0; i < seen.size(); i += Math.max(1, seen.size() / SAMPLE)) {
      compareTask(service, seen.get(i), Objects.requireNonNull(execs.get(seen.get(i))));
    }
    System.out.printf("%s: %d children in %d s, %d differences%n", what, those.size(),
        (those.get(those.size() - 1).after - those.get(0).before) / 1_000_000_000, differences.size());
    assertThat(differences.stream().limit(MOST_SHOWN)).as("%s: %d differences", what, differences.size()).isEmpty();
  }

  private void compare(LiveService service, List<Start> some, Map<Start, JsonNode> execs) {
    List<JsonNode> alive = service.lineages("names", some.stream()
        .map(start -> question(start.pid, Objects.requireNonNull(execs.get(start)).get("mono").asText())).toList());
    List<JsonNode> after = service.lineages("names", some.stream()
        .map(start -> question(start.pid, String.format("%d.%09d", start.after / 1_000_000_000,
            start.after % 1_000_000_000))).toList());
    Map<Integer, String> above = new HashMap<>();
    workers.forEach((pid, worker) -> above.put(pid, service.text(worker.get("task").asText(), "names").strip()));
    for (int i = 0; i < some.size(); i++) {
      Start start = some.get(i);
      JsonNode exec = execs.get(start);
      String history = above.get(start.worker) + "=>" + NAME;
      boolean isRight = Arrays.asList(exec.get("history"), alive.get(i).path("history")).stream()
          .allMatch(said -> said.asText().equals(history));
      if (!isRight || !isObserved(exec)) {
        differences.add(start + " was " + history + ": " + exec + alive.get(i));
      }
      if (alive.get(i).path("task").asText().equals(after.get(i).path("task").asText())) {
        differences.add(start + " has ended: " + after.get(i));
      }
    }
  }

  /** Whatever is said of any child is so, if not all; where nothing is doubted since it was its worker's, it is all. */
  void assertNothingWrong(LiveService service, Map<Start, JsonNode> execs) {
    List<Start> seen = starts.stream().filter(execs::containsKey).toList();
    List<JsonNode> answers = service.lineages(seen.stream()
        .map(start -> question(start.pid, Objects.requireNonNull(execs.get(start)).get("mono").asText())).toList());
    for (int i = 0; i < seen.size(); i++) {
      Start start = seen.get(i);
      Lineage lineage = Lineage.parse(answers.get(i).get("history").asText());
      if (!lineage.isPartOf(most(start))) {
        differences.add(start + " can be at most " + most(start) + ": " + answers.get(i));
      }
    }
    for (int i = 0; i < seen.size(); i += Math.max(1, seen.size() / SAMPLE)) {
      Lineage above = above(seen.get(i));
      JsonNode task = service.task(Objects.requireNonNull(execs.get(seen.get(i))).get("task").asText());
      Lineage truth = above.and(NAME, seen.get(i).pid);
      boolean isCertain = task.get("gaps").isEmpty()
          && task.get("reasons").valueStream().noneMatch(reason -> reason.asText().equals("unknown"))
          && task.get("entries").valueStream().skip(above.steps().size()).allMatch(Paced::isObserved);
      if (isCertain && !Lineage.parse(answers.get(i).get("history").asText()).equals(truth)) {
        differences.add(seen.get(i) + " was " + truth + ": " + task);
      }
    }
    assertThat(differences.stream().limit(MOST_SHOWN)).as("%d differences", differences.size()).isEmpty();
  }

  private Lineage above(Start start) {
    return Objects.requireNonNull(lineages.get(start.worker));
  }

  /** /proc can show a worker, and what it starts before that has called exec, by the worker's name. */
  private Lineage most(Start start) {
    Lineage above = above(start);
    String name = above.steps().get(above.steps().size() - 1).name();
    return above.and(name, start.worker).and(name, start.pid).and(NAME, start.pid);
  }

  private static String question(int pid, String mono) {
    return "{\"pid\":" + pid + ",\"at\":\"mono:" + mono + "\"}";
  }

  private void compareTask(LiveService service, Start start, JsonNode exec) {
    JsonNode worker = Objects.requireNonNull(workers.get(start.worker));
    JsonNode task = service.task(exec.get("task").asText());
    boolean isRight = task.get("creator").equals(worker.get("task")) && task.get("state").asText().equals("ended")
        && task.get("reasons").equals(worker.get("reasons")) && task.get("gaps").equals(worker.get("gaps"));
    if (!isRight) {
      differences.add(start + " is as complete as " + worker + ": " + task);
    }
  }
}
