package io.taskhistory.collector.audit;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.linux.Privileges.Capability;
import io.taskhistory.collector.linux.Requirements;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's audit, switched on for one test at a time on this machine, and put back as it was when it is closed;
 * where the test's process died before that, by the next test.
 *
 * <p>Rules of a test are narrowed to a login uid that nobody has but {@link #run}'s children and all that they start:
 * it is inherited, and nothing else that a rule can ask for goes from a process to its grandchildren but not beyond.
 */
public final class TestAudit implements AutoCloseable {

  /** And the pid of the test: a login uid that no real account has. */
  private static final long FIRST_AUID = 0x4000_0000L;
  private static final long LAST_AUID = FIRST_AUID + (1 << 22);
  private static final int AUDIT_LOGINUID = 9;
  private static final Path LOCK = Path.of(System.getProperty("java.io.tmpdir"), "taskhistory-audit-tests.lock");

  private final FileChannel lock;
  private final AuditControl control;
  private final Thread guard = new Thread(this::putBack, "audit-test-guard");
  private final long auid = FIRST_AUID + ProcessHandle.current().pid();
  private int enabledBefore;

  public TestAudit() {
    Requirements.capability(Capability.CAP_AUDIT_CONTROL);
    Requirements.capability(Capability.CAP_AUDIT_READ);
    Requirements.procConnector(); // the same namespaces
    try {
      control = AuditControl.open();
    } catch (AuditException e) {
      assumeThat(e).as("this kernel's audit can be used").isNull();
      throw e;
    }
    try {
      lock = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      // Held for the test's life; whoever dies gives it up.
      lock.lock();
      begin();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void begin() throws IOException {
    AuditStatus status = control.status();
    assumeThat(status.isLocked()).as("audit is locked until the next boot").isFalse();
    for (AuditRule rule : control.rules()) {
      rule.fields().stream().filter(field -> field.field() == AUDIT_LOGINUID)
          .mapToLong(field -> Integer.toUnsignedLong(field.value()))
          .filter(owner -> owner >= FIRST_AUID && owner < LAST_AUID)
          .filter(owner -> owner == auid || ProcessHandle.of(owner - FIRST_AUID).isEmpty())
          .findFirst().ifPresent(owner -> control.remove(rule));
    }
    ByteBuffer kept = ByteBuffer.allocate(1);
    enabledBefore = lock.read(kept, 0) == 1 ? kept.get(0) - '0' : status.enabled();
    lock.write(ByteBuffer.wrap(new byte[] {(byte) ('0' + enabledBefore)}), 0);
    Runtime.getRuntime().addShutdownHook(guard);
    control.enable(true);
  }

  public AuditControl control() {
    return control;
  }

  /** The login uid of all that {@link #run} starts. */
  public long auid() {
    return auid;
  }

  /** Those rules, for nobody but what {@link #run} starts. */
  public List<AuditRule> narrowed(List<AuditRule> rules) {
    return rules.stream().map(rule -> rule.narrowed("auid=" + auid)).toList();
  }

  /** Those of our rules that are in force. */
  public List<AuditRule> inForce() {
    return control.rules().stream().filter(rule -> rule.fields().stream().anyMatch(field ->
        field.field() == AUDIT_LOGINUID && Integer.toUnsignedLong(field.value()) == auid)).toList();
  }

  /** Starts a program that the test's rules match. */
  public Child run(Path program, String... arguments) {
    List<String> command = new ArrayList<>(
        List.of("sh", "-c", "echo \"$0\" >/proc/self/loginuid && exec \"$@\"", Long.toString(auid)));
    command.add(program.toString());
    command.addAll(List.of(arguments));
    return Child.start(new ProcessBuilder(command));
  }

  /** What the real auditctl says: an independent witness. Skips the test where it is not installed. */
  public static String auditctl(String... arguments) {
    Optional<Path> program = Arrays.stream((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":"))
        .map(directory -> Path.of(directory, "auditctl")).filter(Files::isExecutable).findFirst();
    assumeThat(program).as("auditctl is the witness (apt-get install auditd)").isPresent();
    List<String> command = new ArrayList<>(List.of(program.orElseThrow().toString()));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      process.waitFor();
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized void putBack() {
    if (!lock.isOpen()) {
      return;
    }
    for (AuditRule rule : inForce()) {
      control.remove(rule);
    }
    // Somebody else may have come to need it meanwhile; then the next test finds what was noted, and looks again.
    boolean needed = !control.rules().isEmpty() || control.status().pid() != 0;
    if (enabledBefore == 0 && !needed) {
      control.enable(false);
    }
    control.close();
    try {
      if (enabledBefore != 0 || !needed) {
        lock.truncate(0);
      }
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    putBack();
    Runtime.getRuntime().removeShutdownHook(guard);
  }
}
