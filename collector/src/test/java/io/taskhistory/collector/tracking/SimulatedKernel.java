package io.taskhistory.collector.tracking;

import io.taskhistory.collector.procfs.DetailsFiles;
import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that forks, execs, renames and exits at random, knows the truth about it, and reports as the proc connector
 * does, with what makes that hard: tids are reused; an exec's name shows before its event is out; exits are reported
 * after the tid is free, also the one of a leader whose place a thread takes; time passes while /proc is read; and, if
 * asked for, a run of events is lost.
 *
 * <p>Or it reports as the trace buffer does: with names and callers, exits before anybody else sees them, in batches
 * that are old by the time they are read; and the oldest events of one processor are lost while others' are there. At some
 * time it can fail, and the connector is listened to instead.
 *
 * <p>Either way it can drop single events and say nothing of it ({@link #dropSilently}): but not the clone of whoever gets
 * a tid of which nobody was told that it is free, as nothing could tell the two holders apart until /proc is looked at.
 */
final class SimulatedKernel implements ProcTasks, DetailsFiles {

  static final int TICKS_PER_SECOND = 100;
  static final long TICK = 1_000_000_000L / TICKS_PER_SECOND;
  private static final int TIDS = 60;
  private static final int CPUS = 2;
  private static final long CLONE_PARENT = 0x8000;
  private static final long CLONE_THREAD = 0x1_0000;

  /** What truly happened at one exec. */
  record TrueEntry(int pid, long time, String name) {}

  /** A process as it truly is. */
  static final class TrueProcess {
    final int tid;
    final long start;
    final @Nullable TrueProcess creator;
    final List<TrueEntry> history;
    final List<TrueThread> threads = new ArrayList<>();
    final List<TrueThread> everyThread = new ArrayList<>();
    final List<String> commsEver = new ArrayList<>();
    TrueProcess parent;
    String comm;
    long imprint;
    boolean leaderOver;
    boolean zombie;
    boolean exiting;
    boolean gone;
    boolean busy;

    TrueProcess(int tid, long start, @Nullable TrueProcess creator, List<TrueEntry> history, String comm, long imprint) {
      this.tid = tid;
      this.start = start;
      this.creator = creator;
      this.parent = creator == null ? this : creator;
      this.history = new ArrayList<>(history);
      this.comm = comm;
      this.imprint = imprint;
      commsEver.add(comm);
    }

    /** Whether a process on the way from here to the root had that tid, and at some time that comm. */
    boolean hasAncestorCalled(int tid, String comm) {
      for (TrueProcess p = this; p != null; p = p.creator) {
        if (p.tid == tid && p.commsEver.contains(comm)) {
          return true;
        }
      }
      return false;
    }

    boolean isSameTask(int tid, long start) {
      return this.tid == tid && Math.abs(this.start / TICK - start / TICK) <= 1;
    }

    @Override
    public String toString() {
      return tid + "@" + start + " " + history.stream().map(TrueEntry::name).toList()
          + (creator == null ? "" : " created by " + creator.tid + "@" + creator.start + commsEver);
    }
  }

  /** A thread other than the leader. */
  record TrueThread(int tid, long start) {}

  /** An event that the trace buffer of one processor holds. */
  private record Traced(int cpu, long time, Consumer<TaskEvents> event) {}

  private final Random random;
  private final double lossRate;
  private boolean exact;

  /** How many drains are left until the trace buffer fails; none of a kernel whose source does not. */
  private int drainsLeft = -1;
  private long drained;
  private final List<Traced> ring = new ArrayList<>();
  private final long[] lastOfCpu = new long[CPUS];
  private final Map<Integer, String> renamedTo = new HashMap<>();
  private long wholeSince;
  private final @Nullable TrueProcess[] holders = new TrueProcess[TIDS];
  private final long[] lastStart = new long[TIDS];
  private final Deque<Consumer<TaskEvents>> queue = new ArrayDeque<>();
  private final List<Runnable> later = new ArrayList<>();
  final List<TrueProcess> everybody = new ArrayList<>();
  private long now = 1_000 * TICK;
  private long lastReported = now;
  private int toLose;
  private long lostFrom = -1;
  private int lostCount;
  private int names;
  private double dropRate;

  /** The tids that somebody holds for all that was told. */
  private final Set<Integer> heldAsTold = new HashSet<>();

  /** Those of a process of which something was dropped that would have freed a tid; until that is told to be another's. */
  private final Set<Integer> stuck = new HashSet<>();
  final Set<TrueEntry> droppedExecs = new HashSet<>();

  /** What execs and renames gave that nobody was told of: pid and name. */
  final Set<String> droppedNames = new HashSet<>();
  int dropped;
  private final Deque<String> log = new ArrayDeque<>();
  boolean quiet;
  int losses;

  SimulatedKernel(long seed, double lossRate, boolean exact) {
    this.random = new Random(seed);
    this.lossRate = lossRate;
    this.exact = exact;
    TrueProcess init = new TrueProcess(1, 1, null, List.of(new TrueEntry(1, 2, "init")), "init", 77);
    Arrays.fill(lastStart, -TICK * 10);
    holders[1] = init;
    everybody.add(init);
  }

  /** From now on, until it is quiet. */
  void dropSilently(double rate) {
    dropRate = rate;
  }

  private boolean isDropped(String what, int tid) {
    boolean drops = dropRate > 0 && !quiet && random.nextDouble() < dropRate;
    if (drops) {
      log(what + " is dropped", tid);
      dropped++;
    }
    return drops;
  }

  private boolean isCloneDropped(int tid) {
    boolean drops = !heldAsTold.contains(tid) && !stuck.contains(tid) && isDropped("clone", tid);
    if (!drops) {
      heldAsTold.add(tid);
      stuck.remove(tid);
    }
    return drops;
  }

  long now() {
    return now;
  }

  boolean isQuiet() {
    return later.isEmpty();
  }

  List<TrueProcess> live() {
    List<TrueProcess> live = new ArrayList<>();
    for (int tid = 1; tid < TIDS; tid++) {
      TrueProcess p = holders[tid];
      if (p != null && p.tid == tid) {
        live.add(p);
      }
    }
    return live;
  }

  private @Nullable TrueProcess holder(int tid) {
    return tid > 0 && tid < TIDS ? holders[tid] : null;
  }

  /** What was said and done about one tid, for the report of a failure. */
  String logOf(int tid) {
    return log.stream().filter(line -> line.matches(".*(\\b" + tid + "\\b|overwritten).*")).collect(Collectors.joining("\n"));
  }

  private void log(String what, int... tids) {
    StringBuilder line = new StringBuilder().append(now).append(' ').append(what);
    for (int tid : tids) {
      line.append(' ').append(tid);
    }
    log.add(line.toString());
  }

  // ------------------------------------------------------------------ what happens

  /** One thing happens somewhere. */
  void step() {
    now += 1_000 + random.nextInt(200_000);
    if (!later.isEmpty() && random.nextInt(3) > 0) {
      later.remove(random.nextInt(later.size())).run();
      return;
    }
    if (quiet) {
      return;
    }
    List<TrueProcess> able = live();
    able.removeIf(p -> p.zombie || p.busy);
    if (able.isEmpty()) {
      return;
    }
    TrueProcess p = able.get(random.nextInt(able.size()));
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> fork(p);
      case 3 -> newThread(p);
      case 4, 5, 6 -> exec(p);
      case 7 -> rename(p);
      case 8 -> endThread(p);
      default -> exit(p);
    }
  }

  /** Time passes for others while somebody is busy. */
  private void meanwhile() {
    for (int i = random.nextInt(4); i > 0; i--) {
      step();
    }
  }

  private int freeTid() {
    List<Integer> free = new ArrayList<>();
    for (int tid = 2; tid < TIDS; tid++) {
      // Nobody gets through all tids within a few ticks, so no tid starts twice in that time.
      if (holders[tid] == null && now - lastStart[tid] > 3 * TICK) {
        free.add(tid);
      }
    }
    return free.isEmpty() ? -1 : free.get(random.nextInt(free.size()));
  }

  private int someThread(TrueProcess p) {
    int i = random.nextInt(p.threads.size() + 1);
    return i == p.threads.size() ? p.leaderOver && i > 0 ? p.threads.get(0).tid : p.tid : p.threads.get(i).tid;
  }

  private void fork(TrueProcess p) {
    int tid = freeTid();
    if (tid < 0) {
      return;
    }
    TrueProcess child = new TrueProcess(tid, now, p, p.history, p.comm, p.imprint);
    int parentTid = someThread(p);
    boolean sibling = exact && p.tid != 1 && random.nextInt(6) == 0;
    if (sibling) {
      child.parent = p.parent;
    }
    log("fork (caller, child)", p.tid, tid);
    holders[tid] = child;
    lastStart[tid] = now;
    everybody.add(child);
    now += random.nextInt(2_000);
    long time = now;
    RawText comm = RawText.of(p.comm);
    if (isCloneDropped(tid)) {
      return;
    }
    report(time, exact
        ? e -> e.cloned(time, parentTid, false, tid, tid, sibling ? CLONE_PARENT : 0, comm)
        : e -> e.cloned(time, parentTid, true, tid, tid, TaskEvents.UNKNOWN_FLAGS, RawText.UNKNOWN));
  }

  private void newThread(TrueProcess p) {
    int tid = freeTid();
    if (tid < 0 || p.threads.size() > 4) {
      return;
    }
    int callerTid = exact ? someThread(p) : TaskEvents.UNKNOWN_TID;
    log("thread (of, new)", p.tid, tid);
    p.threads.add(new TrueThread(tid, now));
    p.everyThread.add(new TrueThread(tid, now));
    holders[tid] = p;
    lastStart[tid] = now;
    long time = now;
    RawText comm = RawText.of(p.comm);
    if (isCloneDropped(tid)) {
      return;
    }
    report(time, exact
        ? e -> e.cloned(time, callerTid, false, tid, TaskEvents.UNKNOWN_TID, CLONE_THREAD, comm)
        : e -> e.cloned(time, TaskEvents.UNKNOWN_TID, true, tid, p.tid, TaskEvents.UNKNOWN_FLAGS, RawText.UNKNOWN));
  }

  private void exec(TrueProcess p) {
    String name = random.nextInt(4) == 0 ? p.comm : "p" + names++;
    long imprint = 1_000_000 + names * 16L + random.nextInt(16) * 1_000_000L;
    p.busy = true;
    boolean byThread = !p.threads.isEmpty() && (p.leaderOver || random.nextBoolean());
    log("exec begins" + (byThread ? " by a thread" : "") + (p.leaderOver ? ", leader over" : ""), p.tid);
    TrueThread caller = byThread ? p.threads.remove(random.nextInt(p.threads.size())) : null;
    for (TrueThread t : List.copyOf(p.threads)) {
      threadIsOver(p, t);
    }
    if (caller != null) {
      if (!p.leaderOver) {
        long[] time = new long[1];
        int pid = p.tid;
        atOnceOrLater(() -> reportExit(time, pid, pid, 0));
        if (exact) {
          reportLateIfTakenOver(pid, pid, 0);
        }
      }
      holders[caller.tid] = null;
      p.leaderOver = false;
    }
    int oldTid = caller == null ? p.tid : caller.tid;
    later.add(() -> {
      p.imprint = 0;
      if (exact) {
        long renamed = now;
        report(renamed, e -> e.renamed(renamed, p.tid, RawText.of(name)), () -> remember(renamed, p.tid, name));
      }
      p.comm = name;
      p.commsEver.add(name);
      later.add(() -> {
        p.imprint = imprint;
        later.add(() -> {
          long time = now;
          p.history.add(new TrueEntry(p.tid, time, name));
          p.busy = false;
          if (isDropped("exec", p.tid)) {
            droppedExecs.add(p.history.get(p.history.size() - 1));
            droppedNames.add(p.tid + " " + name);
            stuck.addAll(List.of(p.tid, oldTid));
            return;
          }
          heldAsTold.remove(caller == null ? 0 : caller.tid);
          log("exec reported", p.tid);
          report(time, exact
              ? e -> e.execed(time, p.tid, oldTid, nameOf(p.tid), RawText.UNKNOWN)
              : e -> e.execed(time, p.tid, TaskEvents.UNKNOWN_TID, RawText.UNKNOWN, RawText.UNKNOWN));
        });
      });
    });
  }

  /** The source remembers no name from before the end of a loss, on whatever processor: the next may be lost. */
  private void remember(long time, int tid, String name) {
    if (time >= wholeSince) {
      renamedTo.put(tid, name);
    }
  }

  private RawText nameOf(int tid) {
    String name = renamedTo.remove(tid);
    return name == null ? RawText.UNKNOWN : RawText.of(name);
  }

  private void rename(TrueProcess p) {
    String name = "r" + names++;
    p.busy = true;
    log("rename begins", p.tid);
    p.comm = name;
    p.commsEver.add(name);
    later.add(() -> {
      p.busy = false;
      if (isDropped("rename", p.tid)) {
        droppedNames.add(p.tid + " " + name);
        return;
      }
      log("rename reported", p.tid);
      long time = now;
      report(time, e -> e.renamed(time, p.tid, RawText.of(name)), () -> remember(time, p.tid, name));
    });
  }

  private void endThread(TrueProcess p) {
    if (!p.threads.isEmpty()) {
      if (!p.leaderOver && random.nextInt(4) == 0) {
        p.leaderOver = true;
        long[] time = new long[1];
        atOnceOrLater(() -> reportExit(time, p.tid, p.tid, 0));
        if (exact) {
          reportLateIfTakenOver(p.tid, p.tid, 0);
        }
        return;
      }
      if (p.threads.size() > 1 || !p.leaderOver) {
        threadIsOver(p, p.threads.remove(0));
      }
    }
  }

  private void threadIsOver(TrueProcess p, TrueThread t) {
    log("thread ends (of, thread)", p.tid, t.tid);
    boolean traced = exact;
    if (traced) {
      reportExit(new long[1], t.tid, p.tid, 0);
      reportLateIfTakenOver(t.tid, p.tid, 0);
    }
    p.threads.remove(t);
    holders[t.tid] = null;
    if (!traced) {
      atOnceOrLater(() -> reportExit(new long[1], t.tid, p.tid, 0));
    }
  }

  private void exit(TrueProcess p) {
    if (p.tid == 1 || !p.leaderOver && random.nextInt(3) == 0) {
      return;
    }
    for (TrueThread t : List.copyOf(p.threads)) {
      threadIsOver(p, t);
    }
    log("exit" + (p.leaderOver ? ", leader over" : ""), p.tid);
    p.exiting = true;
    if (exact && !p.leaderOver) {
      reportExit(new long[1], p.tid, p.tid, 0);
      p.busy = true;
      later.add(() -> die(p)); // it is there and runs, on the last of its way
    } else {
      die(p);
    }
  }

  private void die(TrueProcess p) {
    p.zombie = true;
    p.imprint = 0;
    for (TrueProcess child : live()) {
      if (child.parent == p && child != p) {
        child.parent = everybody.get(0);
      }
    }
    int parent = p.parent.tid;
    if (!p.leaderOver && !exact) {
      atOnceOrLater(() -> reportExit(new long[1], p.tid, p.tid, parent));
    }
    later.add(() -> {
      log("reaped", p.tid);
      holders[p.tid] = null;
      p.gone = true;
    });
  }

  /** The connector's own report of an exit comes last: it may have taken over by then. */
  private void reportLateIfTakenOver(int tid, int tgid, int parent) {
    if (drainsLeft >= 0) {
      later.add(() -> {
        if (!exact) {
          reportExit(new long[1], tid, tgid, parent);
        }
      });
    }
  }

  private void atOnceOrLater(Runnable report) {
    if (!exact && random.nextInt(3) == 0) {
      later.add(report);
    } else {
      report.run();
    }
  }

  private void reportExit(long[] at, int tid, int tgid, int parent) {
    at[0] = now;
    long time = now;
    if (isDropped("exit", tid)) {
      stuck.addAll(List.of(tid, tgid));
      return;
    }
    heldAsTold.remove(tid);
    log("exit reported (tid, tgid)", tid, tgid);
    report(time, exact
        ? e -> e.exited(time, tid, TaskEvents.UNKNOWN_TID, -1, TaskEvents.UNKNOWN_TID)
        : e -> e.exited(time, tid, tgid, 0, parent), () -> renamedTo.remove(tid));
  }

  private void report(long time, Consumer<TaskEvents> event, Runnable remembered) {
    report(time, e -> {
      remembered.run();
      event.accept(e);
    });
  }

  private void report(long time, Consumer<TaskEvents> event) {
    if (exact) {
      ring.add(new Traced(random.nextInt(CPUS), time, event));
      return;
    }
    if (toLose == 0 && random.nextDouble() < lossRate) {
      toLose = 1 + random.nextInt(30);
    }
    if (toLose > 0 && !quiet) {
      toLose--;
      log("lost after", (int) (lastReported % 1_000_000_000));
      if (lostCount++ == 0) {
        lostFrom = lastReported;
      }
      return;
    }
    if (lostCount > 0) {
      long from = lostFrom;
      int count = lostCount;
      queue.add(e -> e.lost(from, time, count, Gap.Cause.SEQUENCE));
      lostCount = 0;
      toLose = 0;
      losses++;
    }
    lastReported = time;
    queue.add(event);
  }

  /** What was reported until now went to nobody. */
  long subscribe() {
    queue.clear();
    ring.clear();
    Arrays.fill(lastOfCpu, now);
    lostCount = 0;
    toLose = 0;
    lastReported = now;
    for (int tid = 1; tid < TIDS; tid++) {
      if (holders[tid] != null) {
        heldAsTold.add(tid);
      }
    }
    return now;
  }

  /** The trace buffer will fail after that many drains. */
  void failAfter(int drains) {
    drainsLeft = drains;
  }

  /** Whether it does with the next one. */
  boolean fails() {
    return drainsLeft >= 0 && drainsLeft-- == 0;
  }

  /** Up to when everything was drained. */
  long drained() {
    return drained;
  }

  /** From now on the connector reports, also the exits that are half told; what the ring still holds is lost. */
  long takeOver() {
    log("the connector takes over");
    exact = false;
    losses++;
    return subscribe();
  }

  /** So that a loss at the very end is noticed too, as it would be by the next event. */
  void flushLoss() {
    if (lostCount > 0) {
      long from = lostFrom;
      long to = now;
      int count = lostCount;
      queue.add(e -> e.lost(from, to, count, Gap.Cause.SEQUENCE));
      lostCount = 0;
      losses++;
    }
  }

  /** As a source's drain: everything reported until the call, and how far that went. */
  long drain(TaskEvents events) {
    if (exact) {
      return drainRing(events);
    }
    long at;
    do {
      at = now;
      Consumer<TaskEvents> event = queue.poll();
      if (event != null) {
        event.accept(events);
      }
    } while (!queue.isEmpty());
    now++;
    return at;
  }

  /** What was in the ring when reading it began; a loss is told before whatever came after it began. */
  private long drainRing(TaskEvents events) {
    long at = now;
    List<Traced> batch = new ArrayList<>(ring);
    ring.clear();
    if (!quiet && random.nextDouble() < lossRate * 8) {
      overwrite(random.nextInt(CPUS), batch, events);
    }
    for (Traced traced : batch) {
      lastOfCpu[traced.cpu] = traced.time;
      traced.event.accept(events);
    }
    now++;
    drained = at;
    return at;
  }

  private void overwrite(int cpu, List<Traced> batch, TaskEvents events) {
    List<Traced> own = batch.stream().filter(traced -> traced.cpu == cpu).toList();
    if (own.size() < 2) {
      return;
    }
    int lost = 1 + random.nextInt(own.size() - 1);
    List<Traced> gone = own.subList(0, lost);
    batch.removeAll(gone);
    log("overwritten until " + own.get(lost).time);
    renamedTo.clear();
    wholeSince = Math.max(wholeSince, own.get(lost).time);
    events.lost(lastOfCpu[cpu], own.get(lost).time, lost, Gap.Cause.OVERFLOW);
    losses++;
  }

  // ------------------------------------------------------------------ /proc

  @Override
  public boolean read(int tid, TaskStat into) {
    meanwhile();
    return look(tid, into);
  }

  @Override
  public boolean readSettled(int tid, TaskStat into) {
    meanwhile();
    if (!look(tid, into)) {
      return false;
    }
    RawText comm = into.comm;
    long imprint = into.startstack;
    long start = into.starttime;
    meanwhile();
    return look(tid, into) && comm.equals(into.comm) && imprint == into.startstack && imprint != 0
        && start == into.starttime;
  }

  private boolean look(int tid, TaskStat into) {
    TrueProcess p = holder(tid);
    if (p == null) {
      return false;
    }
    long start = p.start;
    for (TrueThread t : p.threads) {
      start = t.tid == tid ? t.start : start;
    }
    into.tid = tid;
    into.comm = RawText.of(p.comm);
    into.state = p.zombie || p.leaderOver && tid == p.tid ? 'Z' : random.nextInt(2) == 0 || p.busy ? 'R' : 'S';
    into.ppid = p.tid == 1 ? 0 : p.parent.tid;
    into.numThreads = 1 + p.threads.size();
    into.flags = p.exiting ? TaskStat.PF_EXITING : 0;
    into.starttime = start / TICK;
    into.startstack = tid == p.tid && p.leaderOver ? 0 : p.imprint;
    return true;
  }

  @Override
  public int[] processes() {
    meanwhile();
    return live().stream().mapToInt(p -> p.tid).toArray();
  }

  @Override
  public int[] threads(int tgid) {
    TrueProcess p = holder(tgid);
    if (p == null || p.tid != tgid) {
      return new int[0];
    }
    int[] tids = new int[p.threads.size() + 1];
    tids[0] = tgid;
    for (int i = 1; i < tids.length; i++) {
      tids[i] = p.threads.get(i - 1).tid;
    }
    return tids;
  }

  @Override
  public int tgid(int tid) {
    TrueProcess p = holder(tid);
    return p == null ? 0 : p.tid;
  }

  @Override
  public boolean placesStackAtRandom(int tid) {
    return true;
  }

  @Override
  public DetailsFiles.@Nullable Reading read(int tgid) {
    return null; // details are read by another thread, which has no place in a simulation of one
  }
}
