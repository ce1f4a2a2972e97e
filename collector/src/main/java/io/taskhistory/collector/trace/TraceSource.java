package io.taskhistory.collector.trace;

import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.linux.LinuxException;
import io.taskhistory.collector.linux.NativeFiles;
import io.taskhistory.collector.linux.RawReader;
import io.taskhistory.collector.linux.SystemFacts;
import io.taskhistory.collector.linux.WakeUp;
import io.taskhistory.collector.procfs.ProcFs;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.EventSource;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.source.SourceStats;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Gap;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel's trace buffer as a source. It can be opened once. What it opens goes on recording when it is closed:
 * {@link #release} ends that.
 */
public final class TraceSource implements EventSource {

  /** Holds what is read in half a minute of a store that refuses, with two pages at a time. */
  private static final long JOURNAL_SIZE = 8 << 20;
  private static final int CONTROL_FILE = 4096;
  private static final Logger LOG = LoggerFactory.getLogger(TraceSource.class);
  private static final Path COMMAND_LINE = Path.of("/proc/cmdline");
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final TraceSettings settings;
  private final @Nullable BootRing bootRing;
  private final long journalSize;
  private final WakeUp wakeUp = new WakeUp();
  private final NativeFiles files = new NativeFiles(CONTROL_FILE);
  private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
  private @Nullable Opened opened;
  private volatile SourceStats stats = new SourceStats(0, 0, 0, 0);

  /** What is there while it is open. */
  private static final class Opened {

    final Journal journal;
    final CpuReader[] readers;
    final TraceDecoder decoder;
    final Losses losses;
    final Merge merge;
    final Position.Encoder position;
    final Pace pace = new Pace();
    final long buffer;
    final long identity;
    final Heartbeat heartbeat;
    final PageLayout layout;
    long drained;

    /** What is still to be passed on before all else, and then to be kept. */
    @Nullable BootImport boot;
    boolean bootPassed;

    Opened(Journal journal, CpuReader[] readers, TraceDecoder decoder, InstanceGuard guard, PageLayout layout,
        long identity, long buffer, long good) {
      this.journal = journal;
      this.readers = readers;
      this.decoder = decoder;
      this.losses = new Losses(decoder.inFlight());
      this.merge = new Merge(readers, decoder, losses);
      this.position = new Position.Encoder(identity);
      this.identity = identity;
      this.layout = layout;
      this.buffer = buffer;
      this.heartbeat = new Heartbeat(readers, journal, guard, losses, good);
      this.drained = good;
    }
  }

  public TraceSource(TraceSettings settings) {
    this(settings, JOURNAL_SIZE, null);
  }

  /**
   * With a journal of about that many bytes.
   *
   * @param bootRing where the kernel has recorded since its start; null to look on its command line
   */
  TraceSource(TraceSettings settings, long journalSize, @Nullable BootRing bootRing) {
    this.settings = settings;
    this.journalSize = journalSize;
    this.bootRing = bootRing;
  }

  /**
   * Finds out whether the trace buffer can be had here at all, and leaves everything as it is; but tracefs is mounted
   * where it is not.
   *
   * @throws SourceException where it cannot
   */
  public static void check() {
    TraceInstance.check(TraceFs.find());
  }

  /**
   * Removes an instance that nobody uses, with what it holds.
   *
   * @return whether there was one
   */
  public static boolean release(String instance, Path journals) {
    TraceSettings named = new TraceSettings(instance, TraceSettings.LEAST_BUFFER, journals);
    JournalDirectory.prepare(journals);
    try (FileChannel lock = JournalDirectory.lock(journals, named.instance())) {
      Files.deleteIfExists(JournalDirectory.journal(journals, instance));
      Files.deleteIfExists(JournalDirectory.bootJournal(journals, instance));
      return lock.isOpen() && TraceInstance.remove(TraceFs.find(), instance);
    } catch (IOException e) {
      throw new SourceException("the journal of the trace instance " + instance + " cannot be removed: " + e, e);
    }
  }

  @Override
  public String name() {
    return "trace";
  }

  @Override
  public boolean isExact() {
    return true;
  }

  @Override
  public long open(Checkpoint kept) {
    try {
      return start(kept);
    } catch (IllegalArgumentException e) {
      close();
      throw new SourceException("the kernel's trace events are not as expected: " + e.getMessage()
          + "; use --source proc", e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private long start(Checkpoint kept) {
    Path tracefs = TraceFs.find();
    JournalDirectory.prepare(settings.journals());
    toClose.push(JournalDirectory.lock(settings.journals(), settings.instance()));
    TraceInstance instance = TraceInstance.take(tracefs, settings.instance());
    long since = setUp(instance, tracefs);
    PageLayout layout = instance.layout();
    List<Integer> cpus = instance.cpus();
    Journal.Owner owner = owner(instance);
    Journal journal = Journal.open(JournalDirectory.journal(settings.journals(), settings.instance()), owner, layout,
        cpus.get(cpus.size() - 1) + 1, journalSize);
    toClose.push(journal);
    journal.since(since);
    CpuReader[] readers = readers(instance, journal, layout, cpus);
    TraceDecoder decoder = new TraceDecoder(instance.formats());
    InstanceGuard guard = new InstanceGuard(files, instance);
    toClose.push(guard);
    Takeover takeover = new Takeover(journal, readers, decoder, kept, identity(owner), instance.isNew());
    Opened now = new Opened(
        journal, readers, decoder, guard, layout, identity(owner), instance.buffer(),
        Math.max(0, takeover.since()));
    // Of what came before a gap, which is told anyway, nobody need be told.
    boolean isUntold = journal.hasUntoldLoss() && (kept.time() < 0 || takeover.since() <= kept.time());
    now.heartbeat.missing(isUntold ? Gap.UNCOUNTED : takeover.missing());
    opened = now;
    publish(now);
    return kept.time() < 0 ? Math.min(takeover.since(), importBoot(now, tracefs, owner, cpus)) : takeover.since();
  }

  /** Takes over from a ring that has recorded since the boot: since when nothing is missing with it. */
  private long importBoot(Opened now, Path tracefs, Journal.Owner owner, List<Integer> cpus) {
    BootRing ring = bootRing == null
        ? BootRing.find(tracefs, TraceFs.read(COMMAND_LINE), settings.instance()) : bootRing;
    if (ring != null) {
      leaveTrace();
      ring.stop();
    }
    BootPages pages = bootPages(now, ring, owner, cpus);
    if (pages == null) {
      return Long.MAX_VALUE;
    }
    toClose.push(pages);
    BootImport boot = BootImport.of(pages, now.decoder, now.readers, new ProcFs(),
        1_000_000_000L / SystemFacts.clockTicksPerSecond(), Clocks.read().bootClockOffset());
    if (boot == null) {
      pages.delete();
      return Long.MAX_VALUE;
    }
    now.boot = boot;
    return boot.since();
  }

  private @Nullable BootPages bootPages(
      Opened now, @Nullable BootRing ring, Journal.Owner owner, List<Integer> cpus) {
    Path file = JournalDirectory.bootJournal(settings.journals(), settings.instance());
    try {
      return BootPages.of(ring, file, owner, now.layout, cpus, files);
    } catch (SourceException e) {
      LOG.warn("{}; what happened before now is taken from /proc", e.getMessage());
      return null;
    } finally {
      if (ring != null) {
        ring.release();
        LOG.debug("took over what {} has recorded since the boot", ring);
      }
    }
  }

  /** Something that both rings record, so that they have at least that in common. */
  private static void leaveTrace() {
    Thread thread = new Thread(() -> { }, "trace-mark");
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One that cannot be set up is not left behind. */
  private long setUp(TraceInstance instance, Path tracefs) {
    if (!instance.isNew()) {
      instance.resize(settings.buffer());
      return 0;
    }
    try {
      return instance.configure(settings.buffer());
    } catch (SourceException e) {
      TraceInstance.remove(tracefs, settings.instance());
      throw e;
    }
  }

  private CpuReader[] readers(TraceInstance instance, Journal journal, PageLayout layout, List<Integer> cpus) {
    RawReader ring = new RawReader(journal.memory());
    ring.pin();
    List<CpuReader> readers = new ArrayList<>();
    for (int cpu : cpus) {
      CpuReader reader = CpuReader.open(cpu, instance, journal, layout, ring, files);
      toClose.push(reader);
      readers.add(reader);
    }
    return readers.toArray(CpuReader[]::new);
  }

  private static Journal.Owner owner(TraceInstance instance) {
    UUID boot = UUID.fromString(TraceFs.read(BOOT_ID));
    return new Journal.Owner(boot.getMostSignificantBits(), boot.getLeastSignificantBits(), instance.inode());
  }

  private static long identity(Journal.Owner owner) {
    long hash = owner.bootHigh() * 0x9e3779b97f4a7c15L + owner.bootLow();
    return (hash ^ hash >>> 29) * 0xbf58476d1ce4e5b9L + owner.inode();
  }

  private Opened opened() {
    Opened now = opened;
    if (now == null) {
      throw new IllegalStateException("not open");
    }
    return now;
  }

  @Override
  public long drain(TaskEvents events, int most) {
    Opened now = opened();
    long time = Clocks.monotonic();
    long before = now.merge.passed() + now.losses.losses();
    if (now.boot != null && !now.bootPassed) {
      now.boot.passOn(events, now.losses);
      now.bootPassed = true;
    }
    if (now.heartbeat.beat(time, now.drained, events)) {
      now.decoder.inFlight().age(now.drained);
    }
    if (now.merge.pass(time, most, events)) {
      now.drained = time;
      for (CpuReader reader : now.readers) {
        reader.whole(time);
      }
    }
    long pages = 0;
    for (CpuReader reader : now.readers) {
      pages = Math.max(pages, reader.takePages());
    }
    now.pace.drained(pages * now.layout.size(), now.buffer / now.readers.length);
    if (now.merge.passed() + now.losses.losses() != before) {
      publish(now);
    }
    return now.drained;
  }

  private void publish(Opened now) {
    stats = new SourceStats(now.merge.passed(), now.losses.events(), now.losses.losses(), now.buffer);
  }

  @Override
  public byte[] position() {
    Opened now = opened();
    return now.position.encode(now.readers, now.decoder.inFlight());
  }

  @Override
  public void kept(byte[] position) {
    Opened now = opened();
    if (now.boot != null && now.bootPassed) {
      now.boot.kept();
      now.boot = null;
    }
    now.journal.hasUntoldLoss(false);
    giveBack(now, position);
  }

  @Override
  public boolean isFull() {
    for (CpuReader reader : opened().readers) {
      if (reader.isFull()) {
        return true;
      }
    }
    return false;
  }

  /** The count of events that each slot carries will show the next reader what is missing. */
  @Override
  public void forget(byte[] position) {
    giveBack(opened(), position);
  }

  private static void giveBack(Opened now, byte[] position) {
    Position passed = Position.decode(position);
    if (passed != null && passed.isOf(now.identity)) {
      for (CpuReader reader : now.readers) {
        reader.kept(passed.passed(reader.cpu()));
      }
    }
  }

  @Override
  public void await(long nanos) {
    wakeUp.await(Math.min(nanos, opened().pace.nanos()));
  }

  @Override
  public void wakeUp() {
    wakeUp.call();
  }

  @Override
  public SourceStats stats() {
    return stats;
  }

  /** Stops reading; the kernel goes on recording. */
  @Override
  public void close() {
    opened = null;
    while (!toClose.isEmpty()) {
      try {
        toClose.pop().close();
      } catch (Exception e) {
        throw new SourceException("the trace source does not close: " + e.getMessage(), e);
      }
    }
    wakeUp.close();
  }
}
