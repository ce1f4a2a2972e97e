package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.cli.Machinery.Outcome;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the kernel says of a task in its log, with the task's history. */
class KernelLogTest extends AskingTest {

  private static final Path EXCEPTION_TRACE = Path.of("/proc/sys/debug/exception-trace");

  /** The kernel's lines of {@code pid}, once there are some; it leaves lines out that come too fast. */
  private static List<String> lines(String mention) throws Exception {
    Instant until = Instant.now().plusSeconds(10);
    List<String> found = List.of();
    while (found.isEmpty() && Instant.now().isBefore(until)) {
      Outcome log = Machinery.run(List.of("dmesg"));
      assumeThat(log.code()).as("the kernel's log can be read").isZero();
      found = log.out().lines().filter(line -> line.contains(mention)).toList();
    }
    assumeThat(found).as("the kernel has a line of this fault in its log").isNotEmpty();
    return found;
  }

  @Test
  void fault_inTheKernelLog_hasItsHistoryBelow() throws Exception {
    assumeThat(Files.exists(EXCEPTION_TRACE) && Files.readString(EXCEPTION_TRACE).strip().equals("1"))
        .as("faults go to the kernel's log").isTrue();
    Path faulty = Files.copy(Programs.ender(), directory.resolve("faulty"));
    Files.setPosixFilePermissions(faulty, PosixFilePermissions.fromString("rwxr-xr-x"));
    Child child = keep(Child.run(faulty, "fault"));
    child.await();

    List<String> said = lines("faulty[" + child.pid() + "]");
    Path log = Files.write(directory.resolve("log"), said);
    Outcome outcome = Machinery.run(
        Machinery.command("--data-dir", service().data().toString(), "enrich", "--kmsg", log.toString()));
    assertThat(outcome.err()).contains(" lines, " + said.size() + " events: " + said.size() + " histories added");
    String stamp = said.get(0).substring(0, said.get(0).indexOf(']') + 1);
    assertThat(outcome.out()).startsWith(said.get(0) + "\n" + stamp + " taskhistory: faulty[" + child.pid() + "]: "
        + service().text(child.pid(), "names").strip());
    assertThat(outcome.code()).isZero();
  }
}
