package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The service is stopped and started again while tasks live and end, and nothing keeps what it misses. */
class RestartTest extends LiveTest {

  @Test
  void restart_goesOnWhereItStopped() throws InterruptedException {
    Path home = directory.resolve("home");
    Upheaval upheaval;
    String endedId;
    String endedText;
    int ended;
    try (LiveService service = new LiveService(home, "--source", "proc")) {
      upheaval = new Upheaval(this, service);
      Child child = act("fork", "{", "exec", actor("ended"), "x", "say", "ended", "exit", "9", "}", "reap", "pause");
      ended = child.said("ended")[0];
      await().untilAsserted(() -> assertThat(service.task(ended).path("exit").path("code").asInt()).isEqualTo(9));
      endedId = service.task(ended).get("task").asText();
      endedText = service.kernelText(ended);
      assertThat(service.status().get("gap_count").asInt()).isZero();
      service.stop();
    }
    upheaval.happen();
    try (LiveService service = new LiveService(home, "--source", "proc")) {
      upheaval.check(service);
      JsonNode task = service.task(ended);
      assertThat(task.get("task").asText()).isEqualTo(endedId);
      assertThat(task.get("exit").get("code").asInt()).isEqualTo(9);
      assertThat(service.kernelText(ended)).isEqualTo(endedText);
      assertThat(service.status().get("gaps")).singleElement()
          .satisfies(gap -> assertThat(gap.get("cause").asText()).isEqualTo("stopped"));
      ProcComparison.await(service);
      service.stop();
    }
    try (LiveService service = new LiveService(home, "--source", "proc")) {
      upheaval.check(service);
      assertThat(service.status().get("gap_count").asInt()).isEqualTo(2);
      service.stop();
    }
  }

  /** A zombie has ended, and is in /proc until its parent asks for its status. */
  @Test
  void zombie_isNotTakenForAnotherTask() throws InterruptedException {
    Path home = directory.resolve("home");
    Child child = act("wait", "fork", "{", "exec", actor("zombie"), "x", "say", "zombie", "clock", "alive", "exit",
        "3", "}", "pause");
    JsonNode before;
    int zombie;
    Clock alive;
    try (LiveService service = new LiveService(home, "--source", "proc")) {
      child.go();
      zombie = child.said("zombie")[0];
      alive = Clock.of(child, "alive");
      await().untilAsserted(() -> assertThat(service.task(zombie).path("exit").path("code").asInt()).isEqualTo(3));
      before = service.task(zombie);
      assertThat(before.get("exit").get("code").asInt()).isEqualTo(3);
      service.stop();
    }
    assertThat(Witness.stat(zombie).orElseThrow().isDead()).isTrue();
    try (LiveService service = new LiveService(home, "--source", "proc")) {
      for (JsonNode after : new JsonNode[] {service.task(zombie), service.task(zombie, alive.monotonic())}) {
        for (String field : new String[] {"task", "state", "start", "end", "exit", "creator"}) {
          assertThat(after.get(field)).as(field).isEqualTo(before.get(field));
        }
      }
      assertThat(service.items("/search?from=" + before.get("start").asText().substring(0, 19) + "Z"))
          .filteredOn(exec -> exec.get("pid").asInt() == zombie).as("it called exec once").hasSize(1);
      service.stop();
    }
  }
}
