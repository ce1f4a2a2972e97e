package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Processes that exec themselves on and on, with arguments as long as they can be and as bad to write. */
class LongHistoriesTest {

  private static final int PID = 5000;
  private static final RawText WORST = RawText.of(new byte[Details.MAX_ARGV_BYTES]);

  private final Running host = new Running();
  private final Task shell = host.scene.reader().task(3787).orElseThrow();

  @AfterEach
  void stop() {
    host.close();
  }

  private Task execs(int count, boolean detailed) {
    Entry entry = shell.entry();
    for (int i = 0; i < count; i++) {
      entry = new Entry(entry, 150 * Scene.SECOND + i, PID, RawText.of("again"), Provenance.OBSERVED);
      if (detailed) {
        entry.detail(new Details(WORST, WORST, List.of(WORST), true, WORST, 1000, 1000, 1000, 1000, 1000, 1, WORST,
            WORST, RawText.UNKNOWN, PID));
      }
      host.scene.writer().save(entry);
    }
    Task task = host.scene.process(PID, 149 * Scene.SECOND, entry, shell);
    host.scene.commit(181 * Scene.SECOND);
    return task;
  }

  @Test
  void answer_aboutManyExecsWithLongArguments_isBounded_andTellsOfEachExec() {
    execs(300, true);
    HttpResponse<String> answer = host.get("/tasks/" + PID);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body().length()).isLessThan(2 << 20);
    JsonNode entries = Running.parse(answer.body()).path("entries");
    assertThat(entries).hasSize(304);
    JsonNode last = entries.get(entries.size() - 1);
    assertThat(last.path("argv").get(0).asText()).startsWith("\\000\\000");
    assertThat(last.has("omitted")).isFalse();
    JsonNode first = entries.get(4);
    assertThat(first.path("omitted").asBoolean()).isTrue();
    assertThat(first.has("argv")).isFalse();
    assertThat(first.path("uid").asLong()).isEqualTo(1000);
    assertThat(entries.get(0).has("omitted")).as("nothing is known of it").isFalse();
    assertThat(host.json("/search?comm=again&size=1").path("items").get(0).has("argv")).isTrue();
  }

  @Test
  @Tag("long")
  void answer_aboutMoreExecsThanItCanBeMadeOf_isRefusedWithAWayOut() {
    execs(20_001, false);
    HttpResponse<String> answer = host.get("/tasks/" + PID);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("history-too-long").contains("/history with a limit");
    assertThat(host.get("/tasks/" + PID + "/history?limit=0").statusCode()).isEqualTo(400);
    assertThat(host.get("/tasks/" + PID + "/history").body()).endsWith("name=again;pid=5000;start=20230811104559");
  }
}
