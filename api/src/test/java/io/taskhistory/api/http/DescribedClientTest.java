package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Everything that the page does, done by a client that knows {@code /openapi.json} alone. */
class DescribedClientTest {

  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

  private static Running host;
  private static DescribedClient client;

  @BeforeAll
  static void start() throws Exception {
    host = new Running(TOKEN);
    host.scene.endInEveryWay();
    client = new DescribedClient(host.url() + "/openapi.json", TOKEN);
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static List<Integer> tids(List<JsonNode> items) {
    return items.stream().map(item -> item.path("tid").asInt()).toList();
  }

  @Test
  void trees_ofNow_ofThen_andOfATime() throws Exception {
    assertThat(tids(client.items("getTree", Map.of("size", 3)))).contains(1, 3767, 3787, 4000);
    assertThat(tids(client.items("getTree", Map.of("at", "mono:145", "size", 2)))).containsExactly(
        1, 3767, 3787, 3900, 2, 10);
    List<JsonNode> lanes = client.items("getTree", Map.of("from", "mono:141", "to", "mono:175", "root", "3767"));
    assertThat(tids(lanes)).contains(4001);
    assertThat(lanes).allSatisfy(lane -> assertThat(lane.has("execs")).isTrue());
  }

  @Test
  void task_itsHistory_andItsChildren() throws Exception {
    JsonNode task = client.json("getTask", Map.of("tid", "4101"));
    assertThat(task.path("exit").path("by").path("kind").asText()).isEqualTo("task");
    assertThat(client.call("getHistory", Map.of("tid", "3787", "style", "names"), "").text())
        .isEqualTo("swapper/0=>init=>sshd=>bash");
    assertThat(tids(client.items("getChildren", Map.of("tid", "3787", "size", 1)))).contains(3900, 4000, 4001);
    assertThat(client.json("getTask", Map.of("tid", "77")).path("type").asText())
        .isEqualTo("urn:taskhistory:problem:no-such-task");
  }

  @Test
  void search_byLineage() throws Exception {
    assertThat(client.items("search", Map.of("lineage", "sshd=>bash=>*", "size", 1)))
        .extracting(exec -> exec.path("pid").asInt()).containsExactly(4000, 4001);
  }

  @Test
  void auditRecord_andABatch() throws Exception {
    assertThat(client.call("postAuditLog", Map.of("summary", true),
        "type=SYSCALL msg=audit(1691750759.271:108): ppid=3767 pid=3787 success=yes syscall=62 comm=\"bash\"\n").text())
        .contains("type=UNKNOWN[1340]").contains("#taskhistory");
    assertThat(client.call("postLineages", Map.of("style", "names"), "{\"pid\":1}\n").text())
        .contains("\"history\":\"swapper/0=>init\"");
  }

  @Test
  void service_howItDoes() throws Exception {
    assertThat(client.json("getStatus", Map.of()).path("spine").asText()).isEqualTo("proc");
    for (String operation : List.of("getMetrics", "getHealth", "getReadiness")) {
      assertThat(client.call(operation, Map.of(), "").status()).as(operation).isEqualTo(200);
    }
  }

  @Test
  void events_asTheyCome_andFromAPlaceOn() throws Exception {
    Map<String, Object> wanted = Map.of("kind", List.of("exec", "exit"), "comm", "seen");
    try (EventSource source = new EventSource(client.call("getEvents", wanted, "").body())) {
      await().atMost(Duration.ofSeconds(60)).until(() -> !source.events().isEmpty());
      Task shell = host.scene.reader().task(3787).orElseThrow();
      Task task = host.scene.process(5000, 300 * Scene.SECOND,
          host.scene.entry(shell.entry(), 300 * Scene.SECOND, 5000, "seen", Provenance.OBSERVED), shell);
      host.scene.commit(301 * Scene.SECOND);
      host.scene.end(task, 302 * Scene.SECOND, 0);
      host.scene.commit(303 * Scene.SECOND);
      await().atMost(Duration.ofSeconds(60)).until(() -> source.happened().size() == 2);
      source.events().forEach(event -> client.checkEvent(event.kind(), event.data()));
      Map<String, Object> again = Map.of("kind", List.of("exec", "exit"), "comm", "seen", "Last-Event-ID",
          source.happened().get(0).id());
      try (EventSource rest = new EventSource(client.call("getEvents", again, "").body())) {
        await().atMost(Duration.ofSeconds(60)).until(() -> rest.happened().size() == 1);
        assertThat(rest.happened()).isEqualTo(source.happened().subList(1, 2));
      }
    }
  }
}
