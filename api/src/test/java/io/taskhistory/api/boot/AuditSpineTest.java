package io.taskhistory.api.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine with audit and nothing else, where the service comes late: see {@code audit-service-init}. */
@Tag("long")
class AuditSpineTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BEFORE = 150;
  private static final int AFTER = 50;

  @TempDir
  private static Path directory;

  @Test
  void service_asTheDaemon_knowsWhatTheKernelHeldForIt() throws Exception {
    Guest guest = Guest.with(directory, "audit-service-init", List.of("tiny", "flood"), Main.class,
        Tools.need("auditctl", "auditd"));
    Path result = guest.play(GuestKernel.of("linux-image-cloud-amd64"), "audit=1", "audit_backlog_limit=16384");
    Tools.run("tar", "x", "-C", result.toString(), "-f", result.resolve(Report.ARCHIVE).toString());
    assertThat(result.resolve("service.err")).content().isEmpty();
    assertThat(result.resolve("status-before")).content().contains("pid 0");

    JsonNode execs = JSON.readTree(Files.readString(result.resolve("execs"))).get("items");
    assertThat(execs).hasSize(BEFORE + AFTER).allSatisfy(exec -> {
      assertThat(exec.path("provenance").asText()).isEqualTo("observed");
      assertThat(exec.path("argv").path(0).asText()).isEqualTo("/bin/tiny");
    });
    List<String> lineages = Files.readAllLines(result.resolve("lineages"));
    assertThat(lineages).hasSize(BEFORE + AFTER).allSatisfy(lineage -> assertThat(
        JSON.readTree(lineage).get("history").asText()).startsWith("swapper/0=>").endsWith("=>flood=>tiny"));

    JsonNode source = JSON.readTree(Files.readString(result.resolve("status"))).get("sources").get(0);
    assertThat(source.get("name").asText()).isEqualTo("audit");
    assertThat(source.get("state").asText()).isEqualTo("running");
    assertThat(result.resolve("rules")).content().contains("key=taskhistory").contains("key=early");
    assertThat(result.resolve("rules-left")).content().contains("key=early").doesNotContain("key=taskhistory");
  }
}
