package io.taskhistory.collector.audit;

import io.taskhistory.collector.auditlog.AuditEvent;
import io.taskhistory.collector.auditlog.AuditRecord;
import io.taskhistory.collector.auditlog.Reassembler;
import io.taskhistory.collector.auditlog.SyscallFacts;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.EventSource;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.source.SourceStats;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Gap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's audit as a source: it puts on record what rules name, and those are ours. Beside another source it tells
 * of execs what nobody has to read in time; as the spine it is told of clones and exits too.
 *
 * <p>Records go from the task that makes them to kauditd and from there to us, so an empty socket does not say that
 * nothing is on its way: a little is held back of the time up to which everything is told.
 */
public final class AuditSource implements EventSource, AuditRecordConsumer {

  /** What a record may take from its task to our socket, while kauditd is not behind, in nanoseconds. */
  private static final long ON_ITS_WAY = 20_000_000;

  private static final byte[] NOTHING = new byte[0];

  private final AuditSettings settings;
  private final AuditRecord record = new AuditRecord();
  private final Reassembler reassembler;
  private final GapNotices gaps = new GapNotices();
  private final ExecRecords execs;
  private final @Nullable SpineEvents spine;
  private volatile @Nullable AuditControl control;
  private volatile @Nullable AuditRecords records;
  private volatile @Nullable AuditKeeper keeper;
  private @Nullable TaskEvents events;
  private long now;
  private long told;
  private volatile long passedOn;
  private volatile long overflows;

  public AuditSource(AuditSettings settings) {
    this.settings = settings;
    reassembler = new Reassembler(settings.mask(), this::happened);
    execs = new ExecRecords(settings.lag(), settings.ofWall());
    spine = settings.isSpine() ? new SpineEvents(execs, settings.proc(), settings.ofStart()) : null;
  }

  @Override
  public String name() {
    return "audit";
  }

  /** The record of a clone names the caller; but that no other came between is not sure without an exit for each task. */
  @Override
  public boolean isExact() {
    return false;
  }

  @Override
  public boolean tellsEveryEnd() {
    return false;
  }

  @Override
  public boolean tellsEveryExit() {
    return false;
  }

  @Override
  public long open(Checkpoint kept) {
    try {
      AuditControl kernel = AuditControl.open();
      control = kernel;
      AuditRecords reading = settings.role() == AuditRole.DAEMON
          ? AuditRecords.daemon(AuditRecords.DEFAULT_BUFFER, kernel)
          : AuditRecords.listener(AuditRecords.DEFAULT_BUFFER);
      records = reading;
      reading.open();
      keeper = AuditKeeper.open(kernel, settings.role(), settings.rules(), false, gaps);
    } catch (AuditException e) {
      close();
      throw failure(e);
    }
    now = Clocks.monotonic();
    told = now;
    if (spine != null) {
      spine.open();
    }
    return now;
  }

  private static SourceException failure(AuditException e) {
    return new SourceException(String.valueOf(e.getMessage()), e);
  }

  private AuditRecords reading() {
    AuditRecords reading = records;
    if (reading == null) {
      throw new IllegalStateException("not open");
    }
    return reading;
  }

  @Override
  public long drain(TaskEvents events, int most) {
    this.events = events;
    AuditRecords reading = reading();
    now = Clocks.monotonic();
    gaps.passOn(events, now);
    if (spine != null) {
      spine.begin();
    }
    try {
      reading.drain(this, most);
    } catch (AuditException e) {
      throw failure(e);
    }
    reassembler.passed(TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()));
    if (gaps.other() >= 0) {
      throw new SourceException("process " + gaps.other() + " is the audit daemon in our place; stop it, or use"
          + " --audit listen beside it");
    }
    told = Math.max(told, reading.emptyAt() - (spine == null ? 0 : ON_ITS_WAY));
    if (spine != null) {
      told = Math.min(told, spine.settle(events, now));
    }
    return told;
  }

  @Override
  public void record(int type, byte[] bytes, int from, int to) {
    AuditKeeper keeping = keeper;
    if (keeping != null) {
      keeping.record(type, bytes, from, to);
    }
    if (record.parsePayload(type, bytes, from, to)) {
      reassembler.add(record);
    }
  }

  @Override
  public void lost(long count) {
    overflows = overflows + 1;
    if (events != null) {
      events.lost(Math.min(told, now), Clocks.monotonic(), count, Gap.Cause.OVERFLOW);
    }
  }

  private void happened(AuditEvent event) {
    SyscallFacts call = event.call();
    TaskEvents sink = events;
    if (call == null || sink == null) {
      return;
    }
    passedOn = passedOn + 1;
    if (spine != null) {
      spine.happened(event, call, sink, Clocks.monotonic());
    } else if (call.call().isExec() && call.success() && call.pid() > 0) {
      sink.execRecorded(execs.of(event, call, Clocks.monotonic()));
    }
  }

  /** Records that were kept by nobody are gone: there is nothing to go on from. */
  @Override
  public byte[] position() {
    return NOTHING;
  }

  @Override
  public void await(long nanos) {
    reading().await(spine == null ? nanos : Math.min(nanos, spine.patience()));
  }

  @Override
  public void wakeUp() {
    AuditRecords reading = records;
    if (reading != null) {
      reading.wakeUp();
    }
  }

  @Override
  public SourceStats stats() {
    AuditRecords reading = records;
    AuditKeeper keeping = keeper;
    if (reading == null || keeping == null) {
      return new SourceStats(0, 0, 0, 0);
    }
    AuditStats kernel = keeping.stats();
    Map<String, Long> more = new LinkedHashMap<>();
    more.put("records", reading.received());
    more.put("kernel_lost", kernel.lost());
    more.put("kernel_lost_before", kernel.lostBefore());
    more.put("backlog", kernel.backlog());
    more.put("backlog_limit", kernel.backlogLimit());
    more.put("backlog_wait_time_actual", kernel.waited());
    more.put("enabled", (long) kernel.enabled());
    more.put("daemon_pid", (long) kernel.daemon());
    String trouble = keeping.trouble();
    String advice = !trouble.isEmpty() || kernel.rules() == RulesState.IN_FORCE ? trouble : kernel.advice();
    return new SourceStats(passedOn, reading.dropped() + kernel.lost(), overflows + (kernel.lost() > 0 ? 1 : 0),
        reading.buffer(), more, advice);
  }

  @Override
  public void close() {
    AuditKeeper keeping = keeper;
    keeper = null;
    AuditRecords reading = records;
    AuditControl kernel = control;
    control = null;
    if (keeping != null) {
      keeping.close();
    }
    if (reading != null) {
      reading.close();
    }
    if (kernel != null) {
      kernel.close();
    }
  }
}
