package io.taskhistory.collector.linux;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.collector.linux.Privileges.Capability;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a test needs of the machine it runs on; where that is not there the test is skipped and says so. */
public final class Requirements {

  private Requirements() {}

  public static void procConnector() {
    Privileges privileges = Privileges.read();
    assumeThat(privileges.inInitialNamespaces())
        .as("the proc connector answers only in the host's pid and user namespaces").isTrue();
    capability(Capability.CAP_NET_ADMIN);
  }

  /** What a trace instance of its own needs. */
  public static void tracefs() {
    capability(Capability.CAP_SYS_ADMIN);
    assumeThat(Files.isDirectory(Path.of("/sys/kernel/tracing"))).as("this kernel has no tracefs").isTrue();
  }

  public static void capability(Capability capability) {
    assumeThat(Privileges.read().has(capability)).as("this test needs " + capability + ": run it as root").isTrue();
  }
}
