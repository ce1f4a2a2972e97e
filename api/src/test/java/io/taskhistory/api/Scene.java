package io.taskhistory.api;

import io.taskhistory.collector.CollectorView;
import io.taskhistory.collector.source.SourceStats;
import io.taskhistory.collector.tracking.CheckStats;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Details;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.SignalOrigin.Kind;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.memory.Kept;
import io.taskhistory.store.memory.MemoryHistoryStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A host to ask about: the boot that the kernel patch's description shows, whose clock is set back by nine hours after
 * init, and an earlier one.
 */
public final class Scene {

  public static final String EARLIER_BOOT = "aaaaaaaa-2222-3333-4444-555555555555";
  public static final String BOOT = "bbbbbbbb-2222-3333-4444-555555555555";
  public static final String KEY = "bbbbbbbb2222";
  public static final long SECOND = 1_000_000_000L;
  /** When sshd execs, on the monotonic clock. */
  public static final long SSHD = 126 * SECOND;
  public static final long BASH = 140 * SECOND;
  /** The first of those that ended in every way. */
  public static final int ENDED = 4100;
  public static final byte[] HOSTILE = "a \"=>\n\u001b[31m?".getBytes(StandardCharsets.UTF_8);

  public final MemoryHistoryStore store;
  public final FixedCollector collector = new FixedCollector();
  private final HistoryWriter writer;

  public Scene() {
    Kept kept = new Kept();
    earlierBoot(kept);
    long start = wall("2023-08-11T19:43:29Z");
    store = MemoryHistoryStore.open(kept, new BootFacts(BOOT, start, new ClockLedger.Row(0, start, 0)));
    writer = store.writer();
    fill();
  }

  public HistoryReader reader() {
    return store.reader();
  }

  public HistoryWriter writer() {
    return writer;
  }

  private static void earlierBoot(Kept kept) {
    long start = wall("2023-08-01T00:00:00Z");
    MemoryHistoryStore store =
        MemoryHistoryStore.open(kept, new BootFacts(EARLIER_BOOT, start, new ClockLedger.Row(0, start, 0)));
    HistoryWriter writer = store.writer();
    Entry init = new Entry(writer.root(), 5 * SECOND, 1, RawText.of("oldinit"), Provenance.OBSERVED);
    writer.save(init);
    Task one = Task.leader(writer.boot(), 1, 0, init);
    one.rename(init.name());
    writer.save(one);
    writer.commit(3600 * SECOND);
    store.close();
  }

  private void fill() {
    ClockLedger.Row setBack = new ClockLedger.Row(60 * SECOND, wall("2023-08-11T10:43:29Z"), 0);
    if (writer.boot().clock().observe(setBack)) {
      writer.clock(setBack);
    }
    Entry init = entry(writer.root(), 14 * SECOND, 1, "init", Provenance.RESOLVED);
    Entry sshd = entry(init, SSHD, 3767, "sshd", Provenance.RESOLVED);
    sshd.detail(new Details(RawText.of("/usr/sbin/sshd"), RawText.of("/usr/sbin/sshd"),
        List.of(RawText.of("sshd:"), RawText.of(HOSTILE)), false, RawText.of("/"), 0, 0, 0, 0, 4294967295L, 4294967295L,
        RawText.EMPTY, RawText.of("/system.slice/ssh.service"), RawText.EMPTY, 3767));
    writer.save(sshd);
    Entry bash = entry(sshd, BASH, 3787, "bash", Provenance.RESOLVED);
    Entry hostile = new Entry(bash, 150 * SECOND, 4000, RawText.of(HOSTILE), Provenance.SNAPSHOT);
    writer.save(hostile);
    Entry unknown = new Entry(bash, 151 * SECOND, 4001, RawText.UNKNOWN, Provenance.UNKNOWN);
    writer.save(unknown);

    Task one = process(1, 0, init, null);
    Task kthreadd = process(2, 0, writer.root(), null);
    process(10, SECOND, writer.root(), kthreadd);
    Task daemon = process(3767, 120 * SECOND, sshd, one);
    Task shell = process(3787, 130 * SECOND, bash, daemon);
    Task thread = Task.thread(shell, 3788, 141 * SECOND);
    thread.createdBy(shell.tid(), shell.start());
    thread.rename(RawText.of("worker"));
    writer.save(thread);
    Task odd = process(4000, 149 * SECOND, hostile, shell);
    odd.doubt(odd.doubts().withCreatorAssumed()
        .withGap(writer.gap("proc", 148 * SECOND, 149 * SECOND, Gap.UNCOUNTED, Gap.Cause.OVERFLOW)));
    writer.save(odd);
    Task first = process(3900, 142 * SECOND, bash, shell);
    Task killed = process(4001, 150 * SECOND, unknown, shell);
    writer.commit(155 * SECOND);
    end(first, 160 * SECOND, 3 << 8);
    end(killed, 161 * SECOND, 0x80 | 11);
    writer.commit(162 * SECOND);
    process(3900, 170 * SECOND, bash, shell);
    commit(180 * SECOND);
  }

  /** Adds processes from {@link #ENDED} on, each ended in another way. */
  public void endInEveryWay() {
    Task shell = reader().task(3787).orElseThrow();
    Task odd = reader().task(4000).orElseThrow();
    long sent = 171 * SECOND;
    List<Ending> endings = List.of(
        new Ending(172 * SECOND, 9, new SignalOrigin(9, sent, Kind.TASK, 0, shell.id()), false),
        new Ending(172 * SECOND, 15, new SignalOrigin(15, sent, Kind.TASK, -6, odd.id()), false),
        new Ending(172 * SECOND, 0x80 | 11, new SignalOrigin(11, sent, Kind.KERNEL, 1, null), false),
        new Ending(172 * SECOND, 14, new SignalOrigin(14, sent, Kind.INTERRUPT, 0x80, null), false),
        new Ending(172 * SECOND, 9, new SignalOrigin(9, sent, Kind.KERNEL, 0x80, null), true),
        new Ending(172 * SECOND, 2, new SignalOrigin(2, sent, Kind.TASK, 0, null), false),
        new Ending(172 * SECOND, 3, new SignalOrigin(3, sent, Kind.TASK, 77, new TaskId(KEY, 4999, 1)), false),
        new Ending(172 * SECOND, 6, new SignalOrigin(6, sent, Kind.TASK, -6, new TaskId(KEY, 4107, 170 * SECOND)),
            false),
        new Ending(172 * SECOND, Ending.UNREPORTED),
        new Ending(179 * SECOND + SECOND / 2, Ending.UNREPORTED),
        new Ending(148 * SECOND - SECOND / 2, Ending.UNREPORTED));
    for (int i = 0; i < endings.size(); i++) {
      Ending ending = endings.get(i);
      Task task = process(ENDED + i, Math.min(170 * SECOND, ending.time() - SECOND), shell.entry(), null);
      task.end(ending);
      writer.save(task);
    }
    commit(180 * SECOND);
  }

  public void commit(long watermark) {
    writer.commit(watermark);
    collector.watermark = watermark;
  }

  public void end(Task task, long time, int waitStatus) {
    task.end(new Ending(time, waitStatus));
    writer.save(task);
  }

  public Entry entry(Entry parent, long time, int pid, String name, Provenance provenance) {
    Entry entry = new Entry(parent, time, pid, RawText.of(name), provenance);
    writer.save(entry);
    return entry;
  }

  public Task process(int pid, long start, Entry entry, @Nullable Task creator) {
    Task task = Task.leader(writer.boot(), pid, start, entry);
    task.rename(entry.name());
    if (creator != null) {
      task.createdBy(creator.tid(), creator.start());
      task.reapedBy(creator.id());
    }
    writer.save(task);
    return task;
  }

  public static long wall(String rfc3339) {
    return Instant.parse(rfc3339).getEpochSecond() * SECOND;
  }

  /** A collector that stands still. */
  public static final class FixedCollector implements CollectorView {

    public volatile long watermark;
    public volatile String state = "running";
    public final AtomicInteger waits = new AtomicInteger();

    @Override
    public long watermark() {
      return watermark;
    }

    @Override
    public long kept() {
      return watermark();
    }

    @Override
    public boolean awaitNow(Duration atMost) {
      waits.incrementAndGet();
      return true;
    }

    @Override
    public Status status() {
      return new Status("proc",
          List.of(new Status.Source(
              "proc", Status.Role.SPINE, state, watermark, new SourceStats(1234, 2, 1, 1 << 20), null)), 7, 1,
          Status.Queue.NONE,
          new CheckStats(4, 800, Map.of("ended", 2L, "image", 1L), 3, SSHD, "process 7 (sh) has ended",
              List.of(new CheckStats.Agreement("audit", 50, 1))));
    }
  }
}
