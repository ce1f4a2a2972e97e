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
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Two workers that start a short program over and over, as fast as they can; and what is said about it. */
final class Flood {

  /** The name of what is started over and over; nothing else on the machine has it. */
  static final String NAME = "drop-of-a-flood";

  private static final long SUM_MODULUS = 1_000_000_007;

  private final Child child;
  private final Lineage truth;
  private final List<Integer> workers = new ArrayList<>();
  private final Instant begun = Instant.now();
  private final List<String> workerTasks = new ArrayList<>();
  private String task = "";
  private Instant ended = Instant.MAX;
  private int started;
  private int sum;

  private Flood(Child child) {
    this.child = child;
    truth = Witness.lineage(child.pid());
    workers.add(child.said("worker")[0]);
    workers.add(child.said("worker")[0]);
  }

  /** Begins one of {@code count} starts or, as in {@code 20s}, of so many seconds. */
  static Flood begin(LiveTest test, String count) {
    try {
      Path program = test.directory.resolve(NAME);
      Files.copy(Programs.tiny(), program, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
      return new Flood(test.keep(Child.run(Programs.flood(), count, "2", program.toString(), "stay")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lets {@code service} tell who the flood and its workers are, before their pids can be anybody else's. */
  Flood identifiedBy(LiveService service) {
    task = service.task(child.pid()).get("task").asText();
    for (int worker : workers) {
      workerTasks.add(service.task(worker).get("task").asText());
    }
    return this;
  }

  int started() {
    return started;
  }

  /** Waits for its end; it tells what it started. */
  void await() {
    int[] said = child.said("started");
    started = said[0];
    sum = said[1];
    child.go();
    assertThat(child.await()).isZero();
    ended = Instant.now();
  }

  /** Waits until all that happened in it has been applied. */
  void awaitApplied(LiveService service) {
    service.awaitWatermark(ended);
  }

  /** The execs that are known from its time, of whatever process. */
  List<JsonNode> execs(LiveService service) {
    // The wall clock as the service tells it is exact to a millisecond.
    return service.items("/search?from=" + begun.minusMillis(10)
        + (ended.equals(Instant.MAX) ? "" : "&to=" + ended.plusMillis(10)));
  }

  /** Those among {@code execs} that it started, by their histories. */
  List<JsonNode> own(LiveService service, List<JsonNode> execs) {
    String above = service.text(task, "names").strip() + "=>";
    return execs.stream().filter(exec -> exec.get("history").asText().startsWith(above)).toList();
  }

  /** Nothing is missing and nothing is too much: by number, by pids, and by the history of each. */
  void assertWhole(LiveService service) {
    List<JsonNode> execs = execs(service);
    List<JsonNode> own = own(service, execs);
    assertThat(own.size()).as("under %s, of %d execs, the last being %s", service.text(task, "names"), execs.size(),
        execs.get(execs.size() - 1)).isEqualTo(started);
    assertThat(own.stream().mapToLong(exec -> exec.get("pid").asInt()).sum() % SUM_MODULUS).isEqualTo(sum);
    Lineage above = service.lineage(task);
    lineages(service, own).forEach((exec, lineage) -> {
      Lineage is = above.and(NAME, exec.get("pid").asInt());
      assertThat(lineage.isButForNames(is)).as("%s is %s", lineage, is).isTrue();
    });
    assertThat(workerTasks.stream().mapToInt(worker -> service.items("/tasks/" + worker + "/children").size()).sum())
        .isEqualTo(started);
  }

  /** Whatever is said of anything that it started, or that has its name, is so. */
  void assertNothingWrong(LiveService service) {
    List<JsonNode> execs = execs(service);
    Set<JsonNode> own = Collections.newSetFromMap(new IdentityHashMap<>());
    own.addAll(own(service, execs));
    List<JsonNode> concerned =
        execs.stream().filter(exec -> own.contains(exec) || exec.get("name").asText().equals(NAME)).toList();
    assertThat(concerned).isNotEmpty();
    lineages(service, concerned).forEach((exec, lineage) ->
        assertThat(workers).as("%s in %s", lineage, truth).anySatisfy(worker ->
            assertThat(lineage.isPartOf(truth(worker, exec.get("pid").asInt()))).isTrue()));
    assertCreators(service, concerned);
  }

  /** Of some, since each is a question: where the creator is known, it is a worker. */
  private void assertCreators(LiveService service, List<JsonNode> execs) {
    for (int i = 0; i < execs.size(); i += Math.max(1, execs.size() / 300)) {
      JsonNode creator = service.task(execs.get(i).get("task").asText()).get("creator");
      if (!creator.isNull()) {
        assertThat(workers).contains(service.task(creator.asText()).get("tid").asInt());
      }
    }
  }

  /** /proc can show a worker, and what it starts before that has called exec, by the flood's name. */
  private Lineage truth(int worker, int pid) {
    String name = truth.steps().get(truth.steps().size() - 1).name();
    return truth.and(name, worker).and(name, pid).and(NAME, pid);
  }

  /** What a batch answers about each of {@code execs} at its time. */
  private static Map<JsonNode, Lineage> lineages(LiveService service, List<JsonNode> execs) {
    List<JsonNode> answers = service.lineages(execs.stream()
        .map(exec -> "{\"pid\":" + exec.get("pid") + ",\"at\":\"mono:" + exec.get("mono").asText() + "\"}").toList());
    assertThat(answers).hasSameSizeAs(execs);
    Map<JsonNode, Lineage> lineages = new IdentityHashMap<>();
    for (int i = 0; i < answers.size(); i++) {
      JsonNode answer = answers.get(i);
      assertThat(answer.has("history")).as("%s of %s", answer, execs.get(i)).isTrue();
      assertThat(answer.get("task")).as("%s, found as %s", answer, execs.get(i)).isEqualTo(execs.get(i).get("task"));
      lineages.put(execs.get(i), Lineage.parse(answer.get("history").asText()));
    }
    return lineages;
  }
}
