package io.taskhistory.collector.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.collector.audit.AuditException.Reason;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.linux.Privileges.Capability;
import io.taskhistory.collector.linux.Requirements;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditControlTest {

  private static final String OPENED = "opened";

  /** What a JVM of its own runs where audit cannot be used: prints why. */
  static final class Open {

    private Open() {}

    public static void main(String[] args) {
      try (AuditRecords records = AuditRecords.listener(AuditRecords.DEFAULT_BUFFER)) {
        if (args[0].equals("control")) {
          AuditControl.open().close();
        } else {
          records.open();
        }
        System.out.println(OPENED);
      } catch (AuditException e) {
        System.out.println(e.reason() + " " + e.getMessage());
      }
    }
  }

  private static String openUnder(String what, String program, String... arguments) {
    Requirements.procConnector();
    Requirements.capability(Capability.CAP_AUDIT_CONTROL);
    Requirements.capability(Capability.CAP_AUDIT_READ);
    Requirements.capability(Capability.CAP_SYS_ADMIN);
    assumeThat(Files.isExecutable(Path.of(program))).as(program + " of util-linux").isTrue();
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    command.addAll(List.of(java.toString(), "-XX:TieredStopAtLevel=1", "-cp",
        System.getProperty("java.class.path"), Open.class.getName(), what));
    try (Child child = Child.start(new ProcessBuilder(command))) {
      return child.line();
    }
  }

  @Test
  void open_withoutTheCapability_namesIt() {
    assertThat(openUnder("control", "/usr/bin/setpriv", "--bounding-set=-audit_control", "--inh-caps=-audit_control"))
        .startsWith("NOT_PERMITTED").contains("needs CAP_AUDIT_CONTROL").contains("run the service as root");
    assertThat(openUnder("records", "/usr/bin/setpriv", "--bounding-set=-audit_read", "--inh-caps=-audit_read"))
        .startsWith("NOT_PERMITTED").contains("needs CAP_AUDIT_READ");
  }

  @Test
  void open_inOtherNamespaces_saysWhereToRun() {
    assertThat(openUnder("control", "/usr/bin/unshare", "--pid", "--fork", "--mount-proc"))
        .startsWith("NOT_HERE").contains("--pid=host");
    assertThat(openUnder("control", "/usr/bin/unshare", "--user", "--map-root-user")).startsWith("NOT_HERE");
    assertThat(openUnder("records", "/usr/bin/unshare", "--net")).startsWith("NOT_HERE").contains("--network=host");
  }

  @Test
  void open_underNothing_opens() {
    assertThat(openUnder("control", "/usr/bin/env")).isEqualTo(OPENED);
    assertThat(openUnder("records", "/usr/bin/env")).isEqualTo(OPENED);
  }

  @Test
  void status_isWhatAuditctlSays() {
    try (TestAudit audit = new TestAudit()) {
      String said = TestAudit.auditctl("-s");
      AuditStatus status = audit.control().status();
      assertThat(said).contains("enabled " + status.enabled() + "\n", "failure " + status.failure() + "\n",
          "rate_limit " + status.rateLimit() + "\n", "backlog_limit " + status.backlogLimit() + "\n",
          "backlog_wait_time " + status.backlogWaitTime() + "\n", "pid " + status.pid() + "\n");
      assertThat(status.isEnabled()).isTrue();
      assertThat(status.isLocked()).isFalse();
    }
  }

  @Test
  void rules_areAddedOnceAndRemovedOnce_asAuditctlSees() {
    try (TestAudit audit = new TestAudit()) {
      AuditControl control = audit.control();
      List<AuditRule> before = control.rules();
      List<AuditRule> rules = audit.narrowed(TaskRules.all());
      for (AuditRule rule : rules) {
        assertThat(control.add(rule)).isTrue();
        assertThat(control.add(rule)).as("again").isFalse();
      }
      assertThat(control.rules()).containsAll(before).containsAll(rules);
      assertThat(control.rules().get(control.rules().size() - 1)).as("behind all others").isIn(rules);
      if (System.getProperty("os.arch").equals("amd64")) {
        assertThat(TestAudit.auditctl("-l")).contains(
            "-a always,exit -F arch=b64 -S clone,fork,vfork,execve,exit,exit_group,execveat,clone3 -F auid="
                + audit.auid() + " -F key=taskhistory",
            "-a always,exit -F arch=b32 -S exit,fork,execve,clone,vfork,exit_group,execveat,clone3 -F auid="
                + audit.auid() + " -F key=taskhistory");
      }
      for (AuditRule rule : rules) {
        assertThat(control.remove(rule)).isTrue();
        assertThat(control.remove(rule)).as("again").isFalse();
      }
      assertThat(audit.inForce()).isEmpty();
    }
  }

  @Test
  void rules_ofAllKinds_areRead(@TempDir Path directory) {
    try (TestAudit audit = new TestAudit()) {
      String auid = "auid=" + audit.auid();
      TestAudit.auditctl("-a", "always,exit", "-F", "dir=" + directory, "-F", "perm=wa", "-F", auid, "-k", "one");
      TestAudit.auditctl("-a", "never,exit", "-F", "arch=b64", "-S", "execve", "-F", "exe=/bin/true", "-F", auid);
      List<AuditRule> rules = audit.inForce();
      assertThat(rules).hasSize(2);
      assertThat(rules.get(0).hasKey("one")).isTrue();
      assertThat(rules.get(0).hasKey(TaskRules.KEY)).isFalse();
      assertThat(rules.get(0).isNeverTask()).isFalse();
      assertThat(rules.get(1).action()).isEqualTo(AuditRule.AUDIT_NEVER);
      // Whatever somebody else has made of them, they can be named to the kernel as they were read.
      assertThat(rules).allMatch(audit.control()::remove);
    }
  }

  @Test
  void add_ofWhatTheKernelDoesNotTake_isRefused() {
    try (TestAudit audit = new TestAudit()) {
      AuditRule nowhere = audit.narrowed(TaskRules.execs()).get(0).narrowed("exe=/no/such/directory/program");
      assertThatThrownBy(() -> audit.control().add(nowhere)).isInstanceOfSatisfying(AuditException.class, refused ->
          assertThat(refused.reason()).isIn(Reason.NOT_UNDERSTOOD, Reason.FAILED))
          .hasMessageContaining("to add a rule");
      assertThat(audit.control().status().isEnabled()).as("and the next question is answered").isTrue();
    }
  }
}
