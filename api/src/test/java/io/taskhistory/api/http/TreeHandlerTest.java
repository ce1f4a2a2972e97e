package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import io.taskhistory.history.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
  void page_afterATaskEnded_goesOnWhereItStood_andTellsOfEndedOnes() {
    String cursor = host.json("/tree?size=4").path("next").asText();
    end(task(4000));
    end(task(3900));
    JsonNode page = host.json("/tree?cursor=" + cursor);
    assertThat(shape(page)).containsExactly("3:3900", "0:2", "1:10");
    assertThat(page.path("items").get(0).path("state").asText()).isEqualTo("ended");
    assertThat(shape(host.json("/tree"))).doesNotContain("3:3900", "3:4000");
    assertThat(host.get("/tree?root=1&cursor=" + cursor).statusCode()).as("of another question").isEqualTo(400);
    assertThat(host.get("/tree?cursor=" + cursor.replaceAll("[0-9]+$", "99")).statusCode()).isEqualTo(400);
  }

  /** A compiler and what it started end while somebody reads the tree. */
  @Test
  void page_afterATaskAndItsCreatorEnded_leavesNothingOut() {
    Task shell = task(3787);
    Task compiler = process(5000, shell);
    Task part = process(5001, compiler);
    process(5002, task(3767));
    JsonNode first = host.json("/tree?size=7");
    assertThat(shape(first)).endsWith("4:5001").doesNotContain("2:5002");
    end(part);
    end(compiler);
    assertThat(shape(host.json("/tree?cursor=" + first.path("next").asText()))).contains("2:5002", "0:2", "1:10");
  }

  /** Whoever goes to its reaper, at once or late, can come to stand before or behind what was told. */
  @Test
  void pages_whileCreatorsEndAtRandom_tellOfEachThatLivesThroughoutOnce() {
    Random random = new Random(20230811);
    int pid = 10_000;
    for (int round = 0; round < 60; round++) {
      List<Task> living = new ArrayList<>(List.of(task(1), task(3767)));
      for (int i = 0; i < 24; i++) {
        living.add(process(pid++, living.get(random.nextInt(living.size()))));
      }
      List<String> told = new ArrayList<>();
      List<Task> came = new ArrayList<>();
      String cursor = "";
      do {
        JsonNode page = host.json("/tree?size=" + (1 + random.nextInt(6)) + cursor);
        page.path("items").forEach(node -> told.add(node.path("task").asText()));
        cursor = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
        for (int i = random.nextInt(4); i > 0 && living.size() > 2; i--) {
          end(living.remove(2 + random.nextInt(living.size() - 2)));
          living.stream().skip(2).filter(task -> random.nextInt(3) > 0).forEach(this::moveOrphan);
        }
        came.add(process(pid++, living.get(random.nextInt(living.size()))));
      } while (cursor != null);
      assertThat(told).as("round " + round).doesNotHaveDuplicates()
          .containsAll(living.stream().map(task -> task.id().toString()).toList());
      living.stream().skip(2).forEach(this::end);
      came.forEach(this::end);
    }
  }

  private Task task(int tid) {
    return host.scene.reader().task(tid).orElseThrow();
  }

  private Task process(int tid, Task creator) {
    long now = host.scene.collector.watermark + Scene.SECOND;
    Task task = host.scene.process(tid, now, creator.entry(), creator);
    host.scene.commit(now);
    return task;
  }

  private void end(Task task) {
    long now = host.scene.collector.watermark + Scene.SECOND;
    host.scene.end(task, now, 0);
    host.scene.commit(now);
  }

  private void moveOrphan(Task task) {
    if (!host.scene.reader().task(task.creator().orElseThrow()).orElseThrow().isLive()) {
      task.reapedBy(task(1).id());
      host.scene.writer().save(task);
    }
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
