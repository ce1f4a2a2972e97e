package io.taskhistory.collector.tracking;

import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings the table in line with /proc: at the start, and after events were lost. Works in two steps, since what /proc
 * shows is newer than what has been drained:
 *
 * <ol>
 *   <li>{@link #look} notes what /proc shows of every process in the table;
 *   <li>once everything reported up to then has been applied, {@link #settle} compares. What is in the table and was not
 *       there has ended unreported; what has another image than it should has exec'd unreported; what is not in the
 *       table is brought in.
 * </ol>
 *
 * <p>A gap touches every process that lived in it, unless it is proven that the process missed nothing: it has the image
 * now that it had before the gap (see {@link Task#imprint}) or is still a kernel thread, and the same holds for its
 * creator if it was born since.
 */
final class Reconciler {

  /**
   * What /proc showed of a process in the table.
   *
   * @param heldTid whether it held the tid, or somebody did of whom nothing else is known
   * @param dead whether its leader was a zombie
   * @param over whether that was all that was left of it
   * @param missing those of its threads that were not there
   */
  private record Seen(
      Tracked leader, boolean present, boolean heldTid, boolean dead, boolean over, boolean kernelThread, long imprint, boolean settled,
      RawText comm, boolean random, List<Tracked> missing, long at) {}

  /** Losses that came while many others were still to be looked into: one gap is made of them. */
  private record Loss(long from, long to, long count, Gap.Cause cause) {

    Loss and(Loss other) {
      boolean counted = count != Gap.UNCOUNTED && other.count != Gap.UNCOUNTED;
      return new Loss(Math.min(from, other.from), Math.max(to, other.to),
          counted ? count + other.count : Gap.UNCOUNTED, cause);
    }
  }

  /** Of how many losses a gap of its own is made until the next look; a flood would else bring thousands. */
  private static final int MOST_OPEN = 8;

  private final HistoryWriter writer;
  private final LiveTable live;
  private final ProcTasks proc;
  private final StartTimes starts;
  private final Importer importer;
  private final DetailsDesk details;
  private final LongSupplier clock;
  private final List<Gap> open = new ArrayList<>();
  private final List<Gap> underReview = new ArrayList<>();
  private final List<Seen> seen = new ArrayList<>();
  private @Nullable Loss more;
  private boolean needed;

  /** The spine's name. */
  private String source = "";

  /** Whether this boot has not been followed before. */
  private boolean fresh;

  Reconciler(HistoryWriter writer, LiveTable live, ProcTasks proc, StartTimes starts, Importer importer,
      DetailsDesk details, LongSupplier clock) {
    this.writer = writer;
    this.live = live;
    this.proc = proc;
    this.starts = starts;
    this.importer = importer;
    this.details = details;
    this.clock = clock;
    this.fresh = writer.watermark() < 0;
  }

  void follow(String spine) {
    source = spine;
  }

  /** Whatever the events say, /proc has to be looked at. */
  void request() {
    needed = true;
  }

  boolean isNeeded() {
    return needed;
  }

  /** Events are missing. */
  void lost(long from, long to, long count, Gap.Cause cause) {
    needed = true;
    live.doubtAll(to);
    Loss loss = new Loss(from, to, count, cause);
    if (open.size() < MOST_OPEN) {
      touch(loss);
    } else {
      more = more == null ? loss : more.and(loss);
      touchTheRest(open.get(open.size() - 1));
    }
  }

  /** Those that end before the next look are to bear the mark of a loss in their life, if of one a little earlier. */
  private void touchTheRest(Gap gap) {
    live.forEach(tracked -> {
      if (tracked.isLeader() && tracked.task.doubts().gaps().stream().noneMatch(open::contains)) {
        touch(tracked.task, gap);
      }
    });
  }

  /** Makes a gap that touches all that lives, until a comparison shows otherwise. */
  private void touch(Loss loss) {
    Gap gap = writer.gap(source, loss.from, loss.to, loss.count, loss.cause);
    open.add(gap);
    live.forEach(tracked -> {
      if (tracked.isLeader()) {
        touch(tracked.task, gap);
      }
    });
    // A loss that is found out late can lie before what was thought to be whole.
    live.forEachEndedSince(loss.from, leader -> touch(leader.task, gap));
  }

  private void touch(Task leader, Gap gap) {
    leader.doubt(leader.doubts().withGap(gap));
    writer.save(leader);
  }

  /** The first step; to be followed by a drain. Returns the time that the drain has to reach. */
  long look() {
    if (more != null) {
      touch(more);
      more = null;
    }
    underReview.addAll(open);
    open.clear();
    seen.clear();
    TaskStat stat = new TaskStat();
    live.forEach(tracked -> {
      if (tracked.isLeader()) {
        seen.add(lookAt(tracked, stat));
      }
    });
    return clock.getAsLong();
  }

  private Seen lookAt(Tracked leader, TaskStat stat) {
    int tid = leader.task.tid();
    boolean settled = proc.readSettled(tid, stat);
    boolean there = settled || proc.read(tid, stat);
    boolean present = there && starts.isSame(leader, stat.starttime);
    if (present) {
      leader.epoch = live.epoch();
    }
    boolean dead = present && stat.isDead();
    boolean kernelThread = present && stat.isKernelThread();
    boolean isImage = settled && present;
    return new Seen(leader, present, present || there && !leader.startKnown, dead, dead && proc.threads(tid).length < 2, kernelThread,
        isImage ? stat.startstack : 0, isImage, stat.comm, isImage && proc.placesStackAtRandom(tid),
        present ? missingThreads(leader, new TaskStat()) : List.of(), clock.getAsLong());
  }

  /** The second step. */
  void settle() {
    Map<TaskId, Tracked> proven = new HashMap<>();
    seen.sort(Comparator.comparingLong(s -> s.leader.task.start()));
    for (Seen s : seen) {
      if (!s.leader.task.isLive()) {
        continue;
      }
      if (!s.present && s.heldTid) {
        continue; // it is brought in again, with what /proc tells
      }
      if (!s.present || s.over) {
        live.endProcess(s.leader.process, s.at, Ending.UNKNOWN_STATUS);
        continue;
      }
      if (s.dead && s.leader.task.entry().time() <= s.at) { // else a thread has taken its place in an exec since
        s.leader.process.leaderHasExited();
      }
      s.leader.isImageOpen = !s.settled;
      if (isUnchanged(s)) {
        proven.put(s.leader.task.id(), s.leader);
      } else {
        noteMissedExec(s);
      }
      catchUpComm(s);
      compareThreads(s);
    }
    for (Gap gap : underReview) {
      clear(gap, proven);
    }
    underReview.clear();
    seen.clear();
    needed = !open.isEmpty();
    bringInTheRest();
  }

  private boolean isUnchanged(Seen s) {
    Task task = s.leader.task;
    if (task.entry().time() > s.at) {
      return false; // an exec since: what came before it cannot be compared any more
    }
    return s.kernelThread || s.settled && s.random && s.imprint == task.imprint();
  }

  private void noteMissedExec(Seen s) {
    Task task = s.leader.task;
    if (!s.settled || s.kernelThread || task.entry().time() > s.at) {
      return;
    }
    boolean hasExeced = task.imprint() != 0 ? task.imprint() != s.imprint : task.entry().isRoot();
    if (hasExeced) {
      Entry entry = new Entry(task.entry(), s.at, task.tid(), s.comm, Provenance.SNAPSHOT);
      task.enter(entry);
      task.rename(s.comm);
      s.leader.seenAt = s.at;
      writer.save(entry);
      details.request(s.leader, entry);
    }
    task.imprint(s.imprint);
    writer.save(task);
  }

  /** The comm can be from before an exec or a rename that was lost, its creator's too. */
  private void catchUpComm(Seen s) {
    Task task = s.leader.task;
    if (s.settled && task.entry().time() <= s.at && s.leader.process.renamedAt <= s.at && !s.comm.equals(task.comm())) {
      task.rename(s.comm);
      writer.save(task);
    }
  }

  private List<Tracked> missingThreads(Tracked leader, TaskStat stat) {
    List<Tracked> missing = List.of();
    for (Tracked t = leader.process.firstThread; t != null; t = t.nextThread) {
      if (proc.read(t.task.tid(), stat) && starts.isSame(t, stat.starttime) && !stat.isDead()) {
        t.epoch = live.epoch();
      } else {
        missing = missing.isEmpty() ? new ArrayList<>() : missing;
        missing.add(t);
      }
    }
    return missing;
  }

  private void compareThreads(Seen s) {
    Tracked leader = s.leader;
    for (Tracked thread : s.missing) {
      if (thread.task.isLive()) {
        live.endUnseen(thread, s.at);
      }
    }
    importer.addThreads(leader);
    if (leader.process.running == 0) {
      live.endWithLastThread(leader.process, clock.getAsLong(), Ending.UNKNOWN_STATUS);
    }
  }

  private void clear(Gap gap, Map<TaskId, Tracked> proven) {
    Map<TaskId, Tracked> untouched = new HashMap<>();
    for (Seen s : seen) {
      Task task = s.leader.task;
      boolean sameSince = proven.containsKey(task.id()) && s.leader.recognizedAt <= gap.from();
      boolean bornBefore = task.start() < gap.from();
      boolean bornAfter = task.start() >= gap.to();
      boolean creatorUntouched = task.creator().map(untouched::containsKey).orElse(false);
      // Of an exec that came after, the image proves nothing of what came before.
      boolean hasNotExeced = task.entry().time() < Math.max(task.start(), gap.from());
      if (task.isLive() && sameSince
          && (bornBefore && hasNotExeced || creatorUntouched && (bornAfter || hasNotExeced))) {
        untouched.put(task.id(), s.leader);
        task.doubt(task.doubts().withoutGap(gap));
        writer.save(task);
      }
    }
  }

  /**
   * A zombie that is not in the table has ended before, and whoever followed it then has kept that: brought in again it
   * would be another task with the same life. Only where nobody followed anything yet, zombies are brought in.
   */
  private void bringInTheRest() {
    TaskStat stat = new TaskStat();
    for (int tgid : proc.processes()) {
      Tracked known = live.find(tgid);
      boolean isOver = known == null && !fresh && proc.read(tgid, stat) && stat.isDead()
          && proc.threads(tgid).length < 2;
      if (!isOver && (known == null || known.epoch != live.epoch() || !known.startKnown)) {
        boolean missed = importer.bringPresent(tgid) == null && importer.hasMissed(tgid);
        needed |= missed;
      }
    }
    fresh = false;
  }
}
