package io.taskhistory.collector.tracking;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings tasks in from /proc whose start no event told: at the first start, after a gap, or when an event names one.
 * Follows ppid from the process up and gives each process below the root one entry, stamped with the process's start. A
 * reaper is always an ancestor, so nothing in that is wrong; but entries can be missing between any two.
 *
 * <p>With an exact spine, whoever started after the time up to which events have been applied is not brought in: the
 * clone, and the end of whoever held the tid before, are still to come.
 */
final class Importer {

  /** Parents can vanish while the way up is followed, and ppid then names another. */
  private static final int ATTEMPTS = 4;

  /** More generations than this have never been seen; the bound is against a /proc that runs in circles. */
  private static final int MAX_GENERATIONS = 4096;

  /** As a start: that of a creator of whom nothing is known. */
  private static final long NOBODY = -1;

  /** What /proc showed of a thread. */
  private record SeenThread(int tid, long starttime, RawText comm, long at) {}

  private final HistoryWriter writer;
  private final LiveTable live;
  private final ProcTasks proc;
  private final StartTimes starts;
  private final LongSupplier clock;
  private final BiConsumer<Tracked, Entry> entered;
  private final Deque<Tracked> dead = new ArrayDeque<>();
  private boolean exact;

  /** Up to when events have been applied. */
  private long applied;

  /**
   * Makes one.
   *
   * @param entered is told of each entry that is made here
   */
  Importer(HistoryWriter writer, LiveTable live, ProcTasks proc, StartTimes starts, LongSupplier clock,
      BiConsumer<Tracked, Entry> entered) {
    this.writer = writer;
    this.live = live;
    this.proc = proc;
    this.starts = starts;
    this.clock = clock;
    this.entered = entered;
  }

  /** Whether the spine tells who called each clone. */
  void follow(boolean exact) {
    this.exact = exact;
  }

  /**
   * The task that holds {@code tid}, with its whole process, if it certainly did already at {@code time}; null where
   * that cannot be told.
   */
  @Nullable Tracked bring(int tid, long time) {
    int tgid = proc.tgid(tid);
    TaskStat stat = new TaskStat();
    if (tgid == 0 || !proc.read(tid, stat) || !starts.isBefore(stat.starttime, time)) {
      return null;
    }
    applied = Math.max(applied, time);
    Tracked brought = bringPresent(tgid) == null ? null : live.present(tid);
    return brought != null && brought.process.leader.task.tid() == tgid
        && starts.isSame(brought, stat.starttime) ? brought : null;
  }

  /** The process that is {@code tgid} now; null where there is none. */
  @Nullable Tracked bringPresent(int tgid) {
    return process(tgid, 0);
  }

  private @Nullable Tracked process(int tgid, int generation) {
    Tracked known = live.present(tgid);
    if (known != null && known.isLeader()) {
      return known;
    }
    TaskStat stat = new TaskStat();
    for (int attempt = 0; attempt < ATTEMPTS && generation < MAX_GENERATIONS; attempt++) {
      if (!look(tgid, stat) || isStillToCome(stat)) {
        return null;
      }
      int ppid = stat.ppid;
      long starttime = stat.starttime;
      Tracked parent = ppid == 0 ? null : process(ppid, generation + 1);
      // As long as ppid names it, the parent lives and its tid cannot be another's.
      boolean isStill = look(tgid, stat) && stat.ppid == ppid && stat.starttime == starttime
          && proc.tgid(tgid) == tgid;
      if (isStill && (ppid == 0 || parent != null)) {
        return add(stat, starts.ofTicks(starttime), parent, clock.getAsLong());
      }
    }
    return null;
  }

  private boolean isStillToCome(TaskStat stat) {
    return exact && !starts.isBefore(stat.starttime, applied) && !hasCome(stat);
  }

  /** Whether the clone was seen, if without anything to be known about who called it. */
  private boolean hasCome(TaskStat stat) {
    Tracked unheardOf = live.find(stat.tid);
    return unheardOf != null && !unheardOf.startKnown && unheardOf.heldSince < Long.MAX_VALUE
        && starts.isSameStart(starts.ofTicks(stat.starttime), unheardOf.task.start());
  }

  /** Whether {@link #bringPresent} found something at {@code tgid} that should be known, and could not bring it in. */
  boolean hasMissed(int tgid) {
    TaskStat stat = new TaskStat();
    return proc.read(tgid, stat) && !stat.isDead() && !isStillToCome(stat);
  }

  private boolean look(int tgid, TaskStat stat) {
    if (proc.readSettled(tgid, stat)) {
      return true;
    }
    // A kernel thread, a zombie and one in the middle of an exec have no image; the rest is true all the same.
    boolean there = proc.read(tgid, stat);
    stat.startstack = 0;
    return there;
  }

  private Tracked add(TaskStat stat, long start, @Nullable Tracked parent, long readAt) {
    Tracked stale = live.find(stat.tid);
    boolean hasCome = exact && hasCome(stat);
    if (stale != null) {
      live.endUnreported(stale, start);
    }
    Entry origin = parent == null ? writer.root() : originFrom(parent, start);
    boolean hasEntry = !stat.isKernelThread();
    Entry entry = hasEntry ? new Entry(origin, start, stat.tid, stat.comm, Provenance.SNAPSHOT) : writer.root();
    Task task = Task.leader(writer.boot(), stat.tid, start, entry);
    task.doubt(doubts(stat, parent));
    task.rename(stat.comm);
    task.imprint(stat.startstack);
    if (hasEntry) {
      writer.save(entry);
    }
    Tracked tracked = live.add(task);
    tracked.seenAt = readAt;
    tracked.heldSince = hasCome && stale != null ? stale.task.start() : Long.MAX_VALUE;
    tracked.deadWhenSeen = stat.isDead();
    tracked.process.reapedBy(parent == null ? null : parent.process);
    addThreads(tracked);
    if (tracked.deadWhenSeen) {
      dead.add(tracked);
    }
    if (hasEntry) {
      entered.accept(tracked, entry);
    }
    return tracked;
  }

  /**
   * What there is to doubt about a process that only /proc tells of. Of a kernel thread whose parent is one too (they
   * are made by kthreadd: kernel/kthread.c) nothing: with PF_KTHREAD set nobody has ever exec'd (flush_old_exec() took it
   * away until Linux 5.18, kernel_execve() refuses since), so all on its way have the root's entry alone.
   */
  private Doubts doubts(TaskStat stat, @Nullable Tracked parent) {
    return exact && stat.isKernelThread() && (parent == null || parent.task.entry().isRoot())
        ? Doubts.NONE
        : (parent == null ? Doubts.NONE : parent.task.doubts()).withCreatorAssumed();
  }

  /**
   * Where the history of a process starts that has {@code reaper} for a parent. It may have been handed to it by a
   * process that the reaper created long before, so of what the reaper exec'd since its own start nothing is certain to
   * lie on the way: the reaper then stands there with one entry, as in any snapshot.
   */
  private Entry originFrom(Tracked reaper, long start) {
    Task task = reaper.task.leader();
    Entry atBirth = task.entryAt(task.start());
    boolean hasOwn = !atBirth.isRoot() && atBirth.pid() == task.tid();
    if (hasOwn || atBirth == task.entryAt(start)) {
      return atBirth;
    }
    Entry entry = reaper.process.asReaper;
    if (entry == null) {
      RawText comm = commShown(reaper);
      entry = new Entry(
          atBirth, task.start(), task.tid(), comm, comm.isKnown() ? Provenance.SNAPSHOT : Provenance.UNKNOWN);
      reaper.process.asReaper = entry;
      writer.save(entry);
    }
    return entry;
  }

  /** What a process is called now; what is known of it may be from before an exec that was lost. */
  private RawText commShown(Tracked reaper) {
    TaskStat stat = new TaskStat();
    Tracked leader = reaper.process.leader;
    return proc.read(leader.task.tid(), stat) && starts.isSame(leader, stat.starttime) ? stat.comm : RawText.UNKNOWN;
  }

  /**
   * Gives a process the history that /proc shows, as it cannot be told any more whom it comes from; an unknown one where
   * /proc cannot tell either.
   */
  void bringAnew(Tracked known) {
    Task task = known.task;
    TaskStat stat = new TaskStat();
    boolean there = look(task.tid(), stat) && starts.isSame(known, stat.starttime);
    int ppid = stat.ppid;
    Tracked parent = there && ppid != 0 ? process(ppid, 1) : null;
    boolean isStill = parent != null && look(task.tid(), stat) && stat.ppid == ppid
        && starts.isSame(known, stat.starttime);
    Entry entry = isStill && parent != null
        ? new Entry(originFrom(parent, task.start()), task.start(), task.tid(), stat.comm, Provenance.SNAPSHOT)
        : new Entry(writer.root(), task.start(), task.tid(), RawText.UNKNOWN, Provenance.UNKNOWN);
    writer.save(entry);
    task.enter(entry);
    task.createdBy(0, NOBODY);
    task.doubt(task.doubts().withCreatorAssumed());
    known.process.asReaper = null;
    known.seenAt = clock.getAsLong();
    if (isStill && parent != null) {
      task.imprint(stat.startstack);
      known.process.reapedBy(parent.process);
      entered.accept(known, entry);
    }
    writer.save(task);
  }

  /** Brings in those threads of a process that /proc shows and the table lacks. */
  void addThreads(Tracked leader) {
    int[] tids = proc.threads(leader.task.tid());
    if (tids.length < 2) {
      return;
    }
    List<SeenThread> lacking = new ArrayList<>();
    TaskStat stat = new TaskStat();
    for (int tid : tids) {
      Tracked known = live.present(tid);
      if (tid == leader.task.tid() || known != null && known.process == leader.process) {
        continue;
      }
      if (proc.read(tid, stat) && !stat.isDead() && !isStillToCome(stat) && proc.tgid(tid) == leader.task.tid()) {
        lacking.add(new SeenThread(tid, stat.starttime, stat.comm, clock.getAsLong()));
      }
    }
    // If the leader holds its tid still, it did when its threads were asked for: they are not somebody else's.
    if (!lacking.isEmpty() && live.present(leader.task.tid()) == leader) {
      lacking.forEach(thread -> addThread(leader, thread));
    }
    if (leader.deadWhenSeen && leader.process.firstThread != null) {
      leader.deadWhenSeen = false;
      leader.process.leaderHasExited();
    }
  }

  private void addThread(Tracked leader, SeenThread seen) {
    long start = starts.ofTicks(seen.starttime);
    Tracked stale = live.find(seen.tid);
    if (stale != null) {
      live.endUnreported(stale, start);
    }
    Task task = Task.thread(leader.task, seen.tid, Math.max(start, leader.task.start()));
    task.rename(seen.comm);
    Tracked thread = live.addThread(leader.process, task);
    thread.seenAt = seen.at;
    leader.process.uniformComm &= seen.comm.equals(leader.task.comm());
  }

  /** Ends the zombies among what was brought in before {@code time}, up to which no exit event of theirs came. */
  void drained(long time) {
    applied = Math.max(applied, time);
    for (Tracked zombie = dead.peek(); zombie != null && zombie.seenAt < time; zombie = dead.peek()) {
      dead.remove();
      if (zombie.task.isLive() && zombie.deadWhenSeen && live.isAlive(zombie)) {
        zombie.deadWhenSeen = false; // its last thread has taken its place in an exec
      } else if (zombie.task.isLive() && zombie.deadWhenSeen) {
        live.endProcess(zombie.process, zombie.seenAt, Ending.UNKNOWN_STATUS);
      }
    }
  }

  /** A process whose clone at {@code time} was seen, and nothing is known of the task that called it. */
  Tracked orphan(int tgid, long time) {
    Tracked tracked = unheardOf(tgid, time);
    tracked.heldSince = time;
    return tracked;
  }

  /** A process that an event names and that nobody can tell anything of any more. */
  Tracked unheardOf(int tgid, long time) {
    Tracked stale = live.find(tgid);
    if (stale != null) {
      live.endUnreported(stale, time);
    }
    Entry entry = new Entry(writer.root(), Math.max(1, time), tgid, RawText.UNKNOWN, Provenance.UNKNOWN);
    writer.save(entry);
    Task task = Task.leader(writer.boot(), tgid, Math.max(1, time), entry);
    task.doubt(Doubts.NONE.withCreatorAssumed());
    Tracked tracked = live.add(task);
    tracked.startKnown = false;
    return tracked;
  }
}
