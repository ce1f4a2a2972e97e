package io.taskhistory.collector.logimport;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that forks, execs, renames, kills and exits at random, knows the truth about it, and writes audit records as
 * kernel/auditsc.c does: when a syscall returns, with the stamp of its entry, the clone's number as the caller's pid
 * namespace has it, nothing from who is killed. Every name is given once, so a name tells whose it was.
 */
final class SimulatedLog {

  private static final long TICK = 4_000_000;
  private static final long EPOCH = 1_700_000_000_000_000_000L;
  private static final long VFORK = 0x4111;
  private static final long FORK = 0x120_0011;
  private static final long SIBLING = 0x8011;
  private static final long THREAD = 0x3d0f00;
  private static final long NEW_PID = 0x2000_0011;

  /** What kinds of trouble there are. */
  record Settings(int pids, double loss, double kills, double namespaces, double disorder) {}

  /** A pid namespace: who is in it by which number. */
  static final class Space {
    final Map<TrueProcess, Integer> numbers = new HashMap<>();
    @Nullable TrueProcess init;
    int last;
  }

  record TrueExec(TrueProcess by, String name, int at) {}

  /** A process as it truly is. */
  static final class TrueProcess {
    final int pid;
    final @Nullable TrueProcess creator;
    final int start;
    final boolean startIsLogged;
    final List<TrueExec> history;
    final Set<String> names = new HashSet<>();
    TrueProcess parent;
    Space space;
    Space childSpace;
    String comm;
    String exe;
    int ownExecs;
    boolean dead;
    boolean subreaper;
    /** When its clone was called: it cannot do anything before that. */
    long bornAt;
    /** The clone that it has not returned from. */
    @Nullable Runnable returning;
    @Nullable TrueProcess vforked;
    /** Whether some syscall of its own has been lost or left out of the log. */
    boolean isHidden;

    @SuppressWarnings("NullAway")
    TrueProcess(int pid, @Nullable TrueProcess creator, int start, boolean startIsLogged, Space space) {
      this.pid = pid;
      this.creator = creator;
      this.start = start;
      this.startIsLogged = startIsLogged;
      this.history = creator == null ? new ArrayList<>() : new ArrayList<>(creator.history);
      this.parent = creator == null ? this : creator;
      this.space = space;
      this.childSpace = space;
      this.comm = creator == null ? "swapper/0" : creator.comm;
      this.exe = creator == null ? "/none" : creator.exe;
      names.add(comm);
    }

    boolean isOrHasAncestor(TrueProcess other) {
      for (TrueProcess p = this; p != null; p = p.creator) {
        if (p == other) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String toString() {
      return pid + "@" + start + (creator == null ? "" : "<" + creator.pid) + history.stream().map(
          e -> e.by.pid + ":" + e.name).toList();
    }
  }

  /** The records of one event, and who truly did it. */
  record Written(long serial, TrueProcess by, int historySize, List<String> lines) {}

  final List<TrueProcess> everybody = new ArrayList<>();
  final List<Written> log = new ArrayList<>();
  private final Settings settings;
  private final Random random;
  private final TreeMap<Integer, TrueProcess> busy = new TreeMap<>();
  private final Map<Integer, Long> freed = new HashMap<>();
  private final Deque<int[]> threads = new ArrayDeque<>();
  private final Space host = new Space();
  private final TrueProcess init;
  private long time = EPOCH;
  private long serial = 100;
  private int last = 300;
  private int steps;
  private int names;
  private boolean isLogging;
  int lost;

  SimulatedLog(long seed, Settings settings) {
    this.random = new Random(seed);
    this.settings = settings;
    init = new TrueProcess(1, null, 0, false, host);
    init.subreaper = true;
    everybody.add(init);
    busy.put(1, init);
    exec(init);
  }

  /** Lets it run, the first part of it unheard. */
  void run(int rounds) {
    for (int i = 0; i < rounds; i++) {
      isLogging = i >= rounds / 10;
      steps++;
      time += random.nextInt(8) == 0 ? TICK * random.nextInt(20) : random.nextInt(1_000_000);
      step();
    }
    for (TrueProcess p : List.copyOf(busy.values())) {
      if (p.returning != null) {
        p.returning.run(); // a log ends somewhere, but not in the middle of everything
      }
    }
  }

  private void step() {
    List<TrueProcess> all = new ArrayList<>(busy.values());
    all.removeIf(p -> p.dead);
    TrueProcess p = all.get(random.nextInt(all.size()));
    if (p.returning != null) {
      if (p.vforked == null || p.vforked.dead || p.vforked.ownExecs > 0) {
        Runnable returning = p.returning;
        p.returning = null;
        p.vforked = null;
        returning.run();
      }
      return;
    }
    int what = random.nextInt(100);
    int crowd = all.size();
    if (what < (crowd < 12 ? 60 : crowd < 40 ? 30 : 8)) {
      clone(p);
    } else if (what < 70) {
      if (random.nextInt(5) == 0) {
        write(p, entry(p), "syscall=59 success=no exit=-2 a0=7ff", false);
      } else if (p != init && p.parent.vforked != p || random.nextBoolean()) {
        long entered = entry(p);
        exec(p);
        writeExec(p, entered);
      }
    } else if (what < 74) {
      p.comm = "r" + names++;
      p.names.add(p.comm);
    } else if (what < 77) {
      write(p, entry(p), "syscall=257 success=yes exit=3 a0=7ff", false);
    } else if (what < 79) {
      p.subreaper |= random.nextInt(3) == 0;
    } else if (what < 82 && random.nextDouble() < settings.namespaces) {
      p.childSpace = random.nextBoolean() || host.numbers.isEmpty() ? new Space() : anySpace(all);
    } else if (p != init && p.space.init != p) {
      if (random.nextDouble() < settings.kills) {
        die(p);
      } else if (random.nextInt(6) == 0) {
        write(p, entry(p), "syscall=60 a0=0", false); // of one of its threads
      } else {
        write(p, entry(p), "syscall=231 a0=" + Integer.toHexString(random.nextInt(256)), false);
        die(p);
      }
    }
    if (!threads.isEmpty() && random.nextInt(4) == 0) {
      int[] thread = threads.remove();
      freed.put(thread[0], time);
    }
  }

  private Space anySpace(List<TrueProcess> all) {
    return all.get(random.nextInt(all.size())).space;
  }

  /** Also a moment ago, or much longer. */
  private long entry(TrueProcess p) {
    return Math.max(p.bornAt, time - random.nextInt(300_000));
  }

  private int freePid() {
    for (;;) {
      last = last + 1 >= 300 + settings.pids ? 300 : last + 1;
      Long since = freed.get(last);
      if (!busy.containsKey(last) && threads.stream().noneMatch(t -> t[0] == last)
          && (since == null || time - since > 3 * TICK)) {
        return last;
      }
    }
  }

  private void clone(TrueProcess p) {
    int kind = random.nextInt(20);
    long entered = entry(p);
    int pid = freePid();
    if (kind == 0) {
      threads.add(new int[] {pid});
      returns(p, entered, "syscall=56 success=yes exit=" + numbered(p, pid) + " a0=" + Long.toHexString(THREAD), null);
      return;
    }
    if (kind == 1) {
      threads.add(new int[] {pid});
      returns(p, entered, "syscall=435 success=yes exit=" + numbered(p, pid) + " a0=7ffe00", null);
      return;
    }
    boolean isNew = random.nextDouble() < settings.namespaces / 8;
    Space space = isNew ? new Space() : p.childSpace;
    TrueProcess child = new TrueProcess(pid, p, steps, isLogging, space);
    if (kind == 2 && p != init) {
      child.parent = p.parent;
    }
    child.bornAt = entered;
    everybody.add(child);
    busy.put(pid, child);
    if (space != host) {
      if (space.init == null) {
        space.init = child;
        child.subreaper = true;
        // A container that has been there for long: its numbers are anywhere.
        space.last = random.nextBoolean() ? 0 : 300 + random.nextInt(settings.pids);
      }
      space.numbers.put(child, ++space.last);
      if (space.last >= 300 + settings.pids) {
        space.last = 300;
      }
    }
    int number = p.space == host ? pid : space == p.space ? space.numbers.get(child) : ++p.space.last;
    String result = " success=yes exit=" + number;
    if (kind == 2 && p != init) {
      returns(p, entered, "syscall=56" + result + " a0=" + Long.toHexString(SIBLING), child);
    } else if (isNew) {
      returns(p, entered, "syscall=56" + result + " a0=" + Long.toHexString(NEW_PID), child);
    } else if (kind < 6) {
      returns(p, entered, "syscall=58" + result + " a0=0", child);
      p.vforked = child;
    } else if (kind < 9) {
      returns(p, entered, "syscall=435" + result + " a0=7ffe00", child);
      p.vforked = random.nextBoolean() ? child : null;
    } else if (kind < 11) {
      returns(p, entered, "syscall=57" + result + " a0=0", child);
    } else if (kind < 12) {
      returns(p, entered, "syscall=56" + result + " a0=" + Long.toHexString(VFORK), child);
      p.vforked = child;
    } else {
      returns(p, entered, "syscall=56" + result + " a0=" + Long.toHexString(FORK), child);
    }
  }

  private int numbered(TrueProcess p, int pid) {
    return p.space == host ? pid : ++p.space.last;
  }

  private void returns(TrueProcess p, long entered, String result, @Nullable TrueProcess child) {
    Runnable returning = () -> write(p, entered, result, false);
    if (random.nextInt(3) == 0 || child == null) {
      returning.run();
    } else {
      p.returning = returning;
    }
  }

  private void exec(TrueProcess p) {
    String name = "x" + names++;
    p.comm = name;
    p.exe = "/bin/" + name;
    p.names.add(name);
    p.ownExecs++;
    p.history.add(new TrueExec(p, name, steps));
  }

  private void writeExec(TrueProcess p, long entered) {
    write(p, entered, "syscall=59 success=yes exit=0 a0=7ff", true);
  }

  private void die(TrueProcess p) {
    p.dead = true;
    busy.remove(p.pid);
    freed.put(p.pid, time);
    for (TrueProcess child : new ArrayList<>(busy.values())) {
      if (child.parent == p && child != p) {
        child.parent = reaper(p);
      }
    }
  }

  private TrueProcess reaper(TrueProcess p) {
    for (TrueProcess a = p.parent; a != init; a = a.parent) {
      if (a.subreaper && !a.dead && a.space == p.space) {
        return a;
      }
      if (a.dead) {
        break;
      }
    }
    return init;
  }

  private void write(TrueProcess p, long entered, String what, boolean isExec) {
    if (!isLogging) {
      return;
    }
    long number = serial++;
    if (random.nextDouble() < settings.loss) {
      lost++;
      p.isHidden = true;
      return;
    }
    long stamp = Math.max(EPOCH, entered / TICK * TICK);
    String id = " msg=audit(" + stamp / 1_000_000_000 + "." + String.format("%03d", stamp / 1_000_000 % 1000) + ":"
        + number + "): ";
    List<String> lines = new ArrayList<>();
    lines.add("type=SYSCALL" + id + "arch=c000003e " + what + " items=0 ppid=" + (p == init ? 0 : p.parent.pid)
        + " pid=" + p.pid + " auid=1000 uid=0 gid=0 euid=0 egid=0 tty=pts1 ses=3 comm=\"" + p.comm + "\" exe=\"" + p.exe
        + "\" key=(null)");
    if (isExec) {
      lines.add("type=EXECVE" + id + "argc=1 a0=\"" + p.comm + "\"");
    }
    lines.add("type=PROCTITLE" + id + "proctitle=\"x\"");
    log.add(new Written(number, p, p.history.size(), lines));
  }

  /** All lines, those of neighbouring events mixed. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    List<Deque<String>> open = new ArrayList<>();
    for (Written event : log) {
      open.add(new ArrayDeque<>(event.lines()));
      int most = random.nextDouble() < settings.disorder ? 6 : 1;
      while (open.size() >= most) {
        Deque<String> one = open.get(random.nextInt(open.size()));
        lines.add(one.remove());
        if (one.isEmpty()) {
          open.remove(one);
        }
      }
    }
    open.forEach(lines::addAll);
    return lines;
  }
}
