package io.taskhistory.collector.procconnector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.linux.Privileges.Capability;
import io.taskhistory.collector.linux.Requirements;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.SourceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the connector cannot be used the source says so, and what to do. A JVM of its own runs there. */
class ProcConnectorRefusalTest {

  private static final String OPENED = "opened";

  /** What that JVM runs: prints one line, why the source does not open. */
  static final class Open {

    private Open() {}

    public static void main(String[] args) {
      try (ProcConnectorSource source = new ProcConnectorSource()) {
        source.open(Checkpoint.NONE);
        System.out.println(OPENED);
      } catch (SourceException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private static String openUnder(String program, String... arguments) {
    Requirements.procConnector();
    Requirements.capability(Capability.CAP_SYS_ADMIN);
    assumeThat(Files.isExecutable(Path.of(program))).as(program + " of util-linux").isTrue();
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    command.addAll(List.of(java.toString(), "-XX:TieredStopAtLevel=1", "-cp",
        System.getProperty("java.class.path"), Open.class.getName()));
    try (Child child = Child.start(new ProcessBuilder(command))) {
      return child.line();
    }
  }

  @Test
  void open_withoutTheCapability_namesIt() {
    assertThat(openUnder("/usr/bin/setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"))
        .contains("needs CAP_NET_ADMIN").contains("run the service as root");
  }

  @Test
  void open_inAnotherPidNamespace_saysWhereToRun() {
    assertThat(openUnder("/usr/bin/unshare", "--pid", "--fork", "--mount-proc"))
        .contains("only in the host's pid and user namespaces").contains("--pid=host");
  }

  @Test
  void open_inAnotherUserNamespace_saysWhereToRun() {
    assertThat(openUnder("/usr/bin/unshare", "--user", "--map-root-user"))
        .contains("only in the host's pid and user namespaces");
  }

  @Test
  void open_inAnotherNetworkNamespace_saysWhereToRun() {
    assertThat(openUnder("/usr/bin/unshare", "--net")).contains("network namespace").contains("--network=host");
  }

  @Test
  void open_underNothing_opens() {
    assertThat(openUnder("/usr/bin/env")).isEqualTo(OPENED);
  }
}
