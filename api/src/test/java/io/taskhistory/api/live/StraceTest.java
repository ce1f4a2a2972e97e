package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What strace(1) saw of a workload against what we say of it. */
class StraceTest extends AskingTest {

  /** Nested shells, pipelines, substitutions, background jobs and failed execs, in three generations. */
  private static final String WORKLOAD = """
      for i in 1 2 3; do (%1$s exit $i; :) & done; wait
      sh -c '%1$s exit 0 | %2$s exit 7; x=$(%2$s exit 0; %1$s exit 0); :'
      %1$s fork { setsid fork { exec %2$s x exit 5 } exit 4 } reap fork { kill 15 } reap try /nowhere exit 3
      env -i %2$s fork { try /nowhere exec %1$s x exec %2$s x fork { exit 6 } reap }
      exec %1$s exit 9
      """;

  @Test
  void workload_underStrace_isToldAlike() throws Exception {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/strace"))).as("this needs strace (apt-get install strace)")
        .isTrue();
    Path log = directory.resolve("log");
    Child strace = keep(Child.run(Path.of("/usr/bin/strace"), "-f", "-e", "trace=process", "-o", log.toString(), "sh",
        "-c", String.format(WORKLOAD, actor("red"), actor("blue"))));
    assertThat(strace.await()).isEqualTo(9);
    StraceLog seen = StraceLog.read(log);
    assertThat(seen.pids()).hasSizeGreaterThan(15);
    Lineage above = service().lineage(strace.pid());
    for (int pid : seen.pids()) {
      Lineage truth = seen.lineage(pid, above);
      Lineage lineage = service().lineage(pid);
      assertThat(lineage.isButForNames(truth)).as("%s is %s", lineage, truth).isTrue();
      JsonNode task = service().task(pid);
      assertThat(service().task(task.get("creator").asText()).get("tid").asInt())
          .isEqualTo(seen.creator(pid).orElse(strace.pid()));
      await().untilAsserted(() -> {
        assertThat(service().task(pid).get("state").asText()).isEqualTo("ended");
        assertThat(service().task(pid).get("exit").has("unknown")).as("a code can be a second late").isFalse();
      });
      JsonNode exit = service().task(pid).get("exit");
      assertThat(exit.has("code") ? exit.get("code").asText() : exit.get("signal_name").asText())
          .isEqualTo(seen.exit(pid));
    }
  }
}
