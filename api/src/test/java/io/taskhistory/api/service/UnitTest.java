package io.taskhistory.api.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.api.cli.Machinery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit with which systemd starts the service. */
class UnitTest {

  private static final Path UNIT = Path.of("src/main/dist/taskhistory.service");

  @TempDir
  private Path directory;

  /** The values of each setting, in order. */
  private static Map<String, List<String>> settings() throws IOException {
    Map<String, List<String>> settings = new HashMap<>();
    for (String line : Files.readAllLines(UNIT)) {
      int equals = line.indexOf('=');
      if (equals > 0 && !line.startsWith("#")) {
        settings.computeIfAbsent(line.substring(0, equals), key -> new ArrayList<>()).add(line.substring(equals + 1));
      }
    }
    return settings;
  }

  @Test
  void unit_isUnderstoodBySystemd() throws Exception {
    assumeThat(Path.of("/usr/bin/systemd-analyze")).as("this needs systemd-analyze (apt-get install systemd)")
        .isExecutable();
    // Where people will have linked the script to there is nothing here.
    Path script = Path.of("..", "taskhistory").toRealPath();
    Path copy = Files.writeString(directory.resolve("taskhistory.service"),
        Files.readString(UNIT).replace("/usr/local/bin/taskhistory", script.toString()));
    Machinery.Outcome outcome = Machinery.run(List.of("systemd-analyze", "verify", "--man=no", copy.toString()));
    assertThat(outcome).isEqualTo(new Machinery.Outcome(0, "", ""));
  }

  @Test
  void service_isThereBeforeTheSystemIs() throws IOException {
    assertThat(settings()).containsEntry("DefaultDependencies", List.of("no"))
        .containsEntry("Before", List.of("sysinit.target shutdown.target"))
        .containsEntry("Conflicts", List.of("shutdown.target"))
        .containsEntry("WantedBy", List.of("sysinit.target"));
  }

  /** A directory of systemd's that is removed at the stop would take with it what has been read and is not kept yet. */
  @Test
  void journal_outlivesTheService() throws IOException {
    assertThat(settings()).containsEntry("RuntimeDirectory", List.of("taskhistory"))
        .containsEntry("RuntimeDirectoryMode", List.of("0711"))
        .containsEntry("RuntimeDirectoryPreserve", List.of("yes"))
        .containsEntry("StateDirectory", List.of(DataDirectory.DEFAULT.getFileName().toString()));
  }

  @Test
  void hardening_hidesNeitherTasksNorTracefs() throws IOException {
    assertThat(settings()).doesNotContainKeys("ProtectProc", "ProcSubset", "PrivatePIDs", "ProtectKernelTunables",
        "PrivateNetwork", "PrivateUsers", "MemoryDenyWriteExecute", "InaccessiblePaths", "RootDirectory", "User");
  }

  /** Whoever was suspended when all of the service was killed has to go on without it. */
  @Test
  void cgroups_canBeFrozen_andAreThawedAfterwards() throws IOException {
    assertThat(settings()).containsEntry("ProtectControlGroups", List.of("no"));
    assertThat(settings().get("ExecStopPost")).singleElement().asString().contains("run --thaw");
  }

  @Test
  void capabilities_areThoseThatTheServiceAsksFor() throws IOException {
    assertThat(Set.of(settings().get("CapabilityBoundingSet").get(0).split(" ")))
        .contains("CAP_NET_ADMIN", "CAP_SYS_PTRACE").doesNotContain("CAP_SYS_ADMIN");
  }
}
