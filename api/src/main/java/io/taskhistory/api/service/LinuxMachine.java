package io.taskhistory.api.service;

import io.taskhistory.collector.Collector;
import io.taskhistory.collector.SourcePlan;
import io.taskhistory.collector.audit.AuditSettings;
import io.taskhistory.collector.audit.AuditSource;
import io.taskhistory.collector.linux.ClockWatch;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.linux.Privileges;
import io.taskhistory.collector.linux.Privileges.Capability;
import io.taskhistory.collector.linux.SystemFacts;
import io.taskhistory.collector.masking.Mask;
import io.taskhistory.collector.procconnector.ProcConnectorSource;
import io.taskhistory.collector.procfs.ProcFs;
import io.taskhistory.collector.procfs.TaskDetails;
import io.taskhistory.collector.source.EventSource;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.trace.JournalDirectory;
import io.taskhistory.collector.trace.TraceSettings;
import io.taskhistory.collector.trace.TraceSource;
import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * This host: followed by the kernel's trace buffer, the proc connector and audit, kept in RocksDB. The one place where
 * the parts are put together.
 */
public final class LinuxMachine implements Machine {

  public static final int DEFAULT_RECEIVE_BUFFER = ProcConnectorSource.DEFAULT_BUFFER;

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** Where neither of the better sources can be had. */
  private static final AuditUse LAST_RESORT =
      new AuditUse(AuditUse.Mode.LISTEN, AuditUse.Recorded.ALL, List.of());

  private final Sources sources;
  private final StoreSettings settings;
  private final long queueSize;
  private final Mask mask;

  /** Where the trace journal goes if there is no file system in memory. */
  private Path directory = Path.of("/var/lib/taskhistory");

  /**
   * Makes one.
   *
   * @param settings how the store keeps things
   * @param queueSize how many bytes may wait for that, about
   * @param mask what takes secrets out of arguments
   */
  public LinuxMachine(Sources sources, StoreSettings settings, long queueSize, Mask mask) {
    this.sources = sources;
    this.settings = settings;
    this.queueSize = queueSize;
    this.mask = mask;
  }

  @Override
  public List<Shortage> shortages() {
    Privileges privileges = Privileges.read();
    List<Shortage> shortages =
        sources.choice() == Sources.Choice.AUDIT ? new ArrayList<>() : shortages(privileges);
    needForAudit(privileges, shortages);
    if (shortages.isEmpty() && sources.choice() == Sources.Choice.TRACE) {
      needTraceBuffer(shortages);
    }
    return shortages;
  }

  private static void needTraceBuffer(List<Shortage> shortages) {
    try {
      TraceSource.check();
    } catch (SourceException e) {
      shortages.add(new Shortage(String.valueOf(e.getMessage()), "--source auto does without it"));
    }
  }

  private void needForAudit(Privileges privileges, List<Shortage> shortages) {
    AuditUse audit = sources.audit();
    if (!audit.isOn()) {
      return;
    }
    if (sources.choice() == Sources.Choice.AUDIT) {
      need(privileges, Capability.CAP_SYS_PTRACE, "to tell one image of a process from the next in /proc", shortages);
    }
    if (audit.mode() == AuditUse.Mode.LISTEN) {
      need(privileges, Capability.CAP_AUDIT_READ, "to receive audit records", shortages);
    }
    need(privileges, Capability.CAP_AUDIT_CONTROL, "to ask for and to add audit rules", shortages);
  }

  static List<Shortage> shortages(Privileges privileges) {
    List<Shortage> shortages = new ArrayList<>();
    need(privileges, Capability.CAP_NET_ADMIN, "to subscribe to the proc connector and force its buffer", shortages);
    need(privileges, Capability.CAP_SYS_PTRACE, "to tell one image of a process from the next in /proc", shortages);
    if (!privileges.inInitialNamespaces()) {
      shortages.add(new Shortage("this runs in a pid or user namespace of its own, where the proc connector is silent",
          "run it on the host, or in a container with the host's pid and user namespaces"));
    }
    return shortages;
  }

  private static void need(Privileges privileges, Capability capability, String why, List<Shortage> shortages) {
    if (!privileges.has(capability)) {
      shortages.add(new Shortage("the capability " + capability + " is missing, which is needed " + why,
          "run this with sudo, or as a service with AmbientCapabilities=" + capability));
    }
  }

  @Override
  public HistoryStore open(Path directory) {
    this.directory = directory;
    ClockLedger.Row now = Clocks.read();
    return Stores.open(directory, new BootFacts(bootId(), now.wallOffset() - now.bootClockOffset(), now), settings);
  }

  private static String bootId() {
    try {
      return Files.readString(BOOT_ID).strip();
    } catch (IOException e) {
      throw new ServiceException("cannot read " + BOOT_ID + ": " + e.getMessage() + "; mount /proc", e);
    }
  }

  @Override
  public Following follow(HistoryStore store, Consumer<Throwable> onFailure) {
    Collector collector = new Collector(
        new Collector.Setup(store, plan(store.writer().boot()), new ProcFs(), new TaskDetails(mask),
            Clocks::monotonic, Clocks::read, SystemFacts.clockTicksPerSecond(), Collector.Setup.DETAILS_RATE,
            Collector.Setup.DETAILS_BURST, queueSize),
        onFailure);
    ClockWatch watch = new ClockWatch(collector::lookAtClocks);
    try {
      collector.start();
    } catch (RuntimeException e) {
      watch.close();
      throw e;
    }
    return new Followed(collector, watch);
  }

  private SourcePlan plan(Boot boot) {
    int buffer = sources.receiveBuffer();
    AuditUse audit = sources.audit();
    List<EventSource> beside = new ArrayList<>();
    if (audit.isOn()) {
      beside.add(audit(boot, audit, false));
    }
    return switch (sources.choice()) {
      case PROC -> new SourcePlan(new ProcConnectorSource(buffer), beside, List.of());
      case TRACE -> new SourcePlan(trace(), beside, List.of());
      case AUDIT -> SourcePlan.only(audit(boot, audit, true));
      case AUTO -> {
        beside.add(0, ProcConnectorSource.besideTrace(buffer));
        yield new SourcePlan(trace(), beside,
            List.of(() -> new ProcConnectorSource(buffer), () -> audit(boot, LAST_RESORT, true)));
      }
    };
  }

  private AuditSource audit(Boot boot, AuditUse use, boolean isSpine) {
    long tick = TimeUnit.SECONDS.toNanos(1) / SystemFacts.clockTicksPerSecond();
    return new AuditSource(new AuditSettings(use.role(), use.rules(), isSpine, new ProcFs(), Clocks.coarseLag(),
        wall -> boot.clock().ofWall(wall, Clocks.monotonic()), start -> boot.clock().ofBootClock(start * tick), mask));
  }

  private TraceSource trace() {
    long buffer =
        sources.traceBuffer() == Sources.FITTING ? TraceSettings.defaultBuffer() : sources.traceBuffer();
    return new TraceSource(new TraceSettings(sources.traceInstance(), buffer, JournalDirectory.choose(directory)));
  }

  private record Followed(Collector collector, ClockWatch watch) implements Following {

    @Override
    public long watermark() {
      return collector.watermark();
    }

    @Override
    public long kept() {
      return collector.kept();
    }

    @Override
    public boolean awaitNow(Duration atMost) {
      return collector.awaitNow(atMost);
    }

    @Override
    public boolean awaitKept(Duration atMost) {
      return collector.awaitKept(atMost);
    }

    @Override
    public long lookAtClocks() {
      return collector.lookAtClocks();
    }

    @Override
    public Status status() {
      return collector.status();
    }

    @Override
    public void close() {
      watch.close();
      collector.close();
    }
  }
}
