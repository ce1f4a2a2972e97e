package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How processes ended and who ended them, on the live kernel. */
class EndingTest extends AskingTest {

  private static final Path TRACEFS = Path.of("/sys/kernel/tracing");
  private static final Path CORE_PATTERN = Path.of("/proc/sys/kernel/core_pattern");

  @BeforeAll
  static void needsTheTrace() {
    assumeThat(Files.isDirectory(TRACEFS.resolve("events/signal/signal_generate")))
        .as("tracefs is mounted at " + TRACEFS + ", and this kernel's signals can be traced").isTrue();
  }

  private Child end(String... steps) {
    return keep(Child.run(Programs.ender(), steps));
  }

  /** What is said of the end of {@code pid} once it is known how it was. */
  private static JsonNode exit(int pid) {
    await().untilAsserted(() -> {
      assertThat(service().task(pid).path("state").asText()).isEqualTo("ended");
      assertThat(service().task(pid).path("exit").has("unknown")).as("unknown").isFalse();
    });
    return service().task(pid).get("exit");
  }

  private static JsonNode signalled(int pid, String signal) {
    JsonNode exit = exit(pid);
    assertThat(exit.path("signal_name").asText()).isEqualTo(signal);
    return exit;
  }

  private static String by(JsonNode exit, String field) {
    return exit.path("by").path(field).asText();
  }

  @Test
  void exit_withACode_isThat() {
    Child child = end("exit", "3");
    assertThat(child.await()).isEqualTo(3);
    assertThat(exit(child.pid()).toString()).isEqualTo("{\"code\":3}");
  }

  @Test
  void exit_withZero_isKnownWithoutBeingReported() {
    Child child = end("exit", "0");
    assertThat(child.await()).isZero();
    assertThat(exit(child.pid()).toString()).isEqualTo("{\"code\":0}");
  }

  @Test
  void kill_byAnotherProcess_namesItAsItWasThen() throws IOException {
    Path assassin = Files.copy(Programs.ender(), directory.resolve("assassin"));
    Path saint = Files.copy(Programs.ender(), directory.resolve("saint"));
    for (Path program : new Path[] {assassin, saint}) {
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Child victim = end("say", "here", "wait");
    victim.said("here");
    Child killer = keep(Child.run(assassin, "kill", "9", Integer.toString(victim.pid()), "exec", saint.toString(),
        "say", "done", "wait"));
    killer.said("done");
    victim.await();

    JsonNode exit = signalled(victim.pid(), "SIGKILL");
    JsonNode live = service().task(killer.pid());
    assertThat(live.get("comm").asText()).isEqualTo("saint");
    assertThat(by(exit, "kind")).isEqualTo("task");
    assertThat(by(exit, "task")).isEqualTo(live.get("task").asText());
    assertThat(by(exit, "tid")).isEqualTo(Integer.toString(killer.pid()));
    assertThat(by(exit, "comm")).isEqualTo("assassin");
    assertThat(by(exit, "history") + "=>saint").isEqualTo(service().text(killer.pid(), "names").strip());
    assertThat(by(exit, "si_code_name")).isEqualTo("SI_USER");
    assertThat(exit.path("core_dumped").asBoolean()).isFalse();
    assertThat(exit.has("oom")).isFalse();

    killer.close();
    exit(killer.pid());
    assertThat(service().task(victim.pid()).get("exit")).as("also once it is gone").isEqualTo(exit);
  }

  @Test
  void kill_byItself_namesItself() {
    Child child = end("raise", "15");
    child.await();
    JsonNode exit = signalled(child.pid(), "SIGTERM");
    assertThat(by(exit, "kind")).isEqualTo("task");
    assertThat(by(exit, "task")).isEqualTo(service().task(child.pid()).get("task").asText());
  }

  @Test
  void fault_isMadeByTheKernel() {
    Child child = end("fault");
    child.await();
    JsonNode exit = signalled(child.pid(), "SIGSEGV");
    assertThat(by(exit, "kind")).isEqualTo("kernel");
    assertThat(by(exit, "si_code_name")).isEqualTo("SEGV_MAPERR");
    assertThat(exit.path("by").has("task")).isFalse();
  }

  @Test
  void timer_isNobodysSignal() {
    Child child = end("alarm");
    child.await();
    JsonNode exit = signalled(child.pid(), "SIGALRM");
    assertThat(by(exit, "kind")).as("an interrupt's, or that of a thread that stands for it").isIn("interrupt", "kernel");
    assertThat(exit.path("by").has("task")).isFalse();
  }

  @Test
  void core_dumped_isSaid() throws IOException {
    String pattern = Files.readString(CORE_PATTERN).strip();
    assumeThat(pattern).as(CORE_PATTERN + " lets a core file be written where the process is, or passes it on")
        .doesNotStartWith("/").isNotEmpty();
    Child child = keep(Child.run(Path.of("/bin/sh"), "-c", "ulimit -c unlimited && cd \"$1\" && exec \"$2\" fault", "sh",
        directory.toString(), Programs.ender().toString()));
    child.await();
    assertThat(signalled(child.pid(), "SIGSEGV").path("core_dumped").asBoolean()).isTrue();
  }

  @Test
  void memory_exhausted_endsByTheOomKiller() throws IOException {
    try (MemoryLimit limit = new MemoryLimit(16 << 20)) {
      Child child = keep(Child.run(Path.of("/bin/sh"), "-c", "echo $$ > \"$1\" && exec \"$2\" eat", "sh",
          limit.members().toString(), Programs.ender().toString()));
      child.await();
      JsonNode exit = signalled(child.pid(), "SIGKILL");
      assertThat(exit.path("oom").asBoolean()).isTrue();
      assertThat(by(exit, "kind")).isEqualTo("kernel");
    }
  }
}
