package io.taskhistory.api.auditd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.cli.Machinery.Outcome;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The audit settings of the machine, in the hands of one test at a time, whichever process that is in; closing it puts
 * them back. Rules are only added, and taken away again.
 */
public final class AuditState implements AutoCloseable {

  private static final Path AUDITCTL = Path.of("/usr/sbin/auditctl");
  private static final Path LOCK = Path.of(System.getProperty("java.io.tmpdir"), "taskhistory-audit-test.lock");
  private static final String LOCKED = "2";

  private final FileChannel lock;
  private final Map<String, String> before;
  private final List<String> added = new ArrayList<>();
  private final Thread guard = new Thread(this::restore, "audit-state");

  /** Waits until no other test has it. */
  public AuditState() throws Exception {
    Machinery.assumeRoot();
    assumeThat(AUDITCTL).as("this needs auditctl (apt-get install auditd)").isExecutable();
    lock = FileChannel.open(LOCK, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    try {
      lock.lock();
      before = status();
      assumeThat(before.get("enabled")).as("audit is not locked until the next boot").isNotNull().isNotEqualTo(LOCKED);
      assumeThat(before.get("pid")).as("no audit daemon runs").isEqualTo("0");
    } catch (Exception | Error e) {
      lock.close();
      throw e;
    }
    Runtime.getRuntime().addShutdownHook(guard);
  }

  private static Map<String, String> status() throws Exception {
    Outcome outcome = Machinery.run(List.of(AUDITCTL.toString(), "-s"));
    assumeThat(outcome.code()).as("audit can be asked for its state: " + outcome.err()).isZero();
    return outcome.out().lines().map(line -> line.split(" ", 2))
        .collect(Collectors.toMap(words -> words[0], words -> words[1]));
  }

  /** A counter or setting, as auditctl names it. */
  public String now(String name) throws Exception {
    return status().getOrDefault(name, "");
  }

  /** Adds a rule, {@code -a always,exit} and what follows. */
  public void add(String rule) throws Exception {
    added.add(rule);
    assertThat(auditctl("-a always,exit " + rule)).as(rule).isZero();
  }

  private static int auditctl(String arguments) throws Exception {
    return Machinery.run(Stream.concat(Stream.of(AUDITCTL.toString()), Stream.of(arguments.split(" "))).toList())
        .code();
  }

  private synchronized void restore() {
    try {
      for (String rule : added) {
        auditctl("-d always,exit " + rule);
      }
      added.clear();
      auditctl("-f " + before.get("failure") + " -b " + before.get("backlog_limit")
          + " -r " + before.get("rate_limit"));
      auditctl("--backlog_wait_time " + before.get("backlog_wait_time"));
      auditctl("-e " + before.get("enabled"));
    } catch (Exception e) {
      throw new IllegalStateException("audit is not as it was: " + before, e);
    }
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      restore();
      Runtime.getRuntime().removeShutdownHook(guard);
    }
  }
}
