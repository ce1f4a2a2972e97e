package io.taskhistory.collector.logimport;

import io.taskhistory.collector.auditlog.AuditEvent;
import io.taskhistory.collector.auditlog.AuditRecord;
import io.taskhistory.collector.auditlog.Field;
import io.taskhistory.collector.auditlog.Reassembler;
import io.taskhistory.collector.auditlog.RecordTypes;
import io.taskhistory.collector.masking.Mask;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.BootFacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes history of the lines of audit logs: line, record, event, boot, task. Lines come in the order of the files,
 * which is that of time; a log can hold several boots of one machine.
 *
 * <p>A boot begins where the serials do again: they fall, and the stamps do not. The daemon's own records
 * ({@code DAEMON_…}) have serials of its own and only tell that it started anew, which is when a boot can have begun
 * without the serials having fallen.
 */
public final class LogImport {

  private static final Field SIG = new Field("sig");

  /** The records of one boot are less out of order than that. */
  private static final long DISORDER = 1_000_000_000L;

  private final ImportTarget target;
  private final byte @Nullable [] wanted;
  private final AuditRecord record = new AuditRecord();
  private final Reassembler reassembler;
  private byte @Nullable [] node;
  /** The machine of which there is history already. */
  private byte @Nullable [] kept;
  private @Nullable BootImport boot;
  private boolean isAnnounced;
  private long serialAtStart = -1;
  private boolean isResumed;

  private long records;
  private long unparsable;
  private long others;
  private long events;
  private long older;
  private int boots;
  private long tasks;
  private long linked;
  private long execs;
  private long gaps;
  private long missing;
  private long from;
  private long to;

  /**
   * Makes one.
   *
   * @param node the machine whose records count, where a log has those of several; null for the only one
   * @param mask what takes secrets out of arguments
   * @throws ImportException where the target holds another machine's history
   */
  public LogImport(ImportTarget target, @Nullable String node, Mask mask) {
    this.target = target;
    this.reassembler = new Reassembler(mask, this::reassembled);
    this.wanted = node == null ? null : ("node=" + node).getBytes(StandardCharsets.UTF_8);
    target.last().ifPresent(writer -> {
      BootImport last = new BootImport(writer);
      kept = last.node();
      boot = last;
      boots = 1;
      isResumed = true;
    });
    if (wanted != null) {
      checkKept(wanted, 0, wanted.length);
    }
  }

  /** Its tasks would become those of the other machine's processes that have the same pids. */
  private void checkKept(byte[] bytes, int from, int to) {
    if (kept != null && !Arrays.equals(bytes, from, to, kept, 0, kept.length)) {
      throw new ImportException("The directory holds the history of another machine: " + name(kept, 0, kept.length)
          + ", and this log is of " + name(bytes, from, to) + ". Import it into a directory of its own");
    }
  }

  /** Takes in one line, without its newline. */
  public void add(byte[] bytes, int from, int to) {
    if (from == to) {
      return;
    }
    if (!record.parse(bytes, from, to)) {
      unparsable++;
    } else if (isWanted()) {
      records++;
      sort();
    } else {
      others++;
    }
  }

  private boolean isWanted() {
    byte[] bytes = record.bytes();
    if (wanted != null) {
      return Arrays.equals(bytes, record.from(), record.nodeTo(), wanted, 0, wanted.length);
    }
    if (node == null) {
      checkKept(bytes, record.from(), record.nodeTo());
      node = Arrays.copyOfRange(bytes, record.from(), record.nodeTo());
    } else if (!Arrays.equals(bytes, record.from(), record.nodeTo(), node, 0, node.length)) {
      throw new ImportException("The log has records of several machines: " + name(node, 0, node.length) + " and "
          + name(bytes, record.from(), record.nodeTo()) + ". Choose one with --node NAME, into a directory of its own");
    }
    return true;
  }

  private static String name(byte[] bytes, int from, int to) {
    return from == to ? "one without a name"
        : new String(bytes, from, Math.min(to - from, 200), StandardCharsets.US_ASCII).replaceAll("[^!-~]", "?");
  }

  private void sort() {
    int type = record.type();
    if (type == RecordTypes.DAEMON_START) {
      isAnnounced = true;
      serialAtStart = boot == null ? -1 : boot.newestSerial();
    }
    if (type >= RecordTypes.DAEMON_START && type < RecordTypes.SYSCALL) {
      return; // its serials are the daemon's
    }
    if (type == RecordTypes.ANOM_ABEND) {
      long signal = record.decimal(SIG);
      accept(LogEvent.abend(record.stamp(), record.serial(), type, record.pid(Field.PID),
          signal > 0 && signal < 128 ? (int) signal : 0));
    } else {
      reassembler.add(record);
    }
  }

  private void reassembled(AuditEvent event) {
    accept(LogEvent.of(event));
  }

  private void accept(LogEvent event) {
    BootImport present = boot;
    if (present == null) {
      present = begin(event);
    } else if (isResumed && isFromBefore(present, event)) {
      older++;
      return;
    } else if (isOfNextBoot(present, event)) {
      finish();
      present = begin(event);
    } else if (isLateBoot(present, event)) {
      present = split(present, event);
    }
    isResumed = false;
    if (!present.add(event)) {
      older++;
      return;
    }
    events++;
    from = from == 0 ? event.stamp : Math.min(from, event.stamp);
    to = Math.max(to, event.stamp);
  }

  /**
   * Whether it is from before what was imported earlier, perhaps of an earlier boot, whose serials can be higher. Its
   * tasks came before those that are there, and would become their children. A clock that was set back between two
   * imports looks the same; then what is left out is a gap.
   */
  private static boolean isFromBefore(BootImport present, LogEvent event) {
    return event.stamp < present.newestStamp() - DISORDER
        || event.stamp <= present.newestStamp() && event.serial <= present.newestSerial();
  }

  private boolean isOfNextBoot(BootImport present, LogEvent event) {
    boolean fell = event.serial <= present.newestSerial();
    boolean isLater = event.stamp > present.newestStamp() + DISORDER;
    boolean wasSetBack = event.stamp < present.newestStamp() - DISORDER
        && (isAnnounced || event.type == RecordTypes.KERNEL) && event.serial < serialAtStart;
    return fell && (isLater || wasSetBack);
  }

  /** Whether the boot has begun a while ago, with serials beyond the last boot's. */
  private boolean isLateBoot(BootImport present, LogEvent event) {
    return event.type == RecordTypes.SYSTEM_BOOT && isAnnounced && serialAtStart >= 0
        && event.serial > present.newestSerial();
  }

  private BootImport split(BootImport present, LogEvent event) {
    Deque<LogEvent> moved = new ArrayDeque<>();
    for (LogEvent one = present.takeAfter(serialAtStart); one != null; one = present.takeAfter(serialAtStart)) {
      moved.addFirst(one);
    }
    finish();
    BootImport next = begin(moved.isEmpty() ? event : moved.getFirst());
    moved.forEach(next::add);
    return next;
  }

  private BootImport begin(LogEvent first) {
    String name = (node == null || wanted != null ? "" : new String(node, StandardCharsets.ISO_8859_1))
        + (wanted == null ? "" : new String(wanted, StandardCharsets.ISO_8859_1));
    String id = name + " " + first.stamp + ":" + first.serial;
    ClockLedger.Row clock = new ClockLedger.Row(0, first.stamp, 0);
    byte[] machine = wanted != null ? wanted : node == null ? new byte[0] : node;
    BootImport begun = new BootImport(target.begin(new BootFacts(
        UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.ISO_8859_1)).toString(), first.stamp, clock)), machine);
    boot = begun;
    boots++;
    isAnnounced = false;
    serialAtStart = -1;
    return begun;
  }

  private void finish() {
    BootImport present = boot;
    if (present == null) {
      return;
    }
    present.end();
    LogRules rules = present.rules();
    tasks += rules.tasks().begun();
    linked += rules.tasks().linked();
    execs += rules.tasks().execs();
    gaps += rules.gaps();
    missing += rules.missing();
    boot = null;
  }

  /** There is no more: everything is kept when this returns. */
  public ImportSummary end() {
    reassembler.end();
    finish();
    return new ImportSummary(records, unparsable, others, events, older, reassembler.unfinished(), boots, tasks, linked,
        execs, gaps, missing, from, to);
  }

  /** How many lines were records so far. */
  public long records() {
    return records;
  }
}
