package io.taskhistory.collector.tracking;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.collector.tracking.Look.Kind;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the table is right, asked all the time: of /proc, and of one source about another. A loss that a source tells
 * of is repaired at once; this is for those that nobody tells of.
 *
 * <p>What {@link Patrol} saw is a finding only if it still stands once everything reported up to a while after it was
 * seen has been applied, with no comparison of everything since it was seen first; and where /proc has a task too many,
 * only if that is there even then: whose exit cannot have been applied, its clone must have been. The while is what an
 * exec can take from the new image to its event (see {@link NameResolver}).
 *
 * <p>A finding is a gap of the spine since the round before, when that task was right, and a reason to compare everything
 * ({@link Reconciler}), as nobody knows what else was lost with it. Only a name is put right at once: it is in no history.
 *
 * <pre>
 *   Patrol (a thread of its own)               collector's thread
 *   round ─► differs? ─► differs still? ─look─► drained: stands? ─► gap ─► Reconciler ─► stands? repaired
 *     ▲                                         │
 *     └────────────── hint: a tid ──────────────┴── a source beside the spine tells what the spine has not
 * </pre>
 */
final class SelfCheck implements AutoCloseable {

  /** Is told of a time in which the spine has missed something. */
  interface Contradiction {
    void between(long from, long to, long count);
  }

  private static final Logger LOG = LoggerFactory.getLogger(SelfCheck.class);

  /** How many looks at most wait for a spine that does not get on; what is left out comes in another round. */
  private static final int MOST_LOOKS = 4096;

  /** How many doubts of other sources at most are remembered until /proc has been looked at, and the other way round. */
  private static final int MOST_DOUBTS = 1024;

  private final HistoryWriter writer;
  private final LiveTable live;
  private final ProcTasks proc;
  private final StartTimes starts;
  private final Reconciler reconciler;
  private final LongSupplier wholeSince;
  private final LongSupplier clock;
  private final Contradiction contradiction;
  private final MistakenKin kin;
  private final Patrol patrol;
  private final Findings findings = new Findings();
  private final ConcurrentLinkedQueue<Look> looks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final List<Look> unrepaired = new ArrayList<>();
  private final TaskStat stat = new TaskStat();

  /** Which source has told the end of a task that the spine has as live, by tid. */
  private final Map<Integer, String> doubts = bounded();

  /** Which ends of a tid /proc has told alone. */
  private final Map<Integer, Long> foundEnded = bounded();
  private boolean isOn = true;
  private boolean isExact;

  /** When everything was last brought in line with /proc. */
  private long inLineSince = Long.MIN_VALUE;

  /**
   * Makes one; {@link #start} sets it to work.
   *
   * @param wholeSince since when the spine has lost nothing
   */
  SelfCheck(HistoryWriter writer, LiveTable live, ProcTasks proc, StartTimes starts, Reconciler reconciler,
      Importer importer, LongSupplier wholeSince, LongSupplier clock, Patrol.Pace pace, Contradiction contradiction) {
    this.writer = writer;
    this.live = live;
    this.proc = proc;
    this.starts = starts;
    this.reconciler = reconciler;
    this.wholeSince = wholeSince;
    this.clock = clock;
    this.contradiction = contradiction;
    this.kin = new MistakenKin(writer, live, importer);
    this.patrol = new Patrol(writer.live(), proc.another(), starts, clock, pace, this::saw);
  }

  private static <V> Map<Integer, V> bounded() {
    return new LinkedHashMap<>() {

      private static final long serialVersionUID = 1;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Integer, V> eldest) {
        return size() > MOST_DOUBTS;
      }
    };
  }

  void start() {
    patrol.start();
  }

  Patrol patrol() {
    return patrol;
  }

  Findings findings() {
    return findings;
  }

  /** What came of it; any thread may ask. */
  CheckStats stats() {
    return findings.stats(patrol.rounds(), patrol.compared());
  }

  /** Whether the spine tells all that happens to names. */
  void follow(boolean exact) {
    isExact = exact;
  }

  /** Where the spine leaves ends untold, all is compared every few seconds anyway, and much will differ. */
  void isNeeded(boolean needed) {
    isOn = needed;
  }

  /** For the patrol. */
  private void saw(Look look) {
    if (waiting.get() < MOST_LOOKS) {
      waiting.incrementAndGet();
      looks.add(look);
    }
  }

  /** Compares what {@code source} tells of ends with what the spine tells. */
  ExitDesk.Judge judgeOf(String source) {
    return new ExitDesk.Judge() {
      @Override
      public void agreed() {
        findings.agreed(source);
      }

      @Override
      public void untold(long time, int tid, int tgid) {
        doubtEnd(source, time, tid, tgid);
      }
    };
  }

  /** A report can be that of a thread whose exec is under way, so the spine may be right: /proc has to show it. */
  private void doubtEnd(String source, long time, int tid, int tgid) {
    Tracked known = live.find(tid);
    boolean isIt = known != null && known.startKnown && known.task.start() < time
        && (tgid == TaskEvents.UNKNOWN_TID || known.task.tgid() == tgid)
        && !(known.isLeader() && known.process.leaderExited);
    if (isIt) {
      doubts.put(tid, source);
      patrol.hint(tid);
    } else if (foundEnded.getOrDefault(tid, -1L) >= time) {
      foundEnded.remove(tid);
      findings.contradicted(source);
    }
  }

  /** Everything reported up to {@code time} has been applied. */
  void drained(long time) {
    Look first = looks.peek();
    if (first == null || first.at() + NameResolver.LONGEST_WAIT >= time) {
      return;
    }
    long from = Long.MAX_VALUE;
    long to = 0;
    int lost = 0;
    for (Look look = first; look != null && look.at() + NameResolver.LONGEST_WAIT < time; look = looks.peek()) {
      looks.remove();
      waiting.decrementAndGet();
      if (isOfToday(look) && !findings.isKnown(look) && stands(look) && settle(look)) {
        from = Math.min(from, look.since());
        to = Math.max(to, look.at());
        lost++;
      }
    }
    if (lost > 0) {
      contradiction.between(Math.max(0, from), Math.max(from, to), lost);
    }
  }

  /** Whether nothing else accounts for it: a loss that was told, and what it took to repair that. */
  private boolean isOfToday(Look look) {
    return isOn && !reconciler.isNeeded() && look.first() > inLineSince;
  }

  /** Whether the table still is as it was when it was looked at, and so is not as /proc shows. */
  private boolean stands(Look look) {
    Tracked now = live.find(look.tid());
    return switch (look.kind()) {
      case UNKNOWN_PROCESS -> now == null && isStillThere(look);
      case UNKNOWN_THREAD -> (now == null || now.task.tgid() != look.tgid()) && isStillThere(look)
          && proc.tgid(look.tid()) == look.tgid();
      default -> now != null && now.task == look.task() && now.task.isLive() && stillDiffers(look, now);
    };
  }

  private static boolean stillDiffers(Look look, Tracked now) {
    if (look.kind() == Kind.ENDED) {
      return (now.startKnown || !look.present()) && !now.deadWhenSeen;
    }
    Task task = now.task;
    return now.isLeader() && task.entry().time() <= look.first() && task.imprint() == look.known()
        && (look.kind() != Kind.NAME || isOtherName(look, now));
  }

  private static boolean isOtherName(Look look, Tracked now) {
    return now.process.renamedAt <= look.first() && now.task.comm().isKnown() && !now.task.comm().equals(look.comm());
  }

  private boolean isStillThere(Look look) {
    return proc.read(look.tid(), stat) && stat.starttime == look.starttime() && !stat.isDead();
  }

  /** Draws the conclusion of what stands; whether that is a loss. */
  private boolean settle(Look look) {
    Tracked known = live.find(look.tid());
    if (known == null || look.kind() == Kind.ENDED || look.kind() == Kind.UNKNOWN_THREAD) {
      found(look);
      unrepaired.add(look);
      return true;
    }
    if (look.kind() == Kind.FIRST_SIGHT) {
      recognize(look, known);
      return false;
    }
    boolean hasExeced = known.task.entry().time() > known.task.start();
    if (!isExact && !hasExeced && (!known.task.comm().isKnown() || known.task.comm().equals(look.comm()))) {
      known.task.imprint(look.imprint()); // what its creator had when that was looked at, which was after the clone
      writer.save(known.task);
      return false;
    }
    if (known.isImageOpen) {
      reconciler.request(); // the loss was told, and touches that process
      return false;
    }
    boolean isRename = look.kind() == Kind.NAME && (look.known() != 0 || !isExact);
    if (!isRename) {
      found(look);
      unrepaired.add(look);
      return true;
    }
    if (isExact) { // others do not tell what a child is called
      found(look);
      findings.repaired();
    }
    known.task.rename(look.comm());
    writer.save(known.task);
    return false;
  }

  private void found(Look look) {
    findings.found(look);
    if (look.kind() == Kind.ENDED) {
      String source = doubts.remove(look.tid());
      if (source != null) {
        findings.contradicted(source);
      } else {
        foundEnded.put(look.tid(), look.at());
      }
    }
    LOG.warn("{}: that is repaired from /proc", look);
  }

  /** An image that is seen for the first time is the entry's if the process has been followed since without a loss. */
  private void recognize(Look look, Tracked leader) {
    if (followedSince(leader) >= wholeSince.getAsLong()) {
      leader.recognizedAt = look.at();
      leader.task.imprint(look.imprint());
      writer.save(leader.task);
    }
  }

  private static long followedSince(Tracked leader) {
    return Math.max(leader.seenAt, Math.max(leader.task.start(), leader.task.entry().time()));
  }

  /** Everything has been compared with /proc; in a flood not all of it at once. */
  void inLine() {
    inLineSince = clock.getAsLong();
    unrepaired.removeIf(this::isDone);
  }

  private boolean isDone(Look look) {
    if (!stands(look)) {
      Task former = look.task();
      if (former != null && look.kind() == Kind.ENDED && isOtherHolder(look, former)) {
        kin.part(former, look.since());
      }
      findings.repaired();
      return true;
    }
    if (!reconciler.isNeeded()) {
      findings.isHopeless(look);
      LOG.warn("{}, and that cannot be repaired", look);
    }
    return !reconciler.isNeeded();
  }

  /** Whether somebody else had the tid, and so may have had children that were taken for the former's. */
  private boolean isOtherHolder(Look look, Task former) {
    long start = starts.ofTicks(look.starttime());
    return look.present() && start > former.start() && !starts.isSameStart(start, former.start());
  }

  @Override
  public void close() {
    patrol.close();
  }
}
