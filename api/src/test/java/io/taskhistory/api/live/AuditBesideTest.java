package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.audit.TestAudit;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What audit adds to what the trace tells. */
class AuditBesideTest extends TracedTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int STARTS = 500;

  /** A path of an exec that does not fit into a page of the trace, but into PATH_MAX. */
  private static final int LONG = 4075;

  private LiveService listening(TestAudit audit) {
    return traced("--audit", "listen", "--audit-rules", "exec", "--audit-only", "auid=" + audit.auid());
  }

  private static JsonNode last(JsonNode task) {
    JsonNode entries = task.get("entries");
    return entries.get(entries.size() - 1);
  }

  @Test
  void programsThatOnlyReturn_haveTheirArguments() throws Exception {
    try (TestAudit audit = new TestAudit(); LiveService service = listening(audit)) {
      Path tiny = Programs.tiny();
      Child flood = keep(audit.run(Programs.flood(), Integer.toString(STARTS), "2", tiny.toString()));
      assertThat(flood.await()).isZero();
      String comm = tiny.getFileName().toString().substring(0, 15);
      String search = "/search?comm=" + LiveService.encoded(comm);
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(service.items(search)).hasSize(STARTS)
          .allSatisfy(exec -> assertThat(exec.path("argv").path(0).asText()).isEqualTo(tiny.toString())));
      List<JsonNode> execs = service.items(search);
      for (int i = 0; i < STARTS; i += 10) {
        JsonNode entry = last(service.task(execs.get(i).get("task").asText()));
        assertThat(entry.path("cwd").asText()).isEqualTo(Path.of("").toAbsolutePath().toString());
        assertThat(entry.path("loginuid").asLong()).isEqualTo(audit.auid());
        assertThat(entry.path("program").asText()).isEqualTo(tiny.toString());
      }
      assertThat(service.status().get("gap_count").asInt()).isZero();
      service.stop();
    }
  }

  @Test
  void programThatOverwritesItsArguments_keepsThoseItWasStartedWith() throws Exception {
    Path perl = Path.of("/usr/bin/perl");
    assumeThat(Files.isExecutable(perl)).as("this needs perl, which writes $0 over its arguments").isTrue();
    try (TestAudit audit = new TestAudit(); LiveService service = listening(audit)) {
      Child child = keep(audit.run(perl, "-e", "$0 = 'harmless'; $| = 1; print \"done\\n\"; <STDIN>", "guilty"));
      assertThat(child.line()).isEqualTo("done");
      assertThat(Files.readString(Path.of("/proc/" + child.pid() + "/cmdline"))).doesNotContain("guilty");
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(last(service.task(child.pid())).path("argv"))
          .extracting(JsonNode::asText).startsWith(perl.toString(), "-e").endsWith("guilty"));
      service.stop();
    }
  }

  /** The kernel drops the trace's event of such an exec and counts nothing; audit has it. */
  @Test
  void execThatDoesNotFitIntoTheTrace_isADoubt() throws Exception {
    try (TestAudit audit = new TestAudit(); LiveService service = listening(audit)) {
      Path deep = directory.resolve("deep");
      while (deep.toString().length() + 150 < LONG) {
        deep = deep.resolve("d".repeat(100));
      }
      Files.createDirectories(deep);
      String name = "n".repeat(LONG - deep.toString().length() - 1);
      Path program = deep.resolve(name);
      Files.createSymbolicLink(program, Programs.actor());
      // Not at once, so that there is no doubt whose pid it is, and the shell's image is known by then.
      String script = "sleep 1; exec \"$0\" \"$@\"";
      Child child = keep(audit.run(Path.of("/bin/sh"), "-c", script, program.toString(), "say", "there", "pause"));
      child.said("there");
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(service.status().get("gaps"))
          .anySatisfy(gap -> {
            assertThat(gap.get("source").asText()).isEqualTo("trace");
            assertThat(gap.get("cause").asText()).isEqualTo("contradiction");
          }));
      await().atMost(PATIENCE).untilAsserted(() -> {
        JsonNode task = service.task(child.pid());
        assertThat(task.get("complete").asBoolean()).isFalse();
        assertThat(last(task).get("name").asText()).isEqualTo(name.substring(0, 15));
      });
      Lineage truth = Witness.ownLineage().and("java", child.pid()).and("jspawnhelper", child.pid())
          .and("sh", child.pid()).and("sh", child.pid()).and(name.substring(0, 15), child.pid());
      Lineage said = service.lineage(child.pid());
      assertThat(said.isPartOf(truth)).as("%s of %s", said, truth).isTrue();
      service.stop();
    }
  }
}
