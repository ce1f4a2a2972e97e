package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskhistory.collector.children.Child;
import io.taskhistory.history.Ending;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The service is killed in the middle of a flood, and nothing keeps what it misses. */
@Tag("long")
class KillTest extends LiveTest {

  /** An ended task and what was said of it. */
  private record Said(String task, String history, String start, String end, JsonNode exit) {

    static Said of(LiveService service, String id, JsonNode task) {
      return new Said(id, service.kernelText(id), task.get("start").asText(), task.path("end").asText(),
          task.path("exit"));
    }
  }

  private static List<Said> sample(LiveService service, Flood flood) {
    List<JsonNode> own = flood.own(service, flood.execs(service));
    List<Said> sample = new ArrayList<>();
    for (int i = 0; i < own.size(); i += Math.max(1, own.size() / 300)) {
      String id = own.get(i).get("task").asText();
      JsonNode task = service.task(id);
      // What a task ended with can be a second late: see Ending.known.
      boolean isSettled = task.get("state").asText().equals("ended") && Instant.parse(task.get("end").asText())
          .plusNanos(Ending.REPORT_WITHIN).isBefore(Instant.parse(task.get("watermark").asText()));
      if (isSettled) {
        sample.add(Said.of(service, id, task));
      }
    }
    return sample;
  }

  /** What is said of live processes that live longer than all this takes. */
  private static Map<Integer, ObjectNode> steady(LiveService service, Child... children) {
    Map<Integer, ObjectNode> steady = new HashMap<>();
    for (Child child : children) {
      steady.put(child.pid(), essence(service, child.pid()));
    }
    int self = (int) ProcessHandle.current().pid();
    steady.put(self, essence(service, self));
    steady.put(1, essence(service, 1));
    steady.put(2, essence(service, 2));
    return steady;
  }

  private static ObjectNode essence(LiveService service, int pid) {
    ObjectNode task = (ObjectNode) service.task(pid);
    task.retain("task", "tid", "tgid", "comm", "state", "start", "creator");
    return task.put("history", service.kernelText(pid));
  }

  @Test
  void kill_inAFlood_losesNothingThatWasSaid() {
    Path home = directory.resolve("home");
    Child actor = act("fork", "{", "exec", actor("steady"), "x", "say", "steady", "pause", "}", "pause");
    int inner = actor.said("steady")[0];
    Flood flood;
    List<Said> said;
    Map<Integer, ObjectNode> live;
    ObjectNode innerEssence;
    try (LiveService service = new LiveService(home, "--source", "proc")) {
      Flood running = Flood.begin(this, "15s").identifiedBy(service);
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> running.execs(service).size() > 3000);
      live = steady(service, actor);
      innerEssence = essence(service, inner);
      said = sample(service, running);
      flood = running;
    } // closing kills

    assertThat(said).hasSizeGreaterThan(100);
    try (LiveService service = new LiveService(home, "--source", "proc")) {
      for (Said before : said) {
        assertThat(Said.of(service, before.task, service.task(before.task))).isEqualTo(before);
      }
      assertThat(steady(service, actor)).isEqualTo(live);
      assertThat(essence(service, inner)).isEqualTo(innerEssence);
      flood.await();
      flood.awaitApplied(service);
      flood.assertNothingWrong(service);
      for (Said before : said) {
        assertThat(Said.of(service, before.task, service.task(before.task))).isEqualTo(before);
      }
      assertThat(service.status().get("gaps")).anySatisfy(gap ->
          assertThat(gap.get("cause").asText()).isEqualTo("stopped"));
      ProcComparison.await(service);
    }
  }
}
