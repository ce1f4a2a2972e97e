package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** Holds the live tasks that the service knows against /proc. */
final class ProcComparison {

  private ProcComparison() {}

  /** Waits until they are the same; tasks come and go on the way, so one look can be between two. */
  static void await(LiveService service) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> compare(service));
  }

  private static void compare(LiveService service) {
    Map<Integer, Long> before = processes();
    Set<Integer> known = service.items("/tree").stream().map(item -> item.get("tid").asInt())
        .collect(Collectors.toCollection(TreeSet::new));
    Map<Integer, Long> after = processes();
    Map<Integer, Long> steady = new HashMap<>(before);
    steady.entrySet().retainAll(after.entrySet());

    assertThat(known).as("whatever lives is known").containsAll(steady.keySet());
    known.removeAll(before.keySet());
    known.removeAll(after.keySet());
    assertThat(known).as("known as live, and dead").isEmpty();

    List<Integer> threads = steady.keySet().stream()
        .flatMap(pid -> Arrays.stream(Witness.threads(pid)).boxed()).toList();
    List<JsonNode> answers = service.lineages(threads.stream().map(tid -> "{\"pid\":" + tid + "}").toList());
    assertThat(answers).hasSameSizeAs(threads).allSatisfy(answer ->
        assertThat(answer.has("error")).as(answer::toString).isFalse());
  }

  /** Pid and start of each that is not a zombie, its leader at least. */
  private static Map<Integer, Long> processes() {
    Map<Integer, Long> starts = new HashMap<>();
    for (int pid : Witness.processes()) {
      Witness.stat(pid).filter(stat -> !stat.isDead()).ifPresent(stat -> starts.put(pid, stat.starttime()));
    }
    return starts;
  }
}
