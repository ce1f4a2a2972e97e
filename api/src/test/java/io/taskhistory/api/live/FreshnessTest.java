package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.children.Child;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Questions about now, asked as soon as the new image has written its first byte. */
class FreshnessTest extends AskingTest {

  private static final int TIMES = 100;

  @Test
  void exec_justDone_isInTheAnswer() {
    String[] programs = {actor("even"), actor("odd")};
    List<String> steps = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      steps.addAll(List.of("wait", "exec", programs[i % 2], "x", "clock", "done"));
    }
    steps.add("pause");
    Child child = act(steps.toArray(String[]::new));
    Lineage truth = service().lineage(child.pid());
    for (int i = 0; i < TIMES; i++) {
      child.go();
      Clock done = Clock.of(child, "done");
      truth = truth.and(i % 2 == 0 ? "even" : "odd", child.pid());
      assertThat(lineageAfter(done, child.pid())).as("exec %d", i).isEqualTo(truth);
    }
    assertLimited(child.pid());
  }

  @Test
  void forkAndExec_justDone_areInTheAnswer() {
    List<String> steps = new ArrayList<>(List.of("say", "parent"));
    for (int i = 0; i < TIMES; i++) {
      steps.addAll(List.of("fork", "{", "exec", actor("child"), "x", "clock", "done", "say", "child", "wait", "exit",
          "0", "}", "reap"));
    }
    steps.add("pause");
    Child child = act(steps.toArray(String[]::new));
    child.said("parent");
    Lineage above = service().lineage(child.pid());
    for (int i = 0; i < TIMES; i++) {
      Clock done = Clock.of(child, "done");
      int pid = child.said("child")[0];
      assertThat(lineageAfter(done, pid)).as("child %d", i).isEqualTo(above.and("child", pid));
      child.go();
    }
  }

  /** What a question about now is answered. How long it waits is bounded, and the answer says where that ran out. */
  private static Lineage lineageAfter(Clock done, int pid) {
    Instant wall = done.instant();
    while (true) {
      HttpResponse<String> response = service().ask("/tasks/" + pid + "/history?style=kernel&limit=0");
      assertThat(response.headers().firstValue("Taskhistory-Watermark")).isPresent();
      Instant watermark = response.headers().firstValue("Taskhistory-Watermark").map(Instant::parse).orElseThrow();
      if (!watermark.isBefore(wall)) {
        assertThat(response.statusCode()).isEqualTo(200);
        return Lineage.parse(response.body());
      }
    }
  }

  /** Of a long history the style {@code kernel} has as many items from the end as fit. */
  private static void assertLimited(int pid) {
    String whole = service().kernelText(pid).strip();
    String limited = service().text(pid, "kernel").strip();
    assertThat(whole).endsWith("=>" + limited);
    assertThat(limited).startsWith("name=").hasSizeLessThanOrEqualTo(1024 - 3);
    String dropped = whole.substring(0, whole.length() - limited.length());
    int last = dropped.lastIndexOf("=>", dropped.length() - 3);
    assertThat(dropped.length() - last - 2 + limited.length()).as("one more would be too long").isGreaterThan(1024 - 3);
  }
}
