package io.taskhistory.api.service;

import io.taskhistory.api.access.LocalSocket;
import io.taskhistory.api.policy.PolicyException;
import io.taskhistory.api.policy.PolicyReader;
import io.taskhistory.collector.audit.AuditControl;
import io.taskhistory.collector.audit.AuditException;
import io.taskhistory.collector.audit.AuditStatus;
import io.taskhistory.collector.linux.LinuxException;
import io.taskhistory.collector.linux.Privileges;
import io.taskhistory.collector.linux.Privileges.Capability;
import io.taskhistory.collector.procconnector.ProcConnectorSource;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.SourceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What this kernel and these privileges allow, found out by trying; nothing is left changed. */
public final class Checkup {

  private static final Path LOGINUID = Path.of("/proc/self/loginuid");

  /**
   * One thing looked at.
   *
   * @param required whether the service needs it
   * @param remedy what to do; empty where it is fine, or nothing can be done
   */
  public record Check(String name, boolean ok, boolean required, String finding, String remedy) {}

  private final List<Check> checks = new ArrayList<>();

  private Checkup() {}

  public static List<Check> of(DataDirectory directory) {
    Checkup checkup = new Checkup();
    Privileges privileges = Privileges.read();
    checkup.connector(privileges);
    checkup.checks.add(TracefsCheck.of(Path.of("/"), Sources.DEFAULT_TRACE_INSTANCE));
    checkup.audit(privileges);
    checkup.directory(directory);
    checkup.configuration();
    checkup.checks.addAll(SocketCheck.of(LocalSocket.DEFAULT, LocalSocket.DEFAULT_GROUP));
    return List.copyOf(checkup.checks);
  }

  private void connector(Privileges privileges) {
    List<Machine.Shortage> shortages = LinuxMachine.shortages(privileges);
    for (Machine.Shortage shortage : shortages) {
      checks.add(new Check("privileges", false, true, shortage.what(), shortage.remedy()));
    }
    if (shortages.isEmpty()) {
      checks.add(new Check("privileges", true, true, "CAP_NET_ADMIN, CAP_SYS_PTRACE, the host's namespaces", ""));
    }
    if (!privileges.has(Capability.CAP_NET_ADMIN) || !privileges.inInitialNamespaces()) {
      checks.add(new Check("proc connector", false, true, "cannot be tried without these privileges",
          "run this with sudo"));
      return;
    }
    try (ProcConnectorSource source = new ProcConnectorSource()) {
      source.open(Checkpoint.NONE);
      checks.add(new Check("proc connector", true, true,
          "answers, with a buffer of " + source.stats().buffer() + " bytes", ""));
    } catch (SourceException | LinuxException e) {
      checks.add(new Check("proc connector", false, true, String.valueOf(e.getMessage()),
          "it needs a kernel with CONFIG_PROC_EVENTS=y"));
    }
  }

  /** Nothing but --audit and --source audit needs it. */
  private void audit(Privileges privileges) {
    if (Files.notExists(LOGINUID)) {
      checks.add(new Check("audit", false, false, "this kernel has no audit system; login uids stay unknown", ""));
    } else if (!privileges.has(Capability.CAP_AUDIT_READ) || !privileges.has(Capability.CAP_AUDIT_CONTROL)) {
      checks.add(new Check("audit", false, false, "CAP_AUDIT_READ and CAP_AUDIT_CONTROL are not both there",
          "run this with sudo"));
    } else {
      try (AuditControl control = AuditControl.open()) {
        checks.add(audit(control.status()));
      } catch (AuditException e) {
        checks.add(new Check("audit", false, false, String.valueOf(e.getMessage()), ""));
      }
    }
  }

  private static Check audit(AuditStatus status) {
    String daemon = status.pid() == 0 ? "no audit daemon" : "process " + status.pid() + " is the audit daemon";
    return switch (status.enabled()) {
      case 0 -> new Check("audit", false, false, "is switched off; " + daemon,
          "auditctl -e 1, or audit=1 on the kernel command line, for --audit to be of use");
      case 2 -> new Check("audit", true, false, "is on, and its rules are locked; " + daemon
          + "; --audit can only use rules that are there", "");
      default -> new Check("audit", true, false, "is on; " + daemon + "; used where asked for with --audit", "");
    };
  }

  /** What a service started without --config goes by. */
  private void configuration() {
    try {
      checks.add(new Check("configuration", true, true,
          "what applies: " + PolicyReader.read(null, List.of()).origin(), ""));
    } catch (PolicyException e) {
      checks.add(new Check("configuration", false, true, String.valueOf(e.getMessage()), ""));
    }
  }

  private void directory(DataDirectory directory) {
    Path path = directory.path();
    if (Files.isDirectory(path)) {
      boolean ours = Files.isWritable(path);
      checks.add(new Check("data directory", ours, true,
          path + (ours ? " can be written" : " cannot be written"), ours ? "" : "run this with sudo"));
      return;
    }
    Path above = path;
    while (above != null && Files.notExists(above)) {
      above = above.getParent();
    }
    boolean possible = above != null && Files.isDirectory(above) && Files.isWritable(above);
    checks.add(new Check("data directory", possible, true,
        path + (possible ? " will be made at first start" : " does not exist and cannot be made"),
        possible ? "" : "run this with sudo, or name another with --data-dir"));
  }
}
