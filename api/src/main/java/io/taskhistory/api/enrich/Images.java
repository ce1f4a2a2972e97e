package io.taskhistory.api.enrich;

import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of a process's images an event was of, where its stamp alone does not tell.
 *
 * <pre>
 *     stamp    syscall entered    returned
 *   ----|-------------|--------------|-----> time        comm is that of the return,
 *       |&lt;-- the lag -&gt;|                                  and an exec's entry that of its success
 * </pre>
 *
 * <p>The stamp is ktime_get_coarse_real_ts64() at the entry (audit_syscall_entry() in kernel/auditsc.c), cut to
 * milliseconds when printed; so the entry is up to the lag of that clock and a millisecond later, never earlier.
 * An event lies on one side of every exec of its process but its own: no other thread is left when that returns.
 */
final class Images {

  /** What the ledger of clocks tolerates, and where a stamp was cut. */
  private static final long NOISE = 2_000_000L;

  /** A tick can be late, for a virtual machine that does not run. Then the name is what shows it. */
  private static final long VERY_LATE = 1_000_000_000L;

  /** How long an exec may take if another, with the same name, came right before it. */
  private static final long QUICK_EXEC = 100_000_000L;

  /** How long an exec may take. */
  static final long SLOW_EXEC = 10_000_000_000L;

  private final long lag;
  private final List<Entry> options = new ArrayList<>();

  Images(long lag) {
    this.lag = lag;
  }

  /**
   * The entry that the process stood at, or came to if it is an exec.
   *
   * @param from the earliest time at which the stamp can have been taken, with what noise there is
   * @param to the latest time at which the syscall can have been entered
   * @param least the entry that the process had reached before, if that is known
   * @return null where several fit
   */
  @Nullable Entry find(Task task, long from, long to, Question question, @Nullable Entry least) {
    long entered = Math.min(to, from + lag - NOISE / 2);
    return question.isExec
        ? afterExec(task.leader(), entered, to, question.comm, least)
        : asOf(task.leader(), entered, to, question, least);
  }

  private @Nullable Entry afterExec(Task leader, long from, long to, RawText comm, @Nullable Entry least) {
    own(leader, from);
    if (options.isEmpty()) {
      // Found in /proc: its time is the process's start, and the exec came later.
      Entry only = leader.entryAt(to);
      return only.provenance() == Provenance.SNAPSHOT && isOwn(leader, only) && comm.equals(only.name()) ? only : null;
    }
    @Nullable Entry found = null;
    Entry before = null;
    // The last of them is the first in time. Each may be the exec of before, as long as this one can have followed it.
    for (int i = options.size() - 1; i >= 0; i--) {
      Entry option = options.get(i);
      if (option.time() > to + SLOW_EXEC
          || before != null && (before.time() > to || found != null && option.time() > to + QUICK_EXEC)) {
        break;
      }
      before = option;
      if (canBe(option, comm) && (least == null || option.time() > least.time())) {
        if (found != null) {
          return null;
        }
        found = option;
      }
    }
    return found;
  }

  private @Nullable Entry asOf(Task leader, long from, long to, Question question, @Nullable Entry least) {
    @Nullable Entry later = null;
    Entry last = leader.entry();
    while (last.time() > to && last.parent() != null) {
      later = last;
      last = parent(last);
    }
    if (!isOwn(leader, last) || last.time() < from) {
      boolean isDoubtful = least != null && least.time() > last.time()
          || isRather(leader, later, last, to, question.comm);
      return isDoubtful ? null : last;
    }
    @Nullable Entry found = null;
    for (Entry option = last; ; option = parent(option)) {
      if (canBe(option, question.comm) && (least == null || option.time() >= least.time())) {
        if (found != null) {
          return null;
        }
        found = option;
      }
      if (!isOwn(leader, option) || option.time() < from || option.parent() == null) {
        return found;
      }
    }
  }

  /** Whether the name says that the event came after the next exec, against its stamp. */
  private static boolean isRather(Task leader, @Nullable Entry later, Entry now, long to, RawText comm) {
    return later != null && comm.isKnown() && isOwn(leader, later) && later.time() <= to + VERY_LATE
        && !comm.equals(now.name()) && comm.equals(later.name());
  }

  /** The process's own entries since {@code from}, the latest first. */
  private void own(Task leader, long from) {
    options.clear();
    for (@Nullable Entry e = leader.entry(); e != null && e.time() >= from && isOwn(leader, e); e = e.parent()) {
      options.add(e);
    }
  }

  /** Whether it is an exec of the process, and not of one that it was forked from. */
  static boolean isOwn(Task leader, Entry entry) {
    return entry.pid() == leader.tid() && entry.time() >= leader.start() && !entry.isRoot();
  }

  private static boolean canBe(Entry entry, RawText comm) {
    return !comm.isKnown() || !entry.name().isKnown() || comm.equals(entry.name());
  }

  private static Entry parent(Entry entry) {
    Entry parent = entry.parent();
    return parent == null ? entry : parent;
  }
}
