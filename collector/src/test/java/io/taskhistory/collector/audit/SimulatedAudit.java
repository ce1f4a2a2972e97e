package io.taskhistory.collector.audit;

import io.taskhistory.collector.auditlog.AuditEvent;
import io.taskhistory.collector.auditlog.RecordTypes;
import io.taskhistory.collector.auditlog.SyscallFacts;
import io.taskhistory.collector.auditlog.Syscalls;
import io.taskhistory.collector.auditlog.Syscalls.Call;
import io.taskhistory.collector.procfs.DetailsFiles;
import io.taskhistory.collector.procfs.ProcTasks;
import io.taskhistory.collector.procfs.TaskStat;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that forks, execs, exits and kills at random, knows the truth about it, and puts it on record as audit does:
 * when a syscall returns, with the coarse time at which it was entered; in order for each task, and else delayed and
 * mixed; nothing of a process that is killed, and a clone's child as the caller's pid namespace numbers it. Tids go
 * round, processes are handed to init, time passes while /proc is read, and, if asked for, records are lost.
 *
 * <p>Or what a trace would tell it tells too, when it happens; then names repeat, and there are no threads.
 */
final class SimulatedAudit implements ProcTasks, DetailsFiles {

  static final long TICK = 10_000_000;
  private static final long JIFFY = 4_000_000;
  private static final int TIDS = 240;
  private static final int MOST_ALIVE = 40;
  private static final int MOST_DELAYED = 12;
  private static final int MOST_SPACES = 2;
  private static final long CLONE_PARENT = 0x8000;
  private static final long CLONE_THREAD = 0x1_0000;
  private static final long CLONE_NEWPID = 0x2000_0000;

  /** What truly happened at one exec. */
  record TrueExec(int pid, long time, String name, String argument) {}

  /** Numbers its processes from 1, and with those of all below it. */
  static final class Space {

    private int last;

    Space(int last) {
      this.last = last;
    }

    int next() {
      last = last % (TIDS - 1) + 1;
      return last;
    }
  }

  /** A process as it truly is. */
  static final class TrueProcess {

    final int pid;
    final long start;
    final @Nullable TrueProcess creator;
    final @Nullable Space space;
    final boolean isFirst;
    final List<TrueExec> history;
    final List<Integer> threads = new ArrayList<>();
    final Set<String> commsEver = new HashSet<>();
    TrueProcess parent;
    String comm;
    long imprint;
    long end = Long.MAX_VALUE;
    int generationsBelow;
    boolean busy;
    boolean zombie;
    boolean exiting;
    @Nullable Runnable released;

    TrueProcess(int pid, long start, @Nullable TrueProcess creator, @Nullable Space space, boolean isFirst) {
      this.pid = pid;
      this.start = start;
      this.creator = creator;
      this.space = space;
      this.isFirst = isFirst;
      parent = creator == null ? this : creator;
      history = creator == null ? new ArrayList<>() : new ArrayList<>(creator.history);
      comm = creator == null ? "init" : creator.comm;
      imprint = creator == null ? 7 : creator.imprint;
      commsEver.add(comm);
    }

    /** Whether a process on the way from here to the root had that pid, and at some time that comm. */
    boolean hasAncestorCalled(int pid, String comm) {
      boolean has = false;
      for (TrueProcess p = this; p != null && !has; p = p.creator) {
        has = p.pid == pid && p.commsEver.contains(comm);
      }
      return has;
    }

    @Override
    public String toString() {
      return pid + "@" + start + " " + history.stream().map(TrueExec::name).toList()
          + (creator == null ? "" : " of " + creator.pid + "@" + creator.start);
    }
  }

  private record Written(long entered, AuditEvent event) {}

  private final Random random;
  private final double lossRate;
  private final boolean isAlone;
  private final @Nullable TrueProcess[] holders = new TrueProcess[TIDS];
  /** Of the threads. */
  private final long[] startOf = new long[TIDS];
  private final List<Runnable> later = new ArrayList<>();
  private final List<Written> queue = new ArrayList<>();
  private final List<Consumer<TaskEvents>> trace = new ArrayList<>();
  private final List<Consumer<TaskEvents>> notices = new ArrayList<>();
  private final List<String> log = new ArrayList<>();
  final List<TrueProcess> everybody = new ArrayList<>();
  private long now = 1000 * TICK;
  private int lastTid = 1;
  private int names;
  private int spaces;
  private long serial;
  private boolean isFollowed;
  boolean quiet;
  int lost;

  SimulatedAudit(long seed, double lossRate, boolean isAlone) {
    random = new Random(seed);
    this.lossRate = lossRate;
    this.isAlone = isAlone;
    TrueProcess init = new TrueProcess(1, 1, null, null, false);
    init.history.add(new TrueExec(1, 2, "init", "0"));
    holders[1] = init;
    everybody.add(init);
  }

  long now() {
    return now;
  }

  void sleep(long nanos) {
    now += nanos;
  }

  boolean isQuiet() {
    return later.isEmpty();
  }

  List<TrueProcess> live() {
    List<TrueProcess> live = new ArrayList<>();
    for (int tid = 1; tid < TIDS; tid++) {
      TrueProcess p = holders[tid];
      if (p != null && p.pid == tid) {
        live.add(p);
      }
    }
    return live;
  }

  String logOf(int pid) {
    return log.stream().filter(line -> line.matches(".*\\b" + pid + "\\b.*")).collect(Collectors.joining("\n"));
  }

  void log(String line) {
    log.add(now + " " + line);
  }

  // ------------------------------------------------------------------ what happens

  /** From now on all is put on record. */
  long follow() {
    isFollowed = true;
    return now;
  }

  void step() {
    now += 1_000 + random.nextInt(200_000);
    if (!later.isEmpty() && random.nextInt(3) > 0) {
      later.remove(random.nextInt(later.size())).run();
      return;
    }
    List<TrueProcess> able = live();
    able.removeIf(p -> p.zombie || p.busy);
    if (quiet || able.isEmpty()) {
      return;
    }
    TrueProcess p = able.get(random.nextInt(able.size()));
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> fork(p, live().size());
      case 4 -> thread(p);
      case 5, 6, 7 -> exec(p);
      case 8 -> kill(p);
      default -> exit(p);
    }
  }

  private void meanwhile() {
    for (int i = random.nextInt(3); i > 0; i--) {
      step();
    }
  }

  private int nextTid() {
    do {
      lastTid = lastTid % (TIDS - 1) + 1;
    } while (holders[lastTid] != null);
    return lastTid;
  }

  private void fork(TrueProcess p, int alive) {
    if (alive > MOST_ALIVE || random.nextInt(MOST_ALIVE) < alive / 2) {
      return;
    }
    long entered = now;
    int kind = random.nextInt(10);
    boolean isFirst = kind == 0 && p.space == null && p.pid != 1 && spaces < MOST_SPACES;
    if (p.space != null && random.nextBoolean() || p.released != null) { // vfork(2): exec or _exit, and nothing else
      return;
    }
    boolean isSibling = kind == 1 && p.pid != 1 && !p.isFirst;
    boolean waits = kind >= 7;
    Call call = random.nextInt(3) == 0 ? Call.CLONE3 : waits ? Call.VFORK : Call.CLONE;
    long flags = call == Call.CLONE
        ? (isFirst ? CLONE_NEWPID : 0) | (isSibling ? CLONE_PARENT : 0) : SyscallFacts.UNKNOWN;
    spaces += isFirst ? 1 : 0;
    p.busy = true;
    later.add(() -> {
      int tid = nextTid();
      Space space = isFirst ? new Space(tid) : p.space;
      int returned = p.space == null ? tid : p.space.next();
      TrueProcess child = new TrueProcess(tid, now, p, space, isFirst);
      child.parent = isSibling && call != Call.VFORK ? p.parent : p;
      holders[tid] = child;
      everybody.add(child);
      log("fork " + call + (isFirst ? " newpid" : isSibling ? " sibling" : "") + " of " + p.pid + ": " + tid
          + " as " + returned);
      long time = now;
      long told = flags == SyscallFacts.UNKNOWN ? 0 : flags;
      trace(e -> e.cloned(time, p.pid, false, tid, tid, told, RawText.of(child.comm)));
      Runnable returns = () -> later.add(() -> {
        write(p, entered, event(p, entered, call, returned, flags, 0, null));
      });
      if (waits) {
        child.released = returns;
      } else {
        returns.run();
      }
    });
  }

  private void released(TrueProcess child) {
    Runnable waiting = child.released;
    child.released = null;
    if (waiting != null) {
      waiting.run();
    }
  }

  private void thread(TrueProcess p) {
    if (!isAlone || p.threads.size() > 3) {
      return;
    }
    long entered = now;
    int tid = nextTid();
    boolean is3 = random.nextBoolean();
    p.threads.add(tid);
    holders[tid] = p;
    startOf[tid] = now;
    log("thread of " + p.pid + ": " + tid);
    int returned = p.space == null ? tid : p.space.next();
    write(p, entered, event(p, entered, is3 ? Call.CLONE3 : Call.CLONE, returned,
        is3 ? SyscallFacts.UNKNOWN : CLONE_THREAD, 0, null));
    later.add(() -> {
      if (p.threads.remove((Integer) tid)) {
        holders[tid] = null;
      }
    });
  }

  private void endThreads(TrueProcess p) {
    p.threads.forEach(tid -> holders[tid] = null);
    p.threads.clear();
  }

  private void exec(TrueProcess p) {
    if (p.pid == 1) {
      return;
    }
    long entered = now;
    String name = !isAlone && random.nextInt(3) == 0 ? p.comm : "p" + names;
    String argument = "a" + names++;
    p.busy = true;
    later.add(() -> {
      endThreads(p);
      p.comm = name;
      p.commsEver.add(name);
      p.imprint = 1000 + names * 16L;
      released(p);
      later.add(() -> {
        long time = now;
        p.history.add(new TrueExec(p.pid, time, name, argument));
        log("exec of " + p.pid + ": " + name);
        trace(e -> e.execed(time, p.pid, p.pid, RawText.of(name), RawText.UNKNOWN));
        write(p, entered, event(p, entered, name.hashCode() % 2 == 0 ? Call.EXECVE : Call.EXECVEAT, 0,
            SyscallFacts.UNKNOWN, 0, argument));
      });
    });
  }

  private void exit(TrueProcess p) {
    if (p.pid == 1 || p.isFirst || random.nextInt(3) == 0) {
      return;
    }
    p.busy = true;
    p.exiting = true;
    long entered = now;
    endThreads(p);
    later.add(() -> {
      write(p, entered, event(p, entered, Call.EXIT_GROUP, 0, SyscallFacts.UNKNOWN, 3, null),
          () -> later.add(() -> die(p, "exit")));
    });
  }

  private void kill(TrueProcess p) {
    if (p.pid != 1 && !p.isFirst) {
      endThreads(p);
      die(p, "kill");
    }
  }

  private void die(TrueProcess p, String how) {
    log(how + " of " + p.pid);
    p.zombie = true;
    p.busy = true;
    p.imprint = 0;
    long time = now;
    trace(e -> e.exited(time, p.pid, TaskEvents.UNKNOWN_TID, -1, TaskEvents.UNKNOWN_TID));
    released(p);
    for (TrueProcess child : live()) {
      if (child.parent == p && child != p) {
        child.parent = p.space != null && p.creator != null && p.parent.space == p.space ? p.parent : everybody.get(0);
      }
    }
    later.add(() -> {
      log("reaped " + p.pid);
      holders[p.pid] = null;
      p.end = now;
    });
  }

  // ------------------------------------------------------------------ what is on record

  private AuditEvent event(
      TrueProcess p, long entered, Call call, long exit, long flags, long code, @Nullable String argument) {
    RawText none = RawText.UNKNOWN;
    SyscallFacts facts = new SyscallFacts(call, Syscalls.X86_64, 0, !call.isExit(), !call.isExit(), exit, flags, code,
        p.pid == 1 ? 0 : p.parent.pid, p.pid, 7, 7, 7, 7, 7, 7, none, RawText.of(p.comm), none, none);
    long stamp = entered / JIFFY * JIFFY / 1_000_000 * 1_000_000;
    return new AuditEvent(RawText.EMPTY, stamp, serial++, RecordTypes.SYSCALL, facts, p.pid,
        argument == null ? null : List.of(RawText.of(argument)), false, none, none, true);
  }

  /** Takes a while, in which others write theirs; but the task does nothing else before it has written its own. */
  private void write(TrueProcess p, long entered, AuditEvent event) {
    write(p, entered, event, () -> p.busy = false);
  }

  private void write(TrueProcess p, long entered, AuditEvent event, Runnable then) {
    p.busy = true;
    later.add(() -> {
      written(p, entered, event);
      then.run();
    });
  }

  private void written(TrueProcess p, long entered, AuditEvent event) {
    if (!isFollowed) {
      return;
    }
    if (!quiet && random.nextDouble() < lossRate) {
      int count = 1 + random.nextInt(8);
      log("lost record of " + p.pid);
      lost++;
      long from = now - 1 - random.nextInt(20_000_000);
      long to = now;
      notices.add(e -> e.lost(from, to, count, Gap.Cause.OVERFLOW));
      return;
    }
    queue.add(new Written(entered, event));
  }

  private void trace(Consumer<TaskEvents> event) {
    if (isFollowed) {
      trace.add(event);
    }
  }

  /** What the trace told since the last drain. */
  long drainTrace(TaskEvents events) {
    long at = now;
    List<Consumer<TaskEvents>> told = List.copyOf(trace);
    trace.clear();
    told.forEach(event -> event.accept(events));
    now++;
    return at;
  }

  /** Whom the records go to. */
  interface Receiver {
    void happened(AuditEvent event, SyscallFacts call, long now);
  }

  /** Passes on most of what is on record: up to when that is all. */
  long drain(TaskEvents events, Receiver receiver) {
    long at = now;
    if (random.nextInt(3) == 0) {
      List<Consumer<TaskEvents>> told = List.copyOf(notices);
      notices.clear();
      told.forEach(notice -> notice.accept(events));
    }
    int most = queue.size();
    int left = quiet ? 0 : random.nextInt(MOST_DELAYED);
    for (int i = most; i > 0 && queue.size() > left; i--) {
      Written next = queue.remove(0);
      SyscallFacts call = next.event.call();
      if (call != null) {
        log("told " + call.call() + " by " + call.pid() + " child of " + call.ppid() + ", " + call.exit());
        receiver.happened(next.event, call, now);
      }
    }
    now++;
    return queue.stream().mapToLong(one -> one.entered - 2 * JIFFY).reduce(at, Math::min);
  }

  // ------------------------------------------------------------------ /proc

  private @Nullable TrueProcess holder(int tid) {
    return tid > 0 && tid < TIDS ? holders[tid] : null;
  }

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
    into.tid = tid;
    into.comm = RawText.of(p.comm);
    into.state = p.zombie ? 'Z' : random.nextInt(2) == 0 || p.busy ? 'R' : 'S';
    into.ppid = p.pid == 1 ? 0 : p.parent.pid;
    into.flags = p.exiting ? TaskStat.PF_EXITING : 0;
    into.starttime = (tid == p.pid ? p.start : startOf[tid]) / TICK;
    into.startstack = p.imprint;
    into.numThreads = 1 + p.threads.size();
    return true;
  }

  @Override
  public int[] processes() {
    meanwhile();
    return live().stream().mapToInt(p -> p.pid).toArray();
  }

  @Override
  public boolean isTask(int tid) {
    return holder(tid) != null;
  }

  @Override
  public int[] threads(int tgid) {
    TrueProcess p = holder(tgid);
    if (p == null || p.pid != tgid) {
      return new int[0];
    }
    int[] tids = new int[p.threads.size() + 1];
    tids[0] = tgid;
    for (int i = 1; i < tids.length; i++) {
      tids[i] = p.threads.get(i - 1);
    }
    return tids;
  }

  @Override
  public int tgid(int tid) {
    TrueProcess p = holder(tid);
    return p == null ? 0 : p.pid;
  }

  @Override
  public boolean placesStackAtRandom(int tid) {
    return true;
  }

  @Override
  public int pidNamespaces(int tid) {
    meanwhile();
    TrueProcess p = holder(tid);
    return p == null ? 0 : p.space == null ? 1 : 2;
  }

  @Override
  public int lastTid() {
    return lastTid;
  }

  @Override
  public int tidsEnd() {
    return TIDS + 299;
  }

  @Override
  public DetailsFiles.@Nullable Reading read(int tgid) {
    return null; // details are read by another thread, which has no place in a simulation of one
  }
}
