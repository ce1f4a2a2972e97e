package io.taskhistory.collector.tracking;

import io.taskhistory.collector.linux.Threads;
import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.LiveTasks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes round all live tasks and all of /proc, a few tasks at a time, and tells where the two differ: a thread of its own
 * that never keeps the collector's waiting, and reads the table as any reader does.
 *
 * <p>/proc is ahead of the events, and a task can stand in the middle of an exec, a clone or an exit. So what differs is
 * looked at again a while later, and told only if it still does in the same way. Even that proves nothing: see {@link
 * SelfCheck}, which is told.
 */
final class Patrol implements AutoCloseable {

  /**
   * How fast it goes.
   *
   * @param pause between two slices, in nanoseconds
   * @param least how many tasks a slice has at least
   * @param most and at most
   * @param slices in how many slices a round is done, where that bound is not met
   * @param again how long after the first look the second is, at least
   */
  record Pace(long pause, int least, int most, int slices, long again, Rest rest) {

    /** A second's slice of 16 tasks is some 200 µs; 100,000 tasks are gone round in four minutes. */
    static final Pace USUAL = new Pace(1_000_000_000L, 16, 512, 240, 1_000_000_000L, TimeUnit.NANOSECONDS::sleep);
  }

  /** How time is let pass. */
  interface Rest {
    void nanos(long nanos) throws InterruptedException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Patrol.class);

  /** How many differences at most wait to be looked at again; what is left out comes in the next round. */
  private static final int MOST_PENDING = 1024;

  /** How much earlier than its event a clone can have begun: it is given a start, and told of only when it is done. */
  private static final long LONGEST_CLONE = 1_000_000_000L;

  private final LiveTasks tasks;
  private final ProcTasks proc;
  private final StartTimes starts;
  private final LongSupplier clock;
  private final Pace pace;
  private final Consumer<Look> told;
  private final BlockingQueue<Integer> hints = new ArrayBlockingQueue<>(MOST_PENDING);
  private final Map<Integer, Look> pending = new HashMap<>();
  private final TaskStat stat = new TaskStat();
  private final Thread thread = new Thread(this::run, "self-check");

  /** When the round before this one began. */
  private long since;
  private int left;
  private int slice;

  /** Whether what is being looked at differs. */
  private boolean differs;
  private volatile boolean closing;
  private volatile long rounds;
  private volatile long compared;

  /**
   * Makes one.
   *
   * @param proc to be read by this thread alone
   * @param told is told, by this thread, of each difference that was seen twice
   */
  Patrol(LiveTasks tasks, ProcTasks proc, StartTimes starts, LongSupplier clock, Pace pace, Consumer<Look> told) {
    this.tasks = tasks;
    this.proc = proc;
    this.starts = starts;
    this.clock = clock;
    this.pace = pace;
    this.told = told;
    this.since = clock.getAsLong();
    this.slice = pace.least;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  long rounds() {
    return rounds;
  }

  long compared() {
    return compared;
  }

  /** There is a reason to look at {@code tid} soon. Any thread may say so. */
  void hint(int tid) {
    hints.offer(tid); // in a flood of them the round comes by anyway
  }

  private void run() {
    try {
      while (!closing) {
        rest();
        try {
          round();
        } catch (RuntimeException e) { // that one task is odd is no reason to compare no other ever after
          LOG.warn("comparing with /proc has failed, and begins anew", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close() asks for it
    }
  }

  /** Compares every task once. */
  void round() throws InterruptedException {
    long began = clock.getAsLong();
    int[] processes = proc.processes();
    if (processes.length == 0) {
      return; // we are one ourselves: this /proc shows nothing
    }
    int[] tids = withLive(processes);
    slice = Math.max(pace.least, Math.min(pace.most, tids.length / pace.slices));
    int before = 0;
    for (int tid : tids) {
      if (tid == before) {
        continue;
      }
      before = tid;
      if (left-- <= 0) {
        rest();
      }
      compared = compared + 1;
      compare(tid);
    }
    rounds = rounds + 1;
    since = began;
  }

  /** These and all that the table has, in order. */
  private int[] withLive(int[] processes) {
    IntStream.Builder all = IntStream.builder();
    for (int tgid : processes) {
      all.add(tgid);
    }
    tasks.forEach(task -> {
      if (task.isLive()) {
        all.add(task.tid());
      }
    });
    return all.build().sorted().toArray();
  }

  private void rest() throws InterruptedException {
    pace.rest.nanos(pace.pause);
    left = slice;
    for (Integer tid = hints.poll(); tid != null; tid = hints.poll()) {
      compare(tid);
    }
    lookAgain();
  }

  private void lookAgain() {
    if (pending.isEmpty()) {
      return;
    }
    long now = clock.getAsLong();
    List<Look> due = new ArrayList<>();
    for (Look look : pending.values()) {
      if (now - look.first() >= pace.again) {
        due.add(look);
      }
    }
    for (Look look : due) {
      differs = false;
      if (look.kind() == Look.Kind.UNKNOWN_THREAD) {
        unknownThread(look.tid(), look.tgid());
      } else {
        compare(look.tid());
      }
      if (!differs) {
        pending.remove(look.tid(), look);
      }
    }
  }

  private @Nullable Task live(int tid) {
    Task task = tasks.get(tid);
    return task != null && task.isLive() ? task : null;
  }

  private void compare(int tid) {
    Task task = live(tid);
    if (task == null) {
      unknownProcess(tid);
    } else if (task.isLeader()) {
      process(task);
    } else if (!proc.read(tid, stat)) {
      differ(Look.Kind.ENDED, tid, task.tgid(), task, null);
    } else if (isAnother(task) || isZombie()) {
      differ(Look.Kind.ENDED, tid, task.tgid(), task, stat);
    }
  }

  private void unknownProcess(int tid) {
    if (proc.read(tid, stat) && !(stat.isDead() && proc.threads(tid).length < 2) && proc.tgid(tid) == tid) {
      differ(Look.Kind.UNKNOWN_PROCESS, tid, tid, null, stat);
    }
  }

  private void process(Task task) {
    int tgid = task.tid();
    boolean settled = proc.readSettled(tgid, stat);
    if (!settled && !proc.read(tgid, stat)) {
      differ(Look.Kind.ENDED, tgid, tgid, task, null);
    } else if (isAnother(task) || isZombie() && proc.threads(tgid).length < 2) {
      differ(Look.Kind.ENDED, tgid, tgid, task, stat);
    } else {
      if (settled && !stat.isDead() && !stat.isKernelThread()) {
        image(task);
      }
      if (stat.numThreads > 1) {
        threads(tgid);
      }
    }
  }

  private void image(Task task) {
    long known = task.imprint();
    int tid = task.tid();
    if (known == 0 ? task.entry().isRoot() : known != stat.startstack) {
      differ(Look.Kind.IMAGE, tid, tid, task, stat);
    } else if (task.comm().isKnown() && !task.comm().equals(stat.comm)) {
      differ(Look.Kind.NAME, tid, tid, task, stat);
    } else if (known == 0) {
      told.accept(look(Look.Kind.FIRST_SIGHT, tid, tid, task, stat));
    }
  }

  private void threads(int tgid) {
    for (int tid : proc.threads(tgid)) {
      Task known = live(tid);
      if (known == null || known.tgid() != tgid) {
        unknownThread(tid, tgid);
      }
    }
  }

  private void unknownThread(int tid, int tgid) {
    Task known = live(tid);
    boolean isKnown = known != null && known.tgid() == tgid;
    if (!isKnown && proc.read(tid, stat) && !stat.isDead() && proc.tgid(tid) == tgid) {
      differ(Look.Kind.UNKNOWN_THREAD, tid, tgid, known, stat);
    }
  }

  private boolean isZombie() {
    return stat.state == 'Z' || stat.state == 'X';
  }

  /** Whoever gets a tid after another started later; one that began a little earlier was kept from telling. */
  private boolean isAnother(Task task) {
    return !starts.isOfBoot(task.tid(), task.start(), stat.starttime)
        && !starts.isSameOrBefore(task.start(), stat.starttime, LONGEST_CLONE);
  }

  private Look look(Look.Kind kind, int tid, int tgid, @Nullable Task task, @Nullable TaskStat seen) {
    long at = clock.getAsLong();
    return new Look(kind, tid, tgid, task, seen != null, seen == null ? 0 : seen.starttime,
        seen == null ? RawText.UNKNOWN : seen.comm, seen == null ? 0 : seen.startstack,
        task == null ? 0 : task.imprint(), since, at, at);
  }

  private void differ(Look.Kind kind, int tid, int tgid, @Nullable Task task, @Nullable TaskStat seen) {
    differs = true;
    Look now = look(kind, tid, tgid, task, seen);
    Look before = pending.get(tid);
    if (before == null || before.task() != task || !before.fault().equals(now.fault())) {
      if (before != null || pending.size() < MOST_PENDING) {
        pending.put(tid, now);
      }
    } else if (now.at() - before.first() >= pace.again) {
      pending.remove(tid);
      told.accept(now.seenFirst(before));
    }
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    Threads.join(thread);
  }
}
