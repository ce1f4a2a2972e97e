package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code exit} of {@code /tasks/{tid}}. */
class TaskExitTest {

  private static Running host;

  @BeforeAll
  static void start() {
    host = new Running();
    host.scene.endInEveryWay();
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static String exit(int which) {
    return host.json("/tasks/" + (Scene.ENDED + which)).path("exit").toString();
  }

  @Test
  void task_killedByAnother_namesItAsItWasThen() {
    assertThat(exit(0)).isEqualTo("{\"signal\":9,\"signal_name\":\"SIGKILL\",\"core_dumped\":false,\"by\":{"
        + "\"kind\":\"task\",\"time\":\"2023-08-11T10:46:20.000000000Z\",\"si_code\":0,\"si_code_name\":\"SI_USER\","
        + "\"task\":\"" + Scene.KEY + "-3787-130000000000\",\"tid\":3787,\"comm\":\"bash\","
        + "\"history\":\"swapper/0=>init=>sshd=>bash\",\"complete\":true}}");
    JsonNode by = Running.parse(exit(1)).path("by");
    assertThat(by.path("comm").asText()).isEqualTo("a\\040\\042\\075\\076\\012\\033\\13331m\\077");
    assertThat(by.path("history").asText()).endsWith("=>bash=>" + by.path("comm").asText());
    assertThat(by.path("complete").asBoolean()).isFalse();
    assertThat(by.path("si_code_name").asText()).isEqualTo("SI_TKILL");
  }

  @Test
  void task_killedByNoTask_tellsWhatMadeTheSignal() {
    String at = "\"time\":\"2023-08-11T10:46:20.000000000Z\",";
    assertThat(exit(2)).isEqualTo("{\"signal\":11,\"signal_name\":\"SIGSEGV\",\"core_dumped\":true,"
        + "\"by\":{\"kind\":\"kernel\"," + at + "\"si_code\":1,\"si_code_name\":\"SEGV_MAPERR\"}}");
    assertThat(exit(3)).isEqualTo("{\"signal\":14,\"signal_name\":\"SIGALRM\",\"core_dumped\":false,"
        + "\"by\":{\"kind\":\"interrupt\"," + at + "\"si_code\":128,\"si_code_name\":\"SI_KERNEL\"}}");
    assertThat(exit(4)).isEqualTo("{\"signal\":9,\"signal_name\":\"SIGKILL\",\"core_dumped\":false,\"oom\":true,"
        + "\"by\":{\"kind\":\"kernel\"," + at + "\"si_code\":128,\"si_code_name\":\"SI_KERNEL\"}}");
  }

  @Test
  void task_killedBySomebodyWhomNobodyKnows_saysNoMore() {
    assertThat(Running.parse(exit(5)).path("by").properties()).extracting(Map.Entry::getKey)
        .containsExactly("kind", "time", "si_code", "si_code_name");
    JsonNode forgotten = Running.parse(exit(6)).path("by");
    assertThat(forgotten.properties()).extracting(Map.Entry::getKey)
        .containsExactly("kind", "time", "si_code", "task", "tid");
    assertThat(forgotten.path("task").asText()).isEqualTo(Scene.KEY + "-4999-1");
  }

  @Test
  void task_whoseStatusWasNotReported_endedWithZeroWhereAReportWouldHaveCome() {
    assertThat(exit(8)).isEqualTo("{\"code\":0}");
    assertThat(exit(9)).as("within the last second").isEqualTo("{\"unknown\":true}");
    assertThat(exit(10)).as("beside a gap").isEqualTo("{\"unknown\":true}");
  }
}
