package io.taskhistory.collector.logimport;

import io.taskhistory.collector.auditlog.AuditEvent;
import io.taskhistory.collector.auditlog.SyscallFacts;
import io.taskhistory.collector.auditlog.Syscalls.Call;
import io.taskhistory.collector.logimport.LogProcess.Namespace;
import io.taskhistory.collector.tracking.TidTable;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.LiveTasks;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which what a log says becomes tasks and entries.
 *
 * <p>A clone names its child by the number that it has in the caller's pid namespace, and nothing in the record tells
 * which that is. A child is believed to be that clone's if a record of its own names the caller as its parent, which
 * also proves the caller's namespace to be the log's; or by the number alone where that was proven before, or is passed
 * on from one for which it was, and the number is the one that was due. Whoever is not linked so is found: it hangs
 * from whom its {@code ppid} names, with all that is uncertain marked.
 *
 * <p>Who is killed leaves no record. So a pid belongs to whom the log last had there until a clone returns it again, or
 * until so many numbers were given out unseen that it can be another's.
 */
final class LogRules {

  /** CLONE_PARENT and CLONE_THREAD of include/uapi/linux/sched.h. */
  private static final long CLONE_PARENT = 0x8000;
  private static final long CLONE_THREAD = 0x1_0000;

  /** The name under which a log's gaps are kept. */
  static final String SOURCE = "audit-log";

  /** So many children have to have the numbers that their clones returned: one can have it by accident. */
  private static final int PROOFS = 2;

  /** So many gaps of one boot are kept one by one: a log that somebody filtered has one before each event. */
  private static final int MOST_GAPS = 200;
  private static final byte[] DELETED = " (deleted)".getBytes(StandardCharsets.US_ASCII);

  private final HistoryWriter writer;
  private final EventQueue ahead;
  private final LogClock clock;
  private final PidCycle cycle = new PidCycle();
  private final LogTasks tasks;
  private final TidTable<Unclaimed> unclaimed = new TidTable<>();
  private boolean hasClones;
  private long gaps;
  private long missing;

  LogRules(HistoryWriter writer, EventQueue ahead) {
    this.writer = writer;
    this.ahead = ahead;
    this.clock = new LogClock(writer);
    this.tasks = new LogTasks(writer, clock, cycle);
  }

  LogTasks tasks() {
    return tasks;
  }

  /** The time up to which all is applied. */
  long now() {
    return clock.now();
  }

  long gaps() {
    return gaps;
  }

  long missing() {
    return missing;
  }

  /** Takes in the event whose turn it is. */
  void apply(LogEvent event) {
    clock.at(event);
    SyscallFacts call = event.call();
    if (event.signal > 0) {
      LogProcess victim = tasks.certain(event.pid);
      if (victim != null) {
        tasks.end(victim, event.signal & 0x7f);
      }
    } else if (call != null && event.event != null && call.pid() > 0 && call.pid() < LiveTasks.TID_LIMIT) {
      apply(event, event.event, call);
    }
  }

  private void apply(LogEvent event, AuditEvent audit, SyscallFacts call) {
    cycle.exists(call.pid());
    LogProcess process = holder(event, call);
    if (process == null) {
      return;
    }
    tasks.confirm(process);
    tasks.reaped(process, call.ppid());
    if (event.isExec()) {
      tasks.exec(process, audit, call);
      return;
    }
    noticeImage(process, call);
    if (event.isClone()) {
      cloned(process, event, call);
    } else if (call.call() == Call.EXIT_GROUP) {
      tasks.end(process, call.code() == SyscallFacts.UNKNOWN
          ? Ending.UNKNOWN_STATUS : (int) (call.code() & 0xff) << 8);
    }
    // exit(2) ends one thread, and no record tells whether it was the last.
  }

  /** The image changes with an exec only; unless its file is deleted, which is no change. */
  private void noticeImage(LogProcess process, SyscallFacts call) {
    if (!call.exe().isKnown()) {
      return;
    }
    if (process.exe.isKnown() && !isSameImage(process.exe, call.exe())) {
      tasks.execUnseen(process, call);
    }
    process.exe = call.exe();
  }

  private static boolean isSameImage(RawText before, RawText now) {
    return before.equals(now) || isDeleted(before, now) || isDeleted(now, before);
  }

  private static boolean isDeleted(RawText path, RawText same) {
    int length = path.length();
    if (same.length() != length + DELETED.length) {
      return false;
    }
    byte[] bytes = same.toByteArray();
    return path.equalsBytes(bytes, 0, length)
        && Arrays.equals(bytes, length, bytes.length, DELETED, 0, DELETED.length);
  }

  /** The process that a record is about; null for what comes after its end. */
  private @Nullable LogProcess holder(LogEvent event, SyscallFacts call) {
    LogProcess known = tasks.get(call.pid());
    if (known != null && isStill(known, event, call)) {
      return known;
    }
    if (known != null) {
      tasks.end(known, Ending.UNKNOWN_STATUS);
    }
    boolean isInit = isMaybeInit(unclaimed.get(call.pid()));
    boolean isMaybeNew = known != null || unclaimed.get(call.pid()) != null || !tasks.hasEnded(call.pid());
    LogProcess child = child(event, call, known != null && known.ppid == call.ppid());
    if (child != null) {
      return child;
    }
    if (!isMaybeNew && event.isExitGroup()) {
      return null; // of several threads that call exit_group at once each is on record
    }
    if (!hasClones && event.isExec()) {
      cycle.allocated(call.pid()); // where nobody records clones, who execs is the newest there is
    }
    cycle.hidden(1);
    LogProcess found = tasks.find(event, call, known);
    found.namespace = isInit ? Namespace.OTHER : found.namespace;
    return found;
  }

  private static boolean isMaybeInit(@Nullable Unclaimed newest) {
    for (Unclaimed one = newest; one != null; one = one.older()) {
      if (isNewNamespace(one.flags())) {
        return true;
      }
    }
    return false;
  }

  /** Whether a pid still belongs to whom it last did. */
  private boolean isStill(LogProcess known, LogEvent event, SyscallFacts call) {
    LogEvent clone = cloneAhead(event, call);
    if (clone != null && (known.isLinked || clone.stamp > known.firstStamp)) {
      return false;
    }
    Unclaimed newer = unclaimed.get(known.pid());
    if (newer != null && newer.time() > known.seenAt) {
      return false;
    }
    if (tasks.mayBeAnothers(known)) {
      return false;
    }
    return call.ppid() == known.ppid
        || isMaybeAncestor(call.ppid(), known) && !cycle.mayHavePassed(known.pid(), known.since);
  }

  /** The clone still to come by which its child, already running, was made: that was entered before. */
  private @Nullable LogEvent cloneAhead(LogEvent event, SyscallFacts call) {
    LogEvent first = null;
    for (LogEvent clone : ahead.clonesAhead(call.pid())) {
      SyscallFacts by = clone.call();
      boolean fits = by != null && clone.child == null && clone.stamp <= event.stamp && clone.pid != call.pid()
          && !isThread(by.flags())
          && (by.pid() == call.ppid() || isMaybeSibling(by.flags()) && by.ppid() == call.ppid());
      if (fits && (first == null || clone.serial < first.serial)) {
        first = clone;
      }
    }
    return first;
  }

  private static boolean isThread(long flags) {
    return flags != SyscallFacts.UNKNOWN && (flags & CLONE_THREAD) != 0;
  }

  private static boolean isNewNamespace(long flags) {
    return flags != SyscallFacts.UNKNOWN && (flags & LogTasks.CLONE_NEWPID) != 0;
  }

  private static boolean isMaybeSibling(long flags) {
    return flags != SyscallFacts.UNKNOWN && (flags & CLONE_PARENT) != 0;
  }

  /**
   * The process that a record names for the first time, if the clone that made it is known; else null.
   *
   * @param isAmbiguous whether its parent had another with that pid
   */
  private @Nullable LogProcess child(LogEvent event, SyscallFacts call, boolean isAmbiguous) {
    LogEvent clone = cloneAhead(event, call);
    SyscallFacts by = clone == null ? null : clone.call();
    if (clone != null && by != null) {
      LogProcess caller = holder(clone, by);
      if (caller != null && caller.namespace != Namespace.OTHER
          && (caller.pid() == call.ppid() || caller.namespace == Namespace.PROVEN)) {
        LogProcess child = confirmed(call.pid(), new Unclaimed(caller, caller.task.entry(), by.comm(), by.exe(),
            by.ppid(), by.flags(), clone.stamp, clock.now(), 0, 0, true, null),
            caller.pid() == call.ppid(), true, isAmbiguous);
        clone.child = child;
        return child;
      }
    }
    Unclaimed claimed = claim(call);
    return claimed == null ? null : confirmed(call.pid(), claimed, claimed.caller().pid() == call.ppid(), false,
        isAmbiguous);
  }

  /** Which of the clones that returned the pid made the process that a record names for the first time. */
  private @Nullable Unclaimed claim(SyscallFacts call) {
    Unclaimed newest = unclaimed.get(call.pid());
    if (newest == null) {
      return null;
    }
    unclaimed.remove(call.pid(), newest);
    for (Unclaimed one = newest; one != null; one = one.older()) {
      if (cycle.mayHavePassed(call.pid(), one.since()) && (one != newest || cycle.everHidden() > one.hiddenBefore())) {
        return null; // another can have the number by now
      }
      if (isClaim(one, one == newest && one.older() == null, call)) {
        return one;
      }
    }
    return null;
  }

  private boolean isClaim(Unclaimed one, boolean isOnly, SyscallFacts call) {
    LogProcess caller = one.caller();
    if (caller.namespace == Namespace.OTHER || isThread(one.flags())) {
      return false;
    }
    if (caller.pid() == call.ppid() && tasks.isLive(caller)) {
      return true;
    }
    if (isMaybeSibling(one.flags()) && one.callerPpid() == call.ppid()) {
      return caller.namespace == Namespace.PROVEN;
    }
    // The caller is over, and the child has been handed to one of its ancestors.
    return caller.namespace == Namespace.PROVEN ? isMaybeAncestor(call.ppid(), caller)
        : caller.namespace == Namespace.INHERITED && isOnly && one.isNext() && !tasks.isLive(caller)
            && isAncestor(call.ppid(), caller);
  }

  private static boolean isAncestor(int ppid, LogProcess process) {
    LogProcess at = process;
    while (at.creator != null && at.pid() != ppid) {
      at = at.creator;
    }
    return ppid == LogTasks.INIT || at.pid() == ppid || at.ppid == ppid;
  }

  /** Whether {@code ppid} can be an ancestor of {@code process}: not if it is known to be younger. */
  private boolean isMaybeAncestor(int ppid, LogProcess process) {
    LogProcess reaper = tasks.get(ppid);
    return reaper == null || !reaper.isLinked || reaper.task.start() <= process.task.start();
  }

  /**
   * Makes the child of a clone. If the caller's namespace is not proven and others of its clones are without a child,
   * it can be one of those's, or another's, with a number that this one returned by accident. Then all that is certain is
   * that the caller is its reaper.
   *
   * @param isByParent whether a record names the caller as its parent
   * @param isAhead whether the clone's own turn is still to come
   * @param isAmbiguous whether the caller is known to have had another child with that number
   */
  private LogProcess confirmed(
      int pid, Unclaimed clone, boolean isByParent, boolean isAhead, boolean isAmbiguous) {
    LogProcess caller = clone.caller();
    Entry entry = clone.entry();
    boolean isAssumed = false;
    if (isByParent) {
      if (caller.namespace == Namespace.PROVEN && isAhead) {
        cycle.allocated(pid);
      } else {
        cycle.seen(pid);
      }
    }
    if (caller.namespace != Namespace.PROVEN && isByParent) {
      caller.unseenChildren -= isAhead ? 0 : 1;
      if (caller.unseenChildren > 0 || isAmbiguous) {
        Entry origin = tasks.originFrom(caller);
        isAssumed = origin != entry;
        entry = origin;
      } else if (++caller.seenChildren >= PROOFS) {
        caller.namespace = Namespace.PROVEN;
      }
    }
    return tasks.link(pid, caller, entry, clone.comm(), clone.exe(), clone.flags(), clone.stamp(), isAssumed);
  }

  private void cloned(LogProcess caller, LogEvent event, SyscallFacts call) {
    int number = event.childNumber();
    if (event.child != null || number >= LiveTasks.TID_LIMIT) {
      return;
    }
    hasClones = true;
    LogProcess known = tasks.get(number);
    if (known != null && !known.isLinked && known.firstStamp >= event.stamp) {
      // It was found before, as it could not be linked; or too long before for the clone to be seen coming.
      known.namespace = isNewNamespace(call.flags()) ? Namespace.OTHER : known.namespace;
      return;
    }
    boolean isDue = cycle.isNext(number);
    if (caller.namespace == Namespace.PROVEN || cycle.isNowhere() && caller.namespace != Namespace.OTHER) {
      cycle.allocated(number);
    } else {
      cycle.hidden(1);
      tasks.confirm(caller); // its own clone did not get its number
    }
    if (caller.namespace == Namespace.OTHER || caller.namespace == Namespace.PROVEN && isSettled(caller, event, call)) {
      return;
    }
    if (caller.namespace != Namespace.PROVEN && !isThread(call.flags())) {
      caller.unseenChildren++;
    }
    Unclaimed older = unclaimed.get(number);
    unclaimed.put(number, new Unclaimed(caller, caller.task.entry(), call.comm(), call.exe(), call.ppid(),
        call.flags(), event.stamp, clock.now(), cycle.since(number, true), cycle.everHidden(), isDue, older).trimmed());
  }

  /** The number is the child's pid for certain: whoever had it is over, and if the child is a process, there it is. */
  private boolean isSettled(LogProcess caller, LogEvent event, SyscallFacts call) {
    int number = event.childNumber();
    LogProcess known = tasks.get(number);
    if (known != null) {
      tasks.end(known, Ending.UNKNOWN_STATUS);
    }
    Unclaimed old = unclaimed.get(number);
    if (old != null) {
      unclaimed.remove(number, old);
    }
    if (call.flags() == SyscallFacts.UNKNOWN && call.call() != Call.FORK && call.call() != Call.VFORK) {
      return false; // clone3: it may be a thread
    }
    if (isThread(call.flags())) {
      return true;
    }
    tasks.link(number, caller, caller.task.entry(), call.comm(), call.exe(), call.flags(), event.stamp, false);
    return true;
  }

  /** So many events are missing from the log before the next. */
  void lost(long count, LogEvent next) {
    long from = clock.now();
    long to = Math.max(from, clock.of(next.stamp));
    cycle.hidden(count);
    gaps++;
    missing += count;
    if (gaps <= MOST_GAPS) {
      tasks.doubt(writer.gap(SOURCE, from, to, count, Gap.Cause.SEQUENCE));
    }
  }
}
