package io.taskhistory.collector.logimport;

import io.taskhistory.collector.auditlog.AuditEvent;
import io.taskhistory.collector.auditlog.ExecDetails;
import io.taskhistory.collector.auditlog.SyscallFacts;
import io.taskhistory.collector.logimport.LogProcess.Namespace;
import io.taskhistory.collector.tracking.TidTable;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.LiveTasks;
import org.jspecify.annotations.Nullable;

/** The processes of a log by pid, and what becomes of them: how each gets its entries, and how it ends. */
final class LogTasks {

  /** CLONE_NEWPID of include/uapi/linux/sched.h. */
  static final long CLONE_NEWPID = 0x2000_0000;

  static final int INIT = 1;
  private static final int KTHREADD = 2;

  private final HistoryWriter writer;
  private final LogClock clock;
  private final PidCycle cycle;
  private final TidTable<LogProcess> live = new TidTable<>();
  /** By pid, those who were only ever named as somebody's parent. */
  private final TidTable<Entry> shades = new TidTable<>();
  /** By pid, when the last holder that was known ended. */
  private final TidTable<Long> ends = new TidTable<>();
  private long begun;
  private long linked;
  private long execs;

  LogTasks(HistoryWriter writer, LogClock clock, PidCycle cycle) {
    this.writer = writer;
    this.clock = clock;
    this.cycle = cycle;
    writer.live().forEach(this::resume);
  }

  /** What an earlier import left living: whatever went on between that and this is unknown. */
  private void resume(Task task) {
    if (task.isLeader() && task.isLive()) {
      Entry origin = task.entry();
      while (origin.parent() != null && origin.pid() == task.tid()) {
        origin = origin.parent();
      }
      LogProcess process = new LogProcess(
          task, origin, false, task.creator().isPresent(), 0,
          task.tid() == INIT ? Namespace.PROVEN : Namespace.UNKNOWN);
      process.since = cycle.position();
      live.put(task.tid(), process);
    }
  }

  @Nullable LogProcess get(int pid) {
    return live.get(pid);
  }

  boolean hasEnded(int pid) {
    return ends.get(pid) != null;
  }

  boolean isLive(LogProcess process) {
    return live.get(process.pid()) == process;
  }

  /** How many processes there were, of how many the creator is known, and how many execs. */
  long begun() {
    return begun;
  }

  long linked() {
    return linked;
  }

  long execs() {
    return execs;
  }

  /** Whether a pid that the table has may be another's by now: only if some were given out that no record told of. */
  boolean mayBeAnothers(LogProcess process) {
    return process.pid() >= PidCycle.RESERVED && cycle.everHidden() > process.hiddenBefore
        && cycle.mayHavePassed(process.pid(), process.since);
  }

  /** It certainly holds its pid now. */
  void confirm(LogProcess process) {
    process.since = Math.max(process.since, cycle.position());
    process.hiddenBefore = cycle.everHidden();
    process.seenAt = clock.now();
  }

  /** Who certainly holds {@code pid}; null where nobody known does. */
  @Nullable LogProcess certain(int pid) {
    LogProcess process = live.get(pid);
    return process == null || mayBeAnothers(process) ? null : process;
  }

  /** A child of {@code caller}, which stood at {@code entry} when it called clone. */
  LogProcess link(int pid, LogProcess caller, Entry entry, RawText comm, RawText exe, long flags, long stamp,
      boolean isAssumed) {
    Task creator = caller.task;
    Long before = ends.get(pid);
    long start = Math.max(Math.max(Math.min(clock.of(stamp), clock.now()), entry.time()),
        Math.max(creator.start(), before == null ? 0 : before));
    Task task = Task.leader(writer.boot(), pid, start, entry);
    task.doubt(isAssumed ? creator.doubts().withCreatorAssumed() : creator.doubts());
    task.createdBy(creator.tid(), creator.start());
    task.reapedBy(creator.id());
    task.rename(comm);
    LogProcess child = new LogProcess(task, entry, false, true, stamp, namespaceOfChild(caller, flags));
    child.exe = exe;
    child.creator = caller;
    child.ppid = caller.pid();
    linked += isAssumed ? 0 : 1;
    return begin(child);
  }

  private static Namespace namespaceOfChild(LogProcess caller, long flags) {
    if (caller.namespace == Namespace.OTHER || flags != SyscallFacts.UNKNOWN && (flags & CLONE_NEWPID) != 0) {
      return Namespace.OTHER;
    }
    return caller.namespace == Namespace.UNKNOWN ? Namespace.UNKNOWN : Namespace.INHERITED;
  }

  /**
   * A process of whose start nothing is known. Who its {@code ppid} names is its ancestor all the same, as a reaper
   * always is.
   *
   * @param before who had the pid before, and has it still for all that is known
   */
  LogProcess find(LogEvent event, SyscallFacts call, @Nullable LogProcess before) {
    int pid = call.pid();
    LogProcess reaper = call.ppid() > 0 ? certain(call.ppid()) : null;
    Entry origin = reaper == null ? shade(call.ppid()) : originFrom(reaper);
    Entry entry = origin;
    long now = clock.next();
    boolean isOwn = !event.isExec(); // what it was called before, an exec does not tell
    if (isOwn) {
      entry = named(origin, now, pid, call.comm(), Provenance.SNAPSHOT);
    }
    Task task = Task.leader(writer.boot(), pid, now, entry);
    task.doubt((reaper == null ? Doubts.NONE : reaper.task.doubts()).withCreatorAssumed());
    task.rename(call.comm());
    LogProcess process = new LogProcess(task, entry, isOwn, false, event.stamp, namespaceOfFound(pid, reaper));
    if (before != null && before.namespace == Namespace.OTHER) {
      process.namespace = Namespace.OTHER;
    } else if (before != null && before.unseenChildren > 0) {
      process.unseenChildren = before.unseenChildren;
    }
    process.exe = event.isExec() ? RawText.UNKNOWN : call.exe();
    return begin(process);
  }

  /** A process in another namespace can be handed to a reaper in the log's own, but not the other way round. */
  private static Namespace namespaceOfFound(int pid, @Nullable LogProcess reaper) {
    if (pid == INIT) {
      return Namespace.PROVEN;
    }
    return reaper != null && reaper.namespace == Namespace.OTHER ? Namespace.OTHER : Namespace.UNKNOWN;
  }

  private LogProcess begin(LogProcess process) {
    begun++;
    int pid = process.pid();
    live.put(pid, process);
    Entry shade = shades.get(pid);
    if (shade != null) {
      shades.remove(pid, shade);
    }
    process.since = cycle.since(pid, process.isLinked);
    process.seenAt = clock.now();
    process.hiddenBefore = cycle.everHidden();
    writer.save(process.task);
    return process;
  }

  /** Who was never seen but as a parent: something is there, and nobody knows what. */
  private Entry shade(int pid) {
    if (pid < 1 || pid == KTHREADD || pid >= LiveTasks.TID_LIMIT) {
      return writer.root(); // what the kernel itself starts comes of a kernel thread
    }
    Entry shade = shades.get(pid);
    if (shade == null) {
      shade = named(writer.root(), clock.next(), pid, RawText.UNKNOWN, Provenance.UNKNOWN);
      shades.put(pid, shade);
    }
    return shade;
  }

  /**
   * Where the history of a process begins of which only its reaper is known. That may have created it, or whoever did,
   * before its own execs: so of these none certainly lies on the way, and one entry stands for all of it.
   */
  Entry originFrom(LogProcess reaper) {
    if (reaper.isBirthOwn || !reaper.hasExecdSinceBirth()) {
      return reaper.birth;
    }
    Entry entry = reaper.asReaper;
    if (entry == null) {
      entry = named(reaper.birth, clock.next(), reaper.pid(), reaper.task.comm(), Provenance.SNAPSHOT);
      reaper.asReaper = entry;
    }
    return entry;
  }

  private Entry named(Entry parent, long time, int pid, RawText name, Provenance provenance) {
    Entry entry = new Entry(parent, time, pid, name, name.isKnown() ? provenance : Provenance.UNKNOWN);
    writer.save(entry);
    return entry;
  }

  /** An exec that succeeded. */
  void exec(LogProcess process, AuditEvent event, SyscallFacts call) {
    Entry entry = new Entry(process.task.entry(), clock.next(), process.pid(), call.comm(),
        call.comm().isKnown() ? Provenance.OBSERVED : Provenance.UNKNOWN);
    entry.detail(ExecDetails.of(event, call));
    enter(process, entry, call);
    execs++;
  }

  /** It runs another image than the last that was heard of: an exec is missing, and what it was is not known. */
  void execUnseen(LogProcess process, SyscallFacts call) {
    enter(process, new Entry(process.task.entry(), clock.next(), process.pid(), call.comm(),
        call.comm().isKnown() ? Provenance.SNAPSHOT : Provenance.UNKNOWN), call);
  }

  private void enter(LogProcess process, Entry entry, SyscallFacts call) {
    writer.save(entry);
    process.task.enter(entry);
    process.task.rename(call.comm());
    process.exe = call.exe();
    process.asReaper = null;
    writer.save(process.task);
  }

  /** Whom {@code ppid} names from now on. */
  void reaped(LogProcess process, int ppid) {
    if (process.ppid != ppid) {
      process.ppid = ppid;
      LogProcess reaper = certain(ppid);
      process.task.reapedBy(reaper == null ? null : reaper.task.id());
      writer.save(process.task);
    }
  }

  /** It is over. */
  void end(LogProcess process, int waitStatus) {
    long now = clock.next();
    process.task.end(new Ending(now, waitStatus));
    live.remove(process.pid(), process);
    ends.put(process.pid(), now);
    writer.save(process.task);
  }

  /** Something is missing from the log, and each that lives may have done it. */
  void doubt(Gap gap) {
    live.forEach(process -> {
      process.task.doubt(process.task.doubts().withGap(gap));
      writer.save(process.task);
    });
  }
}
