package io.taskhistory.collector.audit;

import io.taskhistory.collector.auditlog.AuditEvent;
import io.taskhistory.collector.auditlog.SyscallFacts;
import io.taskhistory.collector.auditlog.Syscalls;
import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Ending;
import io.taskhistory.history.RawText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Task events out of audit's records, where there is nothing better. A record is written when its syscall returns: a
 * child's can come before that of the clone that made it, so it waits a little for that. Threads are not followed:
 * their records carry the pid of their process.
 *
 * <p>A clone returns the child's pid as the caller's pid namespace counts it. So it makes a task at once only where
 * /proc shows that the caller's is ours, and the flags that it is no thread. Else something has to confirm it: a record
 * of the child's own, or /proc, with that pid and the caller as the parent.
 *
 * <p>A process that a signal ends leaves no record. That a pid still belongs to the process that it belonged to is
 * known as long as the kernel has not come by that pid again ({@link TidsGiven}); then /proc has to show the process with the
 * start that it had, or the record is an unknown process's.
 */
final class SpineEvents {

  /** How long a record waits for the clone of its process, in nanoseconds. */
  static final long HOLD = 300_000_000;

  static final int MOST_HELD = 4096;
  static final int MOST_CLONES = 4096;

  /** How often the processes that are known are looked for in /proc, in nanoseconds. */
  static final long LOOK_EVERY = 5_000_000_000L;

  /** Of include/uapi/linux/sched.h. */
  private static final long CLONE_PARENT = 0x8000;
  private static final long CLONE_THREAD = 0x1_0000;
  private static final long CLONE_NEWPID = 0x2000_0000;

  private static final long UNKNOWN_START = -1;

  /** By how much a start that /proc gives, and one that a record tells of, differ at most. */
  private static final long JITTER = 20_000_000;

  /** Of how many generations it is remembered who came of whom; else those that fork and end for ever would pile up. */
  private static final int GENERATIONS = 64;

  /** Whether a process has numbers in pid namespaces other than ours. */
  private enum Nested { YES, NO, UNKNOWN }

  private static final class Known {

    final int pid;
    int ppid;
    final @Nullable Known creator;
    final int generation;
    Nested nested;
    /** As /proc gives it. */
    long starttime = UNKNOWN_START;
    long lastTime;
    /** Where its pid was given the last time that somebody could have got it; see {@link TidsGiven}. */
    long place;
    /** Whether it was not there when it was looked for, and no record has come since. */
    boolean isMissed;

    Known(int pid, int ppid, @Nullable Known creator, Nested nested, long time) {
      this.pid = pid;
      this.ppid = ppid;
      generation = creator == null ? 0 : (creator.generation + 1) % GENERATIONS;
      this.creator = generation == 0 ? null : creator;
      this.nested = nested;
      lastTime = time;
    }

    /** Whether {@code pid} can have become its parent: only an ancestor can. */
    boolean isReapedBy(int pid) {
      boolean is = pid == 1;
      for (Known up = creator; up != null && !is; up = up.creator) {
        is = up.pid == pid;
      }
      return is;
    }
  }

  /** A clone whose child nothing has named yet. */
  private record Clone(Known caller, long since, long time, long flags, long place) {

    boolean has(long flag) {
      return flags != SyscallFacts.UNKNOWN && (flags & flag) != 0;
    }

    /**
     * Whether a process with the pid that clone returned, and that parent, came of it. In another pid namespace the
     * numbers are others: then a process of somebody else's can have that pid, but not easily the caller for a parent.
     */
    boolean isConfirmedBy(int ppid) {
      return caller.nested == Nested.NO || ppid == caller.pid && !has(CLONE_PARENT);
    }
  }

  /**
   * A record.
   *
   * @param since before that its syscall was not entered
   * @param place where the pid that a clone returned was given; of any other where the caller's certainly was
   * @param own where the caller's was, if the kernel has not come by since the record was written
   */
  private record Said(AuditEvent event, SyscallFacts call, long since, long receivedAt, long place, long own) {}

  private final ExecRecords execs;
  private final ProcTasks proc;
  private final LongUnaryOperator ofStart;
  private final TidsGiven tids;
  private final TaskStat stat = new TaskStat();
  private final Map<Integer, Known> known = new HashMap<>();
  private final Map<Integer, Clone> clones = new LinkedHashMap<>() {

    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Integer, Clone> eldest) {
      return size() > MOST_CLONES;
    }
  };
  private final Map<Integer, Deque<Said>> held = new LinkedHashMap<>();
  private int heldCount;
  private long nextLook;

  /**
   * Makes one.
   *
   * @param ofStart the monotonic time of a start that /proc gives
   */
  SpineEvents(ExecRecords execs, ProcTasks proc, LongUnaryOperator ofStart) {
    this.execs = execs;
    this.proc = proc;
    this.ofStart = ofStart;
    tids = new TidsGiven(proc);
  }

  /** What /proc shows is known; call it once records are being written. */
  void open() {
    tids.look();
    for (int pid : proc.processes()) {
      if (proc.read(pid, stat)) {
        Known process = new Known(pid, stat.ppid, null, Nested.UNKNOWN, 0);
        process.starttime = stat.starttime;
        process.place = tids.placeOf(pid);
        known.put(pid, process);
      }
    }
  }

  /** What comes next was put on record by now, at the latest a moment later. */
  void begin() {
    tids.look();
  }

  /** One event has been put together, at {@code now}. */
  void happened(AuditEvent event, SyscallFacts call, TaskEvents events, long now) {
    boolean hasCloned = call.call().isClone() && call.success() && call.exit() > 0 && call.exit() <= Integer.MAX_VALUE;
    if (hasCloned) {
      tids.given();
    }
    boolean isClone = hasCloned && (call.flags() == SyscallFacts.UNKNOWN || (call.flags() & CLONE_THREAD) == 0);
    boolean isExec = call.call().isExec() && call.success();
    boolean isExit = call.call() == Syscalls.Call.EXIT_GROUP;
    if (call.pid() <= 0 || !isExec && !isClone && !isExit) {
      return;
    }
    Deque<Said> waiting = held.get(call.pid());
    if (waiting != null
        && (tids.canHaveComeRound(waiting.element().own) || waiting.element().call.ppid() != call.ppid())) {
      release(call.pid(), events); // this one can be of the next who has the pid
      waiting = null;
    }
    Known process = waiting != null ? null : sure(call, events);
    long place = isClone ? tids.placeOf((int) call.exit()) : process == null ? tids.safePlaceOf(call.pid()) : 0;
    Said said = new Said(event, call, execs.enteredFrom(event), now, place, tids.placeOf(call.pid()));
    if (process == null) {
      hold(said, events);
    } else {
      apply(process, said, events);
    }
  }

  /** Who certainly made a record, and has been told of or stands in /proc from before; null where that is not sure. */
  private @Nullable Known sure(SyscallFacts call, TaskEvents events) {
    Clone clone = clones.get(call.pid());
    if (clone != null && clone.isConfirmedBy(call.ppid()) && isPresent(clone)) {
      clones.remove(call.pid());
      return cloned(clone, call.pid(), UNKNOWN_START, events);
    }
    Known process = known.get(call.pid());
    if (process == null || !isStillThere(process, call)) {
      return null;
    }
    process.ppid = call.ppid();
    process.isMissed = false;
    return process;
  }

  private boolean isStillThere(Known process, SyscallFacts call) {
    if (!tids.canHaveComeRound(process.place)) {
      return process.ppid == call.ppid() || process.isReapedBy(call.ppid()) || isShown(process);
    }
    return isShown(process);
  }

  /** Whether /proc shows that very process. */
  private boolean isShown(Known process) {
    boolean is = process.starttime != UNKNOWN_START && proc.read(process.pid, stat)
        && stat.starttime == process.starttime;
    if (is) {
      process.place = tids.placeOf(process.pid);
    }
    return is;
  }

  private void hold(Said one, TaskEvents events) {
    if (heldCount == MOST_HELD) {
      release(held.keySet().iterator().next(), events);
    }
    held.computeIfAbsent(one.call.pid(), pid -> new ArrayDeque<>()).add(one);
    heldCount++;
  }

  private void apply(Known process, Said said, TaskEvents events) {
    SyscallFacts call = said.call;
    long time = Math.max(said.since, process.lastTime + 1);
    process.lastTime = time;
    if (call.call().isExec()) {
      events.execed(time, call.pid(), call.pid(), call.comm(), said.event.program());
      events.execRecorded(execs.of(said.event, call, said.receivedAt));
    } else if (call.call().isClone()) {
      Clone clone = new Clone(process, said.since, time, call.flags(), said.place);
      cloneReturned(clone, (int) call.exit(), events);
    } else {
      known.remove(call.pid(), process);
      int status = call.code() == SyscallFacts.UNKNOWN ? Ending.UNKNOWN_STATUS : (int) call.code() << 8;
      events.exited(time, call.pid(), call.pid(), status, call.ppid());
    }
  }

  private void cloneReturned(Clone clone, int child, TaskEvents events) {
    Nested nested = nested(clone.caller);
    if (nested == Nested.YES) {
      return;
    }
    Deque<Said> waiting = held.get(child);
    if (waiting != null && waiting.element().since < clone.since) {
      release(child, events); // they are of somebody who had the pid before
      waiting = null;
    }
    boolean isConfirmed = waiting != null && clone.isConfirmedBy(waiting.element().call.ppid());
    boolean isOurs = nested == Nested.NO && clone.flags != SyscallFacts.UNKNOWN;
    long starttime = shown(clone, child);
    clones.remove(child);
    if (isConfirmed || isOurs || starttime != UNKNOWN_START) {
      applyHeld(cloned(clone, child, starttime, events), events);
    } else {
      clones.put(child, clone); // behind all others, as the latest
    }
  }

  /** The pid namespace of a process is that of its creator's children when it was made, for its whole life. */
  private Nested nested(Known process) {
    if (process.nested == Nested.UNKNOWN) {
      // It can have ended long ago, and its pid be another's.
      boolean isShown = proc.read(process.pid, stat)
          && ofStart.applyAsLong(stat.starttime) <= process.lastTime + JITTER;
      int namespaces = isShown ? proc.pidNamespaces(process.pid) : 0;
      process.nested = namespaces == 1 ? Nested.NO
          : namespaces == 0 && process.creator != null ? Nested.UNKNOWN : Nested.YES;
    }
    return process.nested;
  }

  /** When a process started, as /proc gives it, that certainly came of a clone which has just returned that pid. */
  private long shown(Clone clone, int child) {
    boolean is = proc.read(child, stat) && clone.isConfirmedBy(stat.ppid)
        && ofStart.applyAsLong(stat.starttime + 1) >= clone.time;
    long starttime = stat.starttime;
    Known before = known.get(child);
    return is && (before == null || before.starttime != starttime) && proc.tgid(child) == child
        ? starttime : UNKNOWN_START;
  }

  /** Whether neither the caller's pid nor the one that clone returned can have become another's. */
  private boolean isPresent(Clone clone) {
    Known holder = known.get(clone.caller.pid);
    return (holder == null || holder == clone.caller) && !tids.canHaveComeRound(clone.place);
  }

  private Known cloned(Clone clone, int child, long starttime, TaskEvents events) {
    Known caller = clone.caller;
    long time = clone.time;
    if (starttime != UNKNOWN_START && caller.lastTime == time) { // nothing of the caller's comes between
      time = Math.max(time, ofStart.applyAsLong(starttime));
      caller.lastTime = time;
    }
    Nested nested = clone.has(CLONE_NEWPID) || caller.nested == Nested.YES ? Nested.YES : Nested.UNKNOWN;
    Known made = new Known(child, clone.has(CLONE_PARENT) ? caller.ppid : caller.pid, caller, nested, time);
    made.starttime = starttime;
    made.place = clone.place;
    if (starttime != UNKNOWN_START) {
      nested(made);
    }
    known.put(child, made);
    events.cloned(time, caller.pid, true, child, child, clone.flags, RawText.UNKNOWN);
    return made;
  }

  private void applyHeld(Known process, TaskEvents events) {
    Deque<Said> waiting = held.remove(process.pid);
    if (waiting != null) {
      heldCount -= waiting.size();
      process.ppid = waiting.element().call.ppid();
      waiting.forEach(said -> apply(process, said, events));
    }
  }

  /** No clone has come: whoever had the pid before is over, and who has it now only /proc can tell. */
  private void release(int pid, TaskEvents events) {
    Deque<Said> waiting = held.get(pid);
    if (waiting == null) {
      return; // what was released before has told of it
    }
    Said first = waiting.element();
    Known before = known.get(pid);
    long time = before == null ? first.since - 1 : Math.max(before.lastTime + 1, first.since - 1);
    events.exited(time, pid, pid, Ending.UNKNOWN_STATUS, TaskEvents.UNKNOWN_TID);
    Known process = new Known(pid, first.call.ppid(), null, Nested.UNKNOWN, time);
    process.place = first.call.call().isClone() ? tids.safePlaceOf(pid) : first.place;
    if (proc.read(pid, stat) && ofStart.applyAsLong(stat.starttime) <= first.since) {
      process.starttime = stat.starttime;
      process.place = tids.placeOf(pid);
    }
    known.put(pid, process);
    applyHeld(process, events);
  }

  /**
   * Waits no longer for what has not come by {@code now}.
   *
   * @return up to when everything has been told that had come
   */
  long settle(TaskEvents events, long now) {
    List<Integer> late = new ArrayList<>();
    long told = Long.MAX_VALUE;
    for (Map.Entry<Integer, Deque<Said>> waiting : held.entrySet()) {
      Said first = waiting.getValue().element();
      if (first.receivedAt + HOLD <= now) {
        late.add(waiting.getKey());
      } else {
        told = Math.min(told, first.since - 1);
      }
    }
    late.forEach(pid -> release(pid, events));
    if (now >= nextLook) {
      known.values().removeIf(this::isGone);
      nextLook = now + LOOK_EVERY;
    }
    return told;
  }

  /** Whether a process is over and none of its records can be on their way. */
  private boolean isGone(Known process) {
    if (!proc.isTask(process.pid)) {
      boolean isGone = process.isMissed;
      process.isMissed = true;
      return isGone;
    }
    if (process.starttime == UNKNOWN_START && proc.read(process.pid, stat)
        && !tids.canHaveComeRound(process.place)) {
      process.starttime = stat.starttime;
    }
    return false;
  }

  /** How long may be waited for records before {@link #settle} has to be called, at most. */
  long patience() {
    return held.isEmpty() ? Long.MAX_VALUE : HOLD / 4;
  }
}
