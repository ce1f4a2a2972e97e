package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TreeHandlerTest {

  private Running host;

  @BeforeEach
  void start() {
    host = new Running();
  }

  @AfterEach
  void stop() {
    host.close();
  }

  private static List<String> shape(JsonNode page) {
    List<String> shape = new ArrayList<>();
    page.path("items").forEach(node -> shape.add(node.path("depth").asInt() + ":" + node.path("tid").asInt()));
    return shape;
  }

  @Test
  void tree_isLiveProcessesInPreorder() {
    JsonNode page = host.json("/tree");
    assertThat(shape(page)).containsExactly("0:1", "1:3767", "2:3787", "3:4000", "3:3900", "0:2", "1:10");
    assertThat(page.get("next").isNull()).isTrue();
    JsonNode shell = page.path("items").get(2);
    assertThat(shell.path("children").asInt()).isEqualTo(2);
    assertThat(shell.path("threads").asInt()).isEqualTo(2);
    assertThat(shell.path("parent").asText()).isEqualTo(Scene.KEY + "-3767-120000000000");
    assertThat(page.path("items").get(0).get("parent").isNull()).isTrue();
  }

  @Test
  void tree_fromARoot_isThatPart() {
    assertThat(shape(host.json("/tree?root=3787"))).containsExactly("0:3787", "1:4000", "1:3900");
    assertThat(shape(host.json("/tree?root=3788"))).as("a thread's process").startsWith("0:3787");
    assertThat(shape(host.json("/tree?root=1&depth=1"))).containsExactly("0:1", "1:3767");
    assertThat(host.get("/tree?root=4001").statusCode()).isEqualTo(404);
    assertThat(host.get("/tree?root=77").statusCode()).isEqualTo(404);
    assertThat(host.get("/tree?depth=x").statusCode()).isEqualTo(400);
    assertThat(host.get("/tree?cursor=x").statusCode()).isEqualTo(400);
  }

  @Test
  void tree_pageByPage_isTheWhole() {
    for (int size = 1; size < 8; size++) {
      assertThat(paged("/tree?size=" + size)).isEqualTo(shape(host.json("/tree")));
      assertThat(paged("/tree?root=3767&depth=1&size=" + size)).isEqualTo(shape(host.json("/tree?root=3767&depth=1")));
    }
  }

  private List<String> paged(String path) {
    List<String> paged = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = host.json(path + cursor);
      paged.addAll(shape(page));
      cursor = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
    } while (cursor != null);
    return paged;
  }

  @Test
  void cursor_ofATaskThatEndedMeanwhile_goesOnWhereItStood() {
    String cursor = host.json("/tree?size=4").path("next").asText();
    Task odd = host.scene.reader().task(TaskId.parse(cursor).orElseThrow()).orElseThrow();
    host.scene.end(odd, 190 * Scene.SECOND, 0);
    host.scene.commit(191 * Scene.SECOND);
    assertThat(shape(host.json("/tree?cursor=" + cursor))).containsExactly("3:3900", "0:2", "1:10");
  }

  @Test
  void process_whoseCreatorEnded_standsBelowItsReaper() {
    Task shell = host.scene.reader().task(3787).orElseThrow();
    Task init = host.scene.reader().task(1).orElseThrow();
    Task odd = host.scene.reader().task(4000).orElseThrow();
    host.scene.end(shell, 190 * Scene.SECOND, 0);
    odd.reapedBy(init.id());
    host.scene.writer().save(odd);
    host.scene.commit(191 * Scene.SECOND);
    assertThat(shape(host.json("/tree"))).contains("1:4000").contains("0:3900").doesNotContain("2:3787");
  }

  @Test
  void tree_thousandsDeep_isAnswered() {
    Task parent = host.scene.reader().task(4000).orElseThrow();
    for (int i = 0; i < 9000; i++) {
      parent = host.scene.process(10_000 + i, 200 * Scene.SECOND + i, parent.entry(), parent);
    }
    host.scene.commit(210 * Scene.SECOND);
    JsonNode items = host.json("/tree?size=10000&root=4000").path("items");
    assertThat(items).hasSize(9001);
    assertThat(items.get(9000).path("depth").asInt()).isEqualTo(9000);
  }
}
