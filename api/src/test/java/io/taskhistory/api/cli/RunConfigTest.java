package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.cli.Machinery.Outcome;
import io.taskhistory.api.witness.LeafCgroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code run} says of a configuration that cannot be; nothing is begun then. */
class RunConfigTest {

  @TempDir
  private Path parent;

  private Outcome run(List<String> before, String... options) throws Exception {
    List<String> command = new ArrayList<>(before);
    command.addAll(Machinery.command("--data-dir", parent.resolve("data").toString(), "run", "--listen", "127.0.0.1:0"));
    command.addAll(Arrays.asList(options));
    return Machinery.run(command);
  }

  private void assertRefused(Outcome outcome, String... complaints) {
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains(complaints).hasLineCount(1);
    assertThat(parent.resolve("data")).doesNotExist();
  }

  @Test
  void mistakes_exit2AndSayWhere() throws Exception {
    Path file = Files.writeString(parent.resolve("my.conf"), "# mine\nspace_lfet = 10\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertRefused(run(List.of(), "--config", file.toString()),
        "taskhistory: " + file + ":2: there is no key space_lfet; did you mean space_left?");
    assertRefused(run(List.of(), "--set", "max_age=1y"), "--set max_age=1y: max_age = 1y: write a number with d, h, m");
    assertRefused(run(List.of(), "--config", parent.resolve("none").toString()), "there is no such file");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertRefused(run(List.of(), "--config", file.toString()), "chmod 0640");
  }

  @Test
  void cgroup_thatTheServiceIsIn_exits2() throws Exception {
    Machinery.assumeRoot();
    try (LeafCgroup group = LeafCgroup.any()) {
      List<String> inIt = List.of("/bin/sh", "-c", "echo $$ >\"$0\" && exec \"$@\"",
          group.freezeSwitch().resolveSibling("cgroup.procs").toString());
      assertRefused(run(inIt, "--set", "loss_action=suspend", "--set", "suspend_cgroups=" + group.path()),
          "suspend_cgroups: " + group.path() + " may not be frozen: this service itself");
    }
  }
}
