package io.taskhistory.collector.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.tracking.ExitDesk.Reports;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Gap;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.SignalOrigin.Kind;
import io.taskhistory.history.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Processes that end in every way, told by a spine and a connector that are ahead of one another at random: what the
 * desk says of an end is true, or it says that nobody knows.
 */
class ExitDeskSimulationTest {

  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;
  private static final int[] SIGNALS = {6, 9, 11, 15, 34, 40};

  /** What is told, and when it is there to be told. */
  private record Told(long time, Runnable call) {}

  /** How a task really ended. */
  private record Truth(int waitStatus, @Nullable SignalOrigin by) {}

  private record Exit(Tracked task, long time, int waitStatus, long gone) {}

  private final RecordingWriter writer = new RecordingWriter();
  private final List<Told> bySpine = new ArrayList<>();
  private final List<Told> byConnector = new ArrayList<>();
  private final Map<Task, Truth> truths = new HashMap<>();

  private final Map<Tracked, Long> goneAt = new HashMap<>();

  private Random random = new Random();
  private ExitDesk desk = new ExitDesk(writer, Reports.NONE, this::isAlive, this::now);
  private Reports reports = Reports.NONE;
  private long longestStep;
  private long connector;
  private long spine;
  private long lossFrom = -1;
  private long lossTo = -1;

  /**
   * Steps: for how long at most the service stands still, in milliseconds; where that is long, an answer that is given
   * meanwhile can be too early. The last: how many in a hundred may be unknown.
   */
  @ParameterizedTest
  @CsvSource({
      "1, NONZERO, 4000, false, 200, 2", "2, NONZERO, 40, false, 200, 20", "3, NONZERO, 40, true, 200, 40",
      "4, NONZERO, 8, true, 200, 60", "5, ALL, 4000, false, 200, 2", "6, ALL, 40, false, 200, 20",
      "7, ALL, 40, true, 200, 40", "8, ALL, 8, true, 200, 60", "1340, NONZERO, 8, false, 3000, 60",
      "20231108, ALL, 8, false, 3000, 60", "42, NONZERO, 200, true, 3000, 40", "43, NONZERO, 4, true, 3000, 60"})
  void endings_whateverComesFirst_areTrueOrUnknown(
      long seed, Reports told, int tids, boolean isLossy, long steps, int most) {
    longestStep = steps * MS;
    random = new Random(seed);
    reports = told;
    desk = new ExitDesk(writer, told, this::isAlive, this::now);
    if (isLossy) {
      lossFrom = 20 * SECOND;
      lossTo = lossFrom + random.nextLong(5 * SECOND);
    }
    live(tids);
    tell(isLossy);
    long unknown = truths.keySet().stream().filter(task -> !known(task, Long.MAX_VALUE).isObserved()).count();
    assertThat(truths).hasSizeGreaterThan(50);
    assertThat(unknown * 100).as("%d of %d unknown", unknown, truths.size()).isLessThanOrEqualTo(truths.size() * most);
    for (Task task : truths.keySet()) {
      check(task, known(task, Long.MAX_VALUE), true);
    }
  }

  private boolean isAlive(Tracked task) {
    return now() < Objects.requireNonNull(goneAt.get(task));
  }

  private long now() {
    return Math.max(connector, spine);
  }

  private Ending known(Task task, long watermark) {
    return task.ending().orElseThrow().known(writer.gaps, watermark);
  }

  private void check(Task task, Ending said, boolean isFinal) {
    Truth truth = truths.get(task);
    if (truth == null || !said.isObserved()) {
      return;
    }
    // Whether a core was dumped is known when the task that did it is heard of.
    int dumped = said.signal() == 0 ? 0 : 0x80;
    assertThat(said.waitStatus() | dumped).as("status of %s", task).isEqualTo(truth.waitStatus | dumped);
    if (said.by() != null) {
      assertThat(said.by()).as("who ended %s", task).isEqualTo(truth.by);
    }
    if (truth.by != null && isFinal && said.signal() < 32) {
      assertThat(said.by()).as("who ended %s", task).isNotNull();
    }
  }

  /** A host's life, of a minute. */
  private void live(int tids) {
    long[] freeAt = new long[tids + 1];
    for (long time = SECOND; time < 60 * SECOND; time += 1 + random.nextLong(100 * MS)) {
      List<Integer> free = new ArrayList<>();
      for (int tid = 1; tid <= tids; tid++) {
        if (freeAt[tid] <= time) {
          free.add(tid);
        }
      }
      int tasks = 1 + (random.nextInt(3) == 0 ? random.nextInt(3) : 0);
      if (free.size() >= tasks) {
        Collections.shuffle(free, random);
        liveOne(time, free.subList(0, tasks), freeAt);
      }
    }
  }

  private void liveOne(long start, List<Integer> tids, long[] freeAt) {
    List<Tracked> tasks = new ArrayList<>();
    Tracked leader = new Tracked(Task.leader(writer.boot(), tids.get(0), start, writer.root()), 0);
    tasks.add(leader);
    for (int tid : tids.subList(1, tids.size())) {
      tasks.add(new Tracked(Task.thread(leader.task, tid, start), leader.process, 0));
    }
    long end = start + random.nextLong(2 * SECOND);
    @Nullable SignalOrigin deadly = signals(leader.process, start, end);
    int group = deadly != null ? deadly.signal() : random.nextInt(2) == 0 ? 0 : random.nextInt(256) << 8;
    boolean isDump = deadly != null && deadly.signal() == 11;
    boolean isSlow = random.nextInt(20) == 0;
    List<Exit> exits = new ArrayList<>();
    int dumper = random.nextInt(tasks.size());
    for (int i = 0; i < tasks.size(); i++) {
      // One is on its way out by itself when the others are ended.
      boolean isLeaving = tasks.size() > 1 && i != dumper && random.nextInt(4) == 0;
      int status = isLeaving ? 0 : group | (isDump && i == dumper ? 0x80 : 0);
      long time = isLeaving && random.nextBoolean()
          ? start + random.nextLong(end - start + 1) : end + random.nextLong(MS);
      exits.add(new Exit(tasks.get(i), time, status, time + random.nextLong(MS)));
    }
    exits.sort(Comparator.comparingLong(Exit::time));
    if (isSlow) { // the last one has all the memory to give back
      Exit last = exits.remove(exits.size() - 1);
      exits.add(new Exit(last.task, last.time, last.waitStatus, last.gone + random.nextLong(10 * SECOND)));
    }
    exit(leader, exits, new Truth(isDump ? group | 0x80 : group, deadly), freeAt);
  }

  /** Some that do no harm, and perhaps one that does. */
  private @Nullable SignalOrigin signals(TrackedProcess process, long start, long end) {
    @Nullable SignalOrigin last = null;
    int seen = 0;
    for (int i = random.nextInt(4); i > 0; i--) {
      SignalOrigin origin = origin(start);
      last = origin;
      seen++;
      spine(start, () -> desk.signalled(process, origin));
    }
    if (random.nextInt(3) > 0) {
      return null;
    }
    SignalOrigin deadly = origin(end);
    spine(end, () -> desk.signalled(process, deadly));
    return last == null || seen > 0 ? deadly : null;
  }

  private SignalOrigin origin(long time) {
    return new SignalOrigin(
        SIGNALS[random.nextInt(SIGNALS.length)], time, Kind.TASK, random.nextInt(1_000_000), null);
  }

  private void exit(Tracked leader, List<Exit> exits, Truth truth, long[] freeAt) {
    long reaped = 0;
    for (int i = 0; i < exits.size(); i++) {
      Exit exit = exits.get(i);
      boolean isLast = i == exits.size() - 1;
      boolean isLeader = exit.task.isLeader();
      spine(exit.time, () -> told(exit, isLast));
      // Whoever ends it may be put off right after the tid is free.
      long reported = exit.gone + (random.nextInt(5) == 0 ? random.nextLong(90 * MS) : random.nextLong(MS / 10));
      report(exit, reported);
      reaped = Math.max(reaped, exit.gone);
      goneAt.put(exit.task, exit.gone);
      if (!isLeader) {
        freeAt[exit.task.task.tid()] = exit.gone;
        truths.put(exit.task.task, new Truth(exit.waitStatus, exit.waitStatus == 0 ? null : truth.by));
      }
    }
    freeAt[leader.task.tid()] = reaped;
    truths.put(leader.task, truth);
  }

  private void told(Exit exit, boolean isLast) {
    Tracked task = exit.task;
    boolean isLeader = task.isLeader();
    if (!isLeader || isLast) {
      task.task.end(new Ending(exit.time, Ending.UNKNOWN_STATUS));
    }
    if (isLast && !isLeader) {
      task.process.leader.task.end(new Ending(exit.time, Ending.UNKNOWN_STATUS));
      desk.endedLast(task, exit.time);
    } else if (isLeader && !isLast) {
      desk.leaderLeft(task, exit.time);
    } else {
      desk.ended(task, exit.time);
    }
  }

  private void spine(long time, Runnable call) {
    bySpine.add(new Told(time, call));
  }

  private void report(Exit exit, long time) {
    boolean isTold = reports == Reports.ALL || exit.waitStatus != 0;
    boolean isLost = time >= lossFrom && time <= lossTo;
    if (isTold && !isLost) {
      Task task = exit.task.task;
      byConnector.add(new Told(time, () -> desk.reported(time, task.tid(), task.tgid(), exit.waitStatus)));
    }
  }

  private void tell(boolean isLossy) {
    if (isLossy) {
      byConnector.add(new Told(lossTo, () -> {
        desk.lost(lossFrom, lossTo);
        writer.gap(Ending.REPORTING_SOURCE, lossFrom, lossTo, 1, Gap.Cause.OVERFLOW);
      }));
    }
    bySpine.sort(Comparator.comparingLong(Told::time));
    byConnector.sort(Comparator.comparingLong(Told::time));
    int s = 0;
    int c = 0;
    while (spine < 200 * SECOND || connector < 200 * SECOND) {
      long step = random.nextInt(4) == 0 ? random.nextLong(longestStep) : random.nextLong(20 * MS);
      if (random.nextBoolean() && spine < connector + longestStep) {
        spine += step;
      } else if (connector < spine + longestStep) {
        connector += step;
      }
      boolean isConnectorFirst = random.nextBoolean();
      c = isConnectorFirst ? pass(byConnector, c, connector) : c;
      s = pass(bySpine, s, spine);
      c = isConnectorFirst ? c : pass(byConnector, c, connector);
      // A source that has lost something says so before it says how far it has come.
      long whole = connector >= lossFrom && connector < lossTo ? lossFrom : connector;
      desk.drained(whole, spine);
      checkAll(Math.min(whole, spine));
    }
  }

  private static int pass(List<Told> told, int from, long until) {
    int i = from;
    while (i < told.size() && told.get(i).time <= until) {
      told.get(i++).call.run();
    }
    return i;
  }

  private void checkAll(long watermark) {
    if (longestStep > 200 * MS) {
      return;
    }
    for (Task task : writer.saved) {
      check(task, known(task, watermark), false);
    }
    if (random.nextInt(50) == 0) {
      writer.saved.clear();
    }
  }
}
