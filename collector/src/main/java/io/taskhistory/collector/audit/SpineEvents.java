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
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Task events out of audit's records, where there is nothing better. A record is written when its syscall returns: a
 * child's can come before that of the clone that made it, so it waits a little for that.
 *
 * <p>A clone returns the child's pid as the caller's pid namespace counts it. So it makes a task only once something
 * else names that pid as the caller's child: a record of the child's own, or /proc. Threads are not followed: their
 * records carry the pid of their process.
 *
 * <p>A process that a signal ends leaves no record. That a pid still belongs to the process that it belonged to is
 * believed while its parent is the same and not enough processes have been made to have used up all other pids; else
 * /proc is asked, and where that cannot tell the record is an unknown process's.
 */
final class SpineEvents {

  /** How long a record waits for the clone of its process, in nanoseconds. */
  static final long HOLD = 300_000_000;

  private static final int MOST_HELD = 4096;
  private static final int MOST_CLONES = 4096;

  /** Half of the pids that there are at least: PIDS_PER_CPU_MIN and the default of kernel.pid_max. */
  private static final int REUSE = 1 << 14;

  /** How often the processes that are known are looked for in /proc, in nanoseconds. */
  private static final long LOOK_EVERY = 5_000_000_000L;

  /** Of include/uapi/linux/sched.h. */
  private static final long CLONE_PARENT = 0x8000;
  private static final long CLONE_THREAD = 0x1_0000;

  private static final class Known {

    long lastTime;
    int ppid;
    int clonesThen;

    Known(long time, int ppid, int clonesThen) {
      this.lastTime = time;
      this.ppid = ppid;
      this.clonesThen = clonesThen;
    }
  }

  /** A clone whose child nothing has named yet. */
  private record Clone(int caller, int ppid, long time, long flags) {}

  private record Held(AuditEvent event, SyscallFacts call, long since, long receivedAt) {}

  private final ExecRecords execs;
  private final ProcTasks proc;
  private final TaskStat stat = new TaskStat();
  private final Map<Integer, Known> known = new HashMap<>();
  private final Map<Integer, Clone> clones = new LinkedHashMap<>() {

    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Integer, Clone> eldest) {
      return size() > MOST_CLONES;
    }
  };
  private final Map<Integer, Deque<Held>> held = new LinkedHashMap<>();
  private int heldCount;
  private int cloneCount;
  private long nextLook;

  SpineEvents(ExecRecords execs, ProcTasks proc) {
    this.execs = execs;
    this.proc = proc;
  }

  /** What /proc shows is known; call it once records are being written. */
  void open() {
    for (int pid : proc.processes()) {
      if (proc.read(pid, stat)) {
        known.put(pid, new Known(0, stat.ppid, 0));
      }
    }
  }

  /** One event has been put together, at {@code now}. */
  void happened(AuditEvent event, SyscallFacts call, TaskEvents events, long now) {
    boolean isExec = call.call().isExec() && call.success();
    boolean isClone = call.call().isClone() && call.success() && call.exit() > 0 && call.exit() <= Integer.MAX_VALUE
        && (call.flags() == SyscallFacts.UNKNOWN || (call.flags() & CLONE_THREAD) == 0);
    boolean isExit = call.call() == Syscalls.Call.EXIT_GROUP;
    if (call.pid() <= 0 || !isExec && !isClone && !isExit) {
      return;
    }
    if (held.containsKey(call.pid()) || !isKnown(call, events)) {
      hold(new Held(event, call, execs.enteredFrom(event), now), events);
    } else {
      apply(event, call, events, now);
    }
  }

  /** Whether it is sure that the pid belongs to a process that has been told of, or stands in /proc from before. */
  private boolean isKnown(SyscallFacts call, TaskEvents events) {
    Known process = known.get(call.pid());
    if (process != null && cloneCount - process.clonesThen < REUSE && process.ppid == call.ppid()) {
      process.clonesThen = cloneCount;
      return true;
    }
    Clone clone = clones.get(call.pid());
    if (clone != null && isChild(clone, call.ppid())) {
      clones.remove(call.pid());
      cloned(clone, call.pid(), events);
      return true;
    }
    return process != null && isStillThere(process, call);
  }

  private static boolean isChild(Clone clone, int ppid) {
    boolean sibling = clone.flags != SyscallFacts.UNKNOWN && (clone.flags & CLONE_PARENT) != 0;
    return ppid == (sibling ? clone.ppid : clone.caller);
  }

  /** Its parent is another now: that it has been reparented /proc can tell, while it is there. */
  private boolean isStillThere(Known process, SyscallFacts call) {
    if (cloneCount - process.clonesThen >= REUSE || known.containsKey(process.ppid) && proc.isTask(process.ppid)
        || !proc.read(call.pid(), stat) || stat.ppid != call.ppid()) {
      return false;
    }
    process.ppid = call.ppid();
    process.clonesThen = cloneCount;
    return true;
  }

  private void hold(Held one, TaskEvents events) {
    if (heldCount == MOST_HELD) {
      release(held.keySet().iterator().next(), events);
    }
    held.computeIfAbsent(one.call.pid(), pid -> new ArrayDeque<>()).add(one);
    heldCount++;
  }

  private void apply(AuditEvent event, SyscallFacts call, TaskEvents events, long receivedAt) {
    Known process = known.computeIfAbsent(call.pid(), pid -> new Known(0, call.ppid(), cloneCount));
    long time = Math.max(execs.enteredFrom(event), process.lastTime + 1);
    process.lastTime = time;
    if (call.call().isExec()) {
      events.execed(time, call.pid(), call.pid(), call.comm(), event.program());
      events.execRecorded(execs.of(event, call, receivedAt));
    } else if (call.call().isClone()) {
      cloneReturned(new Clone(call.pid(), call.ppid(), time, call.flags()), (int) call.exit(), events);
    } else {
      known.remove(call.pid());
      int status = call.code() == SyscallFacts.UNKNOWN ? Ending.UNKNOWN_STATUS : (int) call.code() << 8;
      events.exited(time, call.pid(), call.pid(), status, call.ppid());
    }
  }

  private void cloneReturned(Clone clone, int child, TaskEvents events) {
    cloneCount++;
    Deque<Held> waiting = held.get(child);
    if (waiting != null && isChild(clone, waiting.element().call.ppid()) || isShown(clone, child)) {
      clones.remove(child);
      cloned(clone, child, events);
      applyHeld(child, events);
    } else {
      clones.put(child, clone);
    }
  }

  /** Whether /proc shows a process at that pid which has that parent, and is none that was there before. */
  private boolean isShown(Clone clone, int child) {
    Known before = known.get(child);
    return (before == null || before.lastTime < clone.time) && proc.tgid(child) == child && proc.read(child, stat)
        && isChild(clone, stat.ppid);
  }

  private void cloned(Clone clone, int child, TaskEvents events) {
    boolean sibling = clone.flags != SyscallFacts.UNKNOWN && (clone.flags & CLONE_PARENT) != 0;
    known.put(child, new Known(clone.time, sibling ? clone.ppid : clone.caller, cloneCount));
    events.cloned(clone.time, clone.caller, true, child, child, clone.flags, RawText.UNKNOWN);
  }

  private void applyHeld(int pid, TaskEvents events) {
    Deque<Held> waiting = held.remove(pid);
    if (waiting != null) {
      heldCount -= waiting.size();
      waiting.forEach(one -> apply(one.event, one.call, events, one.receivedAt));
    }
  }

  /** No clone has come: whoever had the pid before is over, and who has it now only /proc can tell. */
  private void release(int pid, TaskEvents events) {
    if (!held.containsKey(pid)) {
      return; // what was released before has told of it
    }
    Known before = known.remove(pid);
    if (before != null) {
      events.exited(before.lastTime + 1, pid, pid, Ending.UNKNOWN_STATUS, TaskEvents.UNKNOWN_TID);
    }
    applyHeld(pid, events);
  }

  /**
   * Waits no longer for what has not come by {@code now}.
   *
   * @return up to when everything has been told that had come
   */
  long settle(TaskEvents events, long now) {
    List<Integer> late = new ArrayList<>();
    long told = Long.MAX_VALUE;
    for (Map.Entry<Integer, Deque<Held>> waiting : held.entrySet()) {
      Held first = waiting.getValue().element();
      if (first.receivedAt + HOLD <= now) {
        late.add(waiting.getKey());
      } else {
        told = Math.min(told, first.since - 1);
      }
    }
    late.forEach(pid -> release(pid, events));
    if (now >= nextLook) {
      forgetTheDead();
      nextLook = now + LOOK_EVERY;
    }
    return told;
  }

  private void forgetTheDead() {
    for (Iterator<Integer> pids = known.keySet().iterator(); pids.hasNext();) {
      if (!proc.isTask(pids.next())) {
        pids.remove();
      }
    }
  }

  /** How long may be waited for records before {@link #settle} has to be called, at most. */
  long patience() {
    return held.isEmpty() ? Long.MAX_VALUE : HOLD / 4;
  }
}
