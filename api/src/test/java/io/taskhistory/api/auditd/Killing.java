package io.taskhistory.api.auditd;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.audit.TestAudit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Shells that kill other shells, under a login uid of their own, by which a rule tells them from all others. */
public final class Killing {

  private final Path directory;
  private final long loginUid;

  /** Has each kill(2) by them reported. */
  public Killing(Path directory, TestAudit audit) {
    this.directory = directory;
    loginUid = audit.auid();
    TestAudit.auditctl("-a", "always,exit", "-F", "arch=b64", "-S", "kill", "-F", "auid=" + loginUid);
    assertThat(audit.inForce()).as("the rule for kill").hasSize(1);
  }

  /** A shell by another name. */
  public String shell(String name) throws IOException {
    Path shell = directory.resolve(name);
    if (!Files.exists(shell)) {
      Files.copy(Path.of("/bin/sh").toRealPath(), shell);
      Files.setPosixFilePermissions(shell, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return shell.toString();
  }

  /** Who did it, and whom it was done to. */
  public record Kill(int killer, int victim) {}

  /** One shell kills the other; both have other shells above them. */
  public Kill kill(String killer, String victim) throws Exception {
    Process dying = start(victim, "echo $$; read x; :");
    try {
      int pid = Integer.parseInt(dying.inputReader().readLine());
      Process killing = start(killer, "echo $$; kill -9 " + pid + "; :");
      int own = Integer.parseInt(killing.inputReader().readLine());
      assertThat(killing.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(killing.exitValue()).as("kill").isZero();
      assertThat(dying.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Kill(own, pid);
    } finally {
      dying.destroyForcibly();
    }
  }

  private Process start(String name, String commands) throws IOException {
    String above = shell("above-" + name);
    return new ProcessBuilder(List.of(above, "-c", "echo " + loginUid + " >/proc/self/loginuid; " + shell(name)
        + " -c '" + commands + "'; exit $?")).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
