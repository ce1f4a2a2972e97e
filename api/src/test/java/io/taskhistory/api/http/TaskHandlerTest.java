package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskHandlerTest {

  private static final String SHELL = "name=swapper/0;pid=1;start=20230811194329=>name=init;pid=1;start=20230811194343"
      + "=>name=sshd;pid=3767;start=20230811104535=>name=bash;pid=3787;start=20230811104549";

  private static Running host;

  @BeforeAll
  static void start() {
    host = new Running();
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  @Test
  void task_live_tellsHowItCameToBe() {
    JsonNode task = host.json("/tasks/3787");
    assertThat(task.path("task").asText()).isEqualTo(Scene.KEY + "-3787-130000000000");
    assertThat(task.path("comm").asText()).isEqualTo("bash");
    assertThat(task.path("state").asText()).isEqualTo("live");
    assertThat(task.path("start").asText()).isEqualTo("2023-08-11T10:45:39.000000000Z");
    assertThat(task.get("end").isNull()).isTrue();
    assertThat(task.get("exit").isNull()).isTrue();
    assertThat(task.path("boot").asText()).isEqualTo(Scene.BOOT);
    assertThat(task.path("creator").asText()).isEqualTo(Scene.KEY + "-3767-120000000000");
    assertThat(task.path("reaper").asText()).isEqualTo(Scene.KEY + "-3767-120000000000");
    assertThat(task.path("complete").asBoolean()).isTrue();
    assertThat(task.path("reasons")).isEmpty();
    assertThat(task.path("entries").findValuesAsText("name")).containsExactly("swapper/0", "init", "sshd", "bash");
    assertThat(task.path("watermark").asText()).isEqualTo("2023-08-11T10:46:29.000000000Z");
  }

  @Test
  void task_withDetails_hasThoseThatAreKnownAndNoOther() {
    JsonNode entries = host.json("/tasks/3787").path("entries");
    JsonNode sshd = entries.get(2);
    assertThat(sshd.path("exe").asText()).isEqualTo("/usr/sbin/sshd");
    assertThat(sshd.path("argv").get(1).asText()).isEqualTo("a \"=>\\012\\033[31m?");
    assertThat(sshd.path("uid").asLong()).isZero();
    assertThat(sshd.path("loginuid").asLong()).isEqualTo(4294967295L);
    assertThat(sshd.path("mono").asText()).isEqualTo("126.000000000");
    assertThat(sshd.path("provenance").asText()).isEqualTo("resolved");
    assertThat(entries.get(3).properties()).extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder("name", "pid", "start", "mono", "provenance");
  }

  @Test
  void task_ofHostileName_isEscaped() {
    String body = host.get("/tasks/4000").body();
    assertThat(body.chars().filter(c -> c < ' ')).isEmpty();
    JsonNode task = Running.parse(body);
    assertThat(task.path("comm").asText()).isEqualTo("a\\040\\042\\075\\076\\012\\033\\13331m\\077");
    assertThat(task.path("complete").asBoolean()).isFalse();
    assertThat(task.path("reasons").toString()).isEqualTo("[\"snapshot\",\"creator-assumed\",\"gap\"]");
    JsonNode gap = task.path("gaps").get(0);
    assertThat(gap.path("source").asText()).isEqualTo("proc");
    assertThat(gap.path("cause").asText()).isEqualTo("overflow");
    assertThat(gap.get("lost").isNull()).isTrue();
  }

  @Test
  void task_whoseNameIsUnknown_isABareQuestionMark() {
    assertThat(host.json("/tasks/4001").path("comm").asText()).isEqualTo("?");
    assertThat(host.get("/tasks/4001/history?style=names").body()).isEqualTo("swapper/0=>init=>sshd=>bash=>?");
  }

  @Test
  void task_endedBySignal_namesIt() {
    JsonNode task = host.json("/tasks/4001");
    assertThat(task.path("state").asText()).isEqualTo("ended");
    assertThat(task.path("end").asText()).isEqualTo("2023-08-11T10:46:10.000000000Z");
    assertThat(task.path("exit").toString())
        .isEqualTo("{\"signal\":11,\"signal_name\":\"SIGSEGV\",\"core_dumped\":true}");
  }

  @Test
  void task_whosePidWasReused_isTheOneThatHeldItThen() {
    assertThat(host.json("/tasks/3900").path("task").asText()).isEqualTo(Scene.KEY + "-3900-170000000000");
    JsonNode first = host.json("/tasks/3900?at=mono:159.999999999");
    assertThat(first.path("task").asText()).isEqualTo(Scene.KEY + "-3900-142000000000");
    assertThat(first.path("exit").toString()).isEqualTo("{\"code\":3}");
    assertThat(host.get("/tasks/3900?at=mono:160").statusCode()).as("its end is no part of its life").isEqualTo(404);
  }

  @Test
  void task_byItsId_isThatOneForEver() {
    assertThat(host.json("/tasks/" + Scene.KEY + "-3900-142000000000").path("state").asText()).isEqualTo("ended");
    assertThat(host.get("/tasks/" + Scene.KEY + "-3900-142000000000?at=mono:171").statusCode()).isEqualTo(404);
    assertThat(host.get("/tasks/" + Scene.KEY + "-3900-1").statusCode()).isEqualTo(404);
  }

  @Test
  void task_ofKernel_isKnownAsOne() {
    assertThat(host.json("/tasks/2").path("kernel_thread").asBoolean()).isTrue();
    assertThat(host.json("/tasks/10").path("kernel_thread").asBoolean()).isTrue();
    assertThat(host.json("/tasks/1").path("kernel_thread").asBoolean()).isFalse();
  }

  @Test
  void task_thatIsAThread_sharesItsProcessesHistory() {
    JsonNode thread = host.json("/tasks/3788");
    assertThat(thread.path("tgid").asInt()).isEqualTo(3787);
    assertThat(thread.path("comm").asText()).isEqualTo("worker");
    assertThat(thread.path("entries")).isEqualTo(host.json("/tasks/3787").path("entries"));
  }

  @ParameterizedTest
  @CsvSource({
      "2023-08-11T10:45:48Z, sshd", "2023-08-11T10:45:49Z, bash", "2023-08-11t12:45:49.0%2b02:00, bash",
      "1691750748.999999999, sshd", "1691750749, bash", "mono:139.999999999, sshd", "mono:140, bash"})
  void task_atATime_isWhatItWasThen(String at, String comm) {
    assertThat(host.json("/tasks/3787?at=" + at).path("comm").asText()).isEqualTo(comm);
  }

  @Test
  void task_atATimeOfAnEarlierBoot_isTheOneOfThatBoot() {
    for (String at : List.of("2023-08-01T00:10:00Z", "mono:600&boot=aaaa", "mono:600&boot=" + Scene.EARLIER_BOOT)) {
      JsonNode task = host.json("/tasks/1?at=" + at);
      assertThat(task.path("comm").asText()).as(at).isEqualTo("oldinit");
      assertThat(task.path("exit").toString()).isEqualTo("{\"unknown\":true}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "/tasks/77", "/tasks/4194304", "/tasks/2147483647", "/tasks/3787?at=mono:129", "/tasks/1?at=2020-01-01T00:00:00Z",
      "/tasks/1?at=mono:1&boot=c", "/tasks/1?at=2023-08-05T00:00:00Z", "/tasks/77/history", "/tasks/77/children"})
  void task_thatNobodyKnows_is404(String path) {
    HttpResponse<String> answer = host.get(path);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = Running.parse(answer.body());
    assertThat(problem.path("type").asText()).startsWith("urn:taskhistory:problem:no-such-");
    assertThat(problem.path("status").asInt()).isEqualTo(404);
    assertThat(problem.path("detail").asText()).isNotEmpty();
    assertThat(answer.headers().firstValue("Taskhistory-Watermark")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "/tasks/0", "/tasks/-1", "/tasks/x", "/tasks/2147483648", "/tasks/99999999999", "/tasks/1-2-3", "/tasks/1%0a",
      "/tasks/1?at=yesterday", "/tasks/1?at=", "/tasks/1?at=2023-02-30T00:00:00Z", "/tasks/1?at=2023-08-11T10:45:49",
      "/tasks/1?at=1.1234567890", "/tasks/1?at=mono:", "/tasks/1?at=mono:-1", "/tasks/1?at=99999999999",
      "/tasks/1?at=9999-01-01T00:00:00Z", "/tasks/1?at=1&at=2", "/tasks/1?boot=aaaa",
      "/tasks/1?at=mono:1&boot=", "/tasks/1?at=mono:1&boot=%1b", "/tasks/1?what=1", "/tasks/1/history?style=xml",
      "/tasks/1/history?limit=255", "/tasks/1/history?limit=-1", "/tasks/1/history?limit=1e3",
      "/tasks/1/children?size=0", "/tasks/1/children?cursor=1", "/tasks/1/children?size=99999"})
  void question_malformed_is400(String path) {
    HttpResponse<String> answer = host.get(path);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(Running.parse(answer.body()).path("detail").asText()).isNotEmpty();
    assertThat(answer.body().chars().filter(c -> c < ' ' || c > 126)).isEmpty();
  }

  @Test
  void parameter_unknown_isNamed() {
    JsonNode problem = host.json("/tasks/1?limit=5");
    assertThat(problem.path("type").asText()).isEqualTo("urn:taskhistory:problem:unknown-parameter");
    assertThat(problem.path("detail").asText()).contains("\"limit\"");
  }

  @Test
  void history_inEveryStyle_isTheText() {
    HttpResponse<String> answer = host.get("/tasks/3787/history");
    assertThat(answer.headers().firstValue("Content-Type")).hasValueSatisfying(
        type -> assertThat(type).startsWith("text/plain"));
    assertThat(answer.body()).isEqualTo(SHELL);
    assertThat(host.get("/tasks/3787/history?style=kernel&limit=0").body()).isEqualTo(SHELL);
    assertThat(host.get("/tasks/3787/history?style=names").body()).isEqualTo("swapper/0=>init=>sshd=>bash");
    assertThat(host.get("/tasks/3787/history?style=domain").body()).isEqualTo("<kernel> init /usr/sbin/sshd bash");
    assertThat(host.get("/tasks/3787/history?at=mono:130").body())
        .isEqualTo(SHELL.substring(0, SHELL.lastIndexOf("=>name=bash")));
  }

  @Test
  void history_ofAKernelThread_isTheRootAlone() {
    assertThat(host.get("/tasks/10/history?style=names").body()).isEqualTo("swapper/0");
  }

  @Test
  void children_areAllOfThem_pageByPage() {
    List<String> all = host.json("/tasks/3787/children").path("items").findValuesAsText("task");
    assertThat(all).hasSize(5);
    List<String> paged = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = host.json("/tasks/3787/children?size=2" + cursor);
      paged.addAll(page.path("items").findValuesAsText("task"));
      cursor = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
    } while (cursor != null);
    assertThat(paged).isEqualTo(all);
  }

  @Test
  void question_aboutNow_waitsOnce() {
    host.scene.collector.waits.set(0);
    host.get("/tasks/3787");
    assertThat(host.scene.collector.waits).hasValue(1);
    host.get("/tasks/3787?at=mono:140");
    assertThat(host.scene.collector.waits).as("what is past is known").hasValue(1);
    host.get("/tasks/3787?at=2040-01-01T00:00:00Z");
    assertThat(host.scene.collector.waits).hasValue(2);
  }
}
