package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.witness.Life;
import io.taskhistory.api.witness.TraceWitness;
import io.taskhistory.collector.audit.AuditRule;
import io.taskhistory.collector.audit.TestAudit;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Somebody calls {@code auditctl -D}, and no history breaks. */
class AuditRulesRemovedTest extends TracedTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** As {@code auditctl -a always,exit … -k somebody}: not ours. */
  private static final String OTHER = "somebody";

  private static final String WORKLOAD = """
      for i in $(seq 40); do
        seq 20 | grep $i | sed s/1/2/ | wc -l >/dev/null
        (true; (sh -c 'exec true'; :); exit 3)
        (setsid sh -c 'sleep 0.02; exec true' &)
        [ $i = 10 ] && echo begun && read go
      done; wait
      """;

  private static List<JsonNode> gaps(LiveService service) {
    List<JsonNode> gaps = new ArrayList<>();
    service.status().get("gaps").forEach(gaps::add);
    return gaps;
  }

  @Test
  void removalOfAllRules_breaksNoHistory_andIsAGapOfAuditAlone() throws Exception {
    try (TestAudit audit = new TestAudit()) {
      List<AuditRule> found = audit.control().rules();
      try (LiveService service =
          traced("--audit", "listen", "--audit-rules", "exec", "--audit-only", "auid=" + audit.auid())) {
        List<AuditRule> ours = audit.inForce();
        assertThat(ours).isNotEmpty();
        List<Life> lives = work(audit, found);
        Instant ended = Instant.now();
        await().atMost(PATIENCE).until(() -> audit.inForce().containsAll(ours));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(gaps(service)).isNotEmpty().allSatisfy(gap -> {
          assertThat(gap.get("source").asText()).isEqualTo("audit");
          assertThat(gap.get("cause").asText()).isEqualTo("interference");
        }));
        service.awaitWatermark(ended);
        Differences.assertNone("while rules were removed", service, lives);
        TestAudit.auditctl("-a", "always,exit", "-F", "arch=b64", "-S", "personality", "-F", "auid=" + audit.auid(),
            "-F", "key=" + OTHER);
        assertThat(audit.inForce()).hasSize(ours.size() + 1);
        service.stop();
        assertThat(audit.inForce()).singleElement()
            .satisfies(rule -> assertThat(ours).as("what is not ours stays").doesNotContain(rule));
      }
    }
  }

  private List<Life> work(TestAudit audit, List<AuditRule> foundBefore) {
    try (TraceWitness witness = TraceWitness.begin()) {
      Child keeper = keep(audit.run(Programs.keeper(), "sh", "-c", WORKLOAD));
      assertThat(keeper.line()).isEqualTo("begun");
      TestAudit.auditctl("-D");
      foundBefore.forEach(audit.control()::add);
      keeper.go();
      assertThat(keeper.await()).isZero();
      return witness.end().from(keeper.pid());
    }
  }
}
