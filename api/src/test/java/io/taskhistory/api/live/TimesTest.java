package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Questions about times, ended tasks and reused pids, on the live kernel. */
class TimesTest extends AskingTest {

  private static void untilEnded(Object task) {
    await().untilAsserted(() -> assertThat(service().task(task).get("state").asText()).isEqualTo("ended"));
  }

  /** Wall-clock answers are exact to the tolerance of the clocks' ledger, a millisecond. */
  private static void letTheWallClockGoOn() throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(20);
  }

  @Test
  void pid_reused_isWhoeverHeldItThen() {
    int tid = Witness.freeTid();
    String number = Integer.toString(tid);
    Child child = act(
        "withtid", number, "{", "exec", actor("first"), "x", "say", "first", "clock", "one", "wait", "exit", "7", "}",
        "reap", "wait", "clock", "none",
        "withtid", number, "{", "exec", actor("second"), "x", "say", "second", "clock", "two", "wait", "kill", "9", "}",
        "reap", "pause");
    Lineage above = service().lineage(child.pid());

    assertThat(child.said("first")[0]).isEqualTo(tid);
    Clock one = Clock.of(child, "one");
    String first = service().task(tid).get("task").asText();
    assertThat(service().lineage(tid)).isEqualTo(above.and("first", tid));
    child.go();
    assertThat(child.said("reaped")).containsExactly(tid, 7 << 8);
    untilEnded(tid);
    untilReported(first); // while nobody else has the tid; a report that comes later can be nobody's
    child.go();
    Clock none = Clock.of(child, "none");

    assertThat(child.said("second")[0]).isEqualTo(tid);
    Clock two = Clock.of(child, "two");
    String second = service().task(tid).get("task").asText();
    assertThat(second).isNotEqualTo(first);
    assertThat(service().lineage(tid)).isEqualTo(above.and("second", tid));
    assertThat(service().lineage(tid, one.monotonic())).isEqualTo(above.and("first", tid));
    child.go();
    assertThat(child.said("reaped")).containsExactly(tid, 9);
    untilEnded(tid);
    untilReported(second);

    assertThat(service().task(tid).get("task").asText()).as("the last holder").isEqualTo(second);
    assertThat(service().task(tid, one.monotonic()).get("task").asText()).isEqualTo(first);
    assertThat(service().task(tid, two.monotonic()).get("task").asText()).isEqualTo(second);
    assertThat(service().ask("/tasks/" + tid + "?at=" + none.monotonic()).statusCode()).isEqualTo(404);
    assertThat(service().task(first).get("exit").get("code").asInt()).isEqualTo(7);
    assertThat(service().task(second).get("exit").get("signal").asInt()).isEqualTo(9);
    assertThat(service().task(second).get("exit").get("signal_name").asText()).isEqualTo("SIGKILL");
  }

  private static void untilReported(Object task) {
    await().until(() -> !service().task(task).path("exit").path("unknown").asBoolean(false));
  }

  @Test
  void pid_reusedAtOnce_neverMixesLives() {
    int lives = 50;
    int tid = Witness.freeTid();
    List<String> steps = new ArrayList<>();
    for (int i = 0; i < lives; i++) {
      steps.addAll(List.of("withtid", Integer.toString(tid), "{", "exec", actor("life" + i), "x", "clock", "lives",
          "exit", Integer.toString(i), "}", "reap"));
    }
    steps.add("pause");
    Child child = act(steps.toArray(String[]::new));
    List<Clock> clocks = new ArrayList<>();
    for (int i = 0; i < lives; i++) {
      clocks.add(Clock.of(child, "lives"));
      assertThat(child.said("reaped")).containsExactly(tid, i << 8);
    }
    untilEnded(tid);
    Lineage above = service().lineage(child.pid());
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < lives; i++) {
      JsonNode task = service().task(tid, clocks.get(i).monotonic());
      assertThat(ids.add(task.get("task").asText())).as("another task each time").isTrue();
      Lineage lineage = service().lineage(tid, clocks.get(i).monotonic());
      assertThat(lineage.isButForNames(above.and("life" + i, tid))).as("life %d: %s", i, lineage).isTrue();
      assertThat(task.get("state").asText()).isEqualTo("ended");
      assertThat(task.get("exit").path("code").asInt(i)).as("its own, or unknown").isEqualTo(i);
    }
  }

  @Test
  void ended_staysAsItWas() {
    Child child = act("fork", "{", "exec", actor("brief"), "x", "say", "brief", "exit", "42", "}", "reap", "fork", "{",
        "say", "killed", "kill", "15", "}", "reap", "pause");
    int brief = child.said("brief")[0];
    assertThat(child.said("reaped")).containsExactly(brief, 42 << 8);
    int killed = child.said("killed")[0];
    assertThat(child.said("reaped")).containsExactly(killed, 15);
    untilEnded(brief);
    untilEnded(killed);
    untilReported(brief);
    untilReported(killed);
    Lineage above = service().lineage(child.pid());
    JsonNode task = service().task(brief);
    assertThat(service().lineage(brief).isButForNames(above.and("brief", brief))).isTrue();
    assertThat(task.get("exit").get("code").asInt()).isEqualTo(42);
    assertThat(task.get("exit").has("signal")).isFalse();
    assertThat(Instant.parse(task.get("end").asText())).isAfter(Instant.parse(task.get("start").asText()));
    assertThat(service().lineage(killed)).isEqualTo(above);
    assertThat(service().task(killed).get("exit").get("signal").asInt()).isEqualTo(15);
    assertThat(service().task(killed).get("exit").has("code")).isFalse();
  }

  @Test
  void at_beforeAnExec_isWithoutIt() throws InterruptedException {
    Child child = act("clock", "unborn", "wait", "fork", "{", "say", "child", "clock", "forked", "wait", "exec",
        actor("late"), "x", "clock", "execed", "wait", "exec", actor("later"), "x", "clock", "again", "pause", "}",
        "reap");
    Clock unborn = Clock.of(child, "unborn");
    letTheWallClockGoOn();
    child.go();
    int pid = child.said("child")[0];
    Clock forked = Clock.of(child, "forked");
    letTheWallClockGoOn();
    child.go();
    Clock execed = Clock.of(child, "execed");
    letTheWallClockGoOn();
    child.go();
    Clock again = Clock.of(child, "again");
    Lineage above = service().lineage(child.pid());
    Lineage late = above.and("late", pid);
    Lineage later = late.and("later", pid);
    assertThat(service().lineage(pid)).isEqualTo(later);
    for (String at : forms(again)) {
      assertThat(service().lineage(pid, at)).as(at).isEqualTo(later);
    }
    for (String at : forms(execed)) {
      assertThat(service().lineage(pid, at)).as(at).isEqualTo(late);
      assertThat(service().task(pid, at).get("comm").asText()).isEqualTo("late");
    }
    for (String at : forms(forked)) {
      assertThat(service().lineage(pid, at)).as(at).isEqualTo(above);
    }
    for (String at : forms(unborn)) {
      HttpResponse<String> response = service().ask("/tasks/" + pid + "?at=" + LiveService.encoded(at));
      assertThat(response.statusCode()).as(at + ": " + response.body()).isEqualTo(404);
    }
  }

  /** A moment in all the ways in which callers may write it. */
  private static List<String> forms(Clock clock) {
    return List.of(clock.monotonic(), clock.wall(), clock.instant().toString(),
        clock.instant().atOffset(ZoneOffset.ofHours(2)).toString());
  }

  @Test
  void children_areListedLiveAndEnded() {
    Child child = act("fork", "{", "exec", actor("one"), "x", "say", "one", "exit", "1", "}", "reap", "fork", "{",
        "exec", actor("two"), "x", "say", "two", "pause", "}", "fork", "{", "name", "three", "say", "three",
        "pause", "}", "pause");
    int one = child.said("fork")[0];
    int two = child.said("fork")[0];
    int three = child.said("fork")[0];
    untilEnded(one);
    assertThat(service().items("/tasks/" + child.pid() + "/children"))
        .extracting(item -> item.get("tid").asInt(), item -> item.get("state").asText())
        .containsExactly(tuple(one, "ended"), tuple(two, "live"), tuple(three, "live"));
  }

  @Test
  void search_findsAnExecByWhatIsKnownOfIt() {
    String program = actor("needle");
    Child child = act("clock", "before", "fork", "{", "setgid", "54321", "setuid", "54321", "exec", program, "x",
        "clock", "after", "say", "needle", "pause", "}", "pause");
    Clock before = Clock.of(child, "before");
    Clock after = Clock.of(child, "after");
    int pid = child.said("needle")[0];
    String id = service().task(pid).get("task").asText();
    for (String by : List.of("comm=needle", "exe=" + LiveService.encoded(program), "uid=54321",
        "from=" + LiveService.encoded(before.monotonic()) + "&to=" + LiveService.encoded(after.monotonic()))) {
      await().untilAsserted(() -> assertThat(service().items("/search?" + by)).as(by)
          .anySatisfy(exec -> {
            assertThat(exec.get("pid").asInt()).isEqualTo(pid);
            assertThat(exec.get("task").asText()).isEqualTo(id);
            assertThat(exec.get("name").asText()).isEqualTo("needle");
            assertThat(exec.get("history").asText()).isEqualTo(service().text(pid, "names").strip());
          }));
    }
    assertThat(service().items("/search?comm=needle&to=" + LiveService.encoded(before.monotonic()))).isEmpty();
    assertThat(service().items("/search?comm=needle&from=" + LiveService.encoded(after.monotonic()))).isEmpty();
    assertThat(service().items("/search?comm=needle&uid=54322")).isEmpty();
    assertThat(service().items("/search?comm=needles")).isEmpty();
  }
}
