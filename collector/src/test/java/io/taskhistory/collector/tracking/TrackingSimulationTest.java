package io.taskhistory.collector.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.tracking.SimulatedKernel.TrueEntry;
import io.taskhistory.collector.tracking.SimulatedKernel.TrueProcess;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Entry;
import io.taskhistory.history.History;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Follows a simulated kernel whose truth is known, and compares. Above all: never a wrong ancestor, whatever is lost,
 * late or overtaken; and where a history shows no doubt, it is the truth to the letter.
 */
@Tag("long")
class TrackingSimulationTest {

  private static final int SEEDS = 1500;

  /** With {@code -Dsimulation.seed=N} only that seed is run, and all its events are printed. */
  static final Long ONLY = Long.getLong("simulation.seed", -1);
  private static final int ROUNDS = 120;

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.002, 0.02, 0.2})
  void histories_ofTheConnector_areNeverWrong(double lossRate) {
    Tally tally = new Tally();
    runAll(lossRate, Spine.CONNECTOR, tally);
    assertThat(tally.tasks).isGreaterThan(SEEDS * 50);
    assertThat(tally.resolved).as("names that could be read").isPositive();
    assertThat(tally.doubtless).as("histories that no loss touches").isPositive();
    assertThat(tally.losses > 0).isEqualTo(lossRate > 0);
    System.out.printf("connector, loss rate %.3f: %s%n", lossRate, tally);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.002, 0.02, 0.1})
  void histories_ofTheTraceBuffer_areNeverWrong(double lossRate) {
    Tally tally = new Tally();
    runAll(lossRate, Spine.TRACE, tally);
    assertThat(tally.tasks).isGreaterThan(SEEDS * 50);
    assertThat(tally.observed).as("names that came with their events").isPositive();
    assertThat(tally.doubtless).as("histories that no loss touches").isPositive();
    assertThat(tally.losses > 0).isEqualTo(lossRate > 0);
    System.out.printf("trace buffer, loss rate %.3f: %s%n", lossRate, tally);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.02})
  void histories_ofTheConnectorThatTookOver_areNeverWrong(double lossRate) {
    Tally tally = new Tally();
    runAll(lossRate, Spine.TRACE_THEN_CONNECTOR, tally);
    assertThat(tally.tasks).isGreaterThan(SEEDS * 50);
    assertThat(tally.observed).as("names that came with their events").isPositive();
    assertThat(tally.resolved).as("names that could be read").isPositive();
    assertThat(tally.doubtless).as("histories that no loss touches").isPositive();
    System.out.printf("trace buffer, then connector, loss rate %.3f: %s%n", lossRate, tally);
  }

  enum Spine { CONNECTOR, TRACE, TRACE_THEN_CONNECTOR }

  static final class Tally {
    int tasks;
    int entries;
    int resolved;
    int observed;
    int creators;
    int doubtless;
    int losses;
    int gaps;
    int inQuestion;

    @Override
    public String toString() {
      return tasks + " processes, " + entries + " entries, " + resolved + " resolved, " + observed + " observed, " + creators + " creators, " + doubtless
          + " histories without a doubt since the start, " + losses + " losses in " + gaps + " gaps, "
          + inQuestion + " execs just before a scan";
    }
  }

  private static void runAll(double lossRate, Spine spine, Tally tally) {
    for (long seed = Math.max(ONLY, 0); seed < (ONLY < 0 ? SEEDS : ONLY + 1); seed++) {
      run(seed, lossRate, spine, tally);
    }
  }

  static TaskEvents events(Tracking tracking) {
    return ONLY < 0 ? tracking.events() : printed(tracking.events());
  }

  /** The same events, each printed before it is passed on. */
  private static TaskEvents printed(TaskEvents events) {
    return (TaskEvents) Proxy.newProxyInstance(
        TaskEvents.class.getClassLoader(), new Class<?>[] {TaskEvents.class}, (proxy, method, args) -> {
          System.out.println(method.getName() + Arrays.toString(args));
          return method.invoke(events, args);
        });
  }

  private static void run(long seed, double lossRate, Spine spine, Tally tally) {
    boolean exact = spine != Spine.CONNECTOR;
    boolean fails = spine == Spine.TRACE_THEN_CONNECTOR;
    SimulatedKernel kernel = new SimulatedKernel(seed, lossRate, exact);
    Random random = new Random(~seed);
    if (fails) {
      kernel.failAfter(random.nextInt(ROUNDS / 5));
    }
    for (int i = random.nextInt(60); i > 0; i--) {
      kernel.step();
    }
    RecordingWriter writer = new RecordingWriter();
    Tracking tracking = new Tracking(new Tracking.Setup(writer, kernel, kernel, kernel::now,
        SimulatedKernel.TICKS_PER_SECOND, 500, 2000), () -> { });
    long begun = kernel.subscribe();
    tracking.follow("simulated", exact);
    tracking.reconcile(looked -> drainTo(kernel, tracking, looked));
    for (int round = 0; round < (exact ? ROUNDS / 5 : ROUNDS); round++) {
      for (int i = random.nextInt(exact ? 60 : 12); i > 0; i--) {
        kernel.step();
      }
      drain(kernel, tracking);
      if (tracking.wantsReconciling() && random.nextInt(3) == 0) {
        tracking.reconcile(looked -> drainTo(kernel, tracking, looked));
      }
      if (random.nextInt(4) == 0) {
        writer.commit(0);
      }
    }
    settle(kernel, tracking);
    Checker checker = new Checker(seed, kernel, writer, begun, lossRate > 0 || fails, exact, tally);
    checker.checkAll();
    tally.losses += kernel.losses;
    tally.gaps += writer.gaps.size();
  }

  static long drain(SimulatedKernel kernel, Tracking tracking) {
    if (kernel.fails()) {
      long from = kernel.drained();
      tracking.takeOver("simulated connector", false, from, kernel.takeOver());
    }
    long drained = kernel.drain(events(tracking));
    tracking.drained(drained, -1);
    return drained;
  }

  /** Nothing new happens, what has begun comes to its end, and everything is applied. */
  static void settle(SimulatedKernel kernel, Tracking tracking) {
    kernel.quiet = true;
    while (!kernel.isQuiet()) {
      kernel.step();
    }
    kernel.flushLoss();
    for (int i = 0; i < 4; i++) {
      kernel.step();
      drain(kernel, tracking);
    }
    for (int i = 0; i < 10_000 && !tracking.wantsReconciling(); i++) {
      kernel.step();
    }
    for (int i = 0; i < 8 && tracking.wantsReconciling(); i++) {
      tracking.reconcile(looked -> drainTo(kernel, tracking, looked));
    }
    for (int i = 0; i < 3; i++) {
      kernel.step();
      drain(kernel, tracking);
    }
  }

  static void drainTo(SimulatedKernel kernel, Tracking tracking, long time) {
    long drained;
    do {
      kernel.step();
      drained = drain(kernel, tracking);
    } while (drained < time);
  }

  record Checker(
      long seed, SimulatedKernel kernel, RecordingWriter writer, long begun, boolean lossy, boolean exact, Tally tally) {

    void checkAll() {
      Set<Integer> expected = kernel.live().stream().filter(p -> !p.zombie).map(p -> p.tid)
          .collect(Collectors.toCollection(TreeSet::new));
      Set<Integer> live = writer.everybody.stream().filter(t -> t.isLeader() && t.isLive()).map(Task::tid)
          .collect(Collectors.toCollection(TreeSet::new));
      Set<Integer> missing = new TreeSet<>(expected);
      missing.removeAll(live);
      Set<Integer> surplus = new TreeSet<>(live);
      surplus.removeAll(expected);
      for (int tid : missing) {
        throw new AssertionError("seed " + seed + ": lives and is not known to, " + tid + "\n" + kernel.logOf(tid));
      }
      for (int tid : surplus) {
        throw new AssertionError("seed " + seed + ": is thought to live, " + tid + "\n" + kernel.logOf(tid));
      }
      for (Task task : writer.everybody) {
        if (task.isLeader()) {
          check(task);
        }
      }
      if (!lossy) {
        for (TrueProcess p : kernel.everybody) {
          if (p.start > begun) {
            assertThat(writer.everybody).as("%s, seed %d", p, seed)
                .anyMatch(t -> t.isLeader() && p.isSameTask(t.tid(), t.start()));
          }
        }
      }
    }

    /** Of a creator that was gone before anybody could look at it nothing is known; a wrong one is never named. */
    private void checkCreator(Task task, TrueProcess truth, Supplier<String> what) {
      TrueProcess creator = truth.creator;
      if (task.creator().isPresent() || creator != null && creator.start > begun + 3 * SimulatedKernel.TICK) {
        tally.creators++;
        assertThat(task.creator()).as(() -> "creator " + what.get()).isPresent();
        assertThat(creatorOf(task)).as(() -> "creator " + what.get()).isEqualTo(creator);
      }
    }

    private @Nullable TrueProcess creatorOf(Task task) {
      TaskId creator = task.creator().orElseThrow();
      return kernel.everybody.stream()
          .filter(p -> p.isSameTask(creator.tid(), creator.start())
              || p.everyThread.stream().anyMatch(t -> t.tid() == creator.tid()
                  && Math.abs(t.start() / SimulatedKernel.TICK - creator.start() / SimulatedKernel.TICK) <= 1))
          .reduce((a, b) -> b).orElse(null);
    }

    private void check(Task task) {
      tally.tasks++;
      History history = History.of(task, Long.MAX_VALUE);
      List<Entry> entries = history.entries().subList(1, history.entries().size());
      List<TrueProcess> candidates = kernel.everybody.stream()
          .filter(p -> p.isSameTask(task.tid(), task.start())).toList();
      boolean unheardOf = !entries.isEmpty() && entries.get(0).provenance() == Provenance.UNKNOWN
          && entries.get(0).pid() == task.tid() && entries.get(0).time() == task.start();
      if (candidates.isEmpty() || unheardOf) {
        assertThat(entries.get(0).provenance()).as("unheard of: %s %s seed %d", task, entries, seed)
            .isEqualTo(Provenance.UNKNOWN);
        // A start that /proc told is up to a tick early, and in whole ticks.
        boolean isOfProc = !candidates.isEmpty() && task.start() % SimulatedKernel.TICK == 0;
        long latest = isOfProc ? task.start() + SimulatedKernel.TICK : task.start();
        candidates = kernel.everybody.stream().filter(p -> p.tid == task.tid() && p.start <= latest).toList();
      }
      TrueProcess truth = candidates.get(candidates.size() - 1);
      compare(task, history, entries, truth);
    }

    /** A name that is read can be what the next event would have told, if that comes at once and is dropped. */
    private boolean isNameOfDropped(Entry entry) {
      return entry.provenance() == Provenance.RESOLVED
          && kernel.droppedNames.contains(entry.pid() + " " + entry.name());
    }

    /** Where events are dropped silently, a task can seem to end and another to begin. */
    private boolean isTold(TrueEntry entry, Task task) {
      return kernel.dropped == 0 || !kernel.droppedExecs.contains(entry)
          && task.ending().map(ending -> entry.time() < ending.time()).orElse(true);
    }

    private void compare(Task task, History history, List<Entry> entries, TrueProcess truth) {
      // Telling the story costs more than the comparison: only what fails has it told.
      Supplier<String> what = () -> "seed " + seed + " task " + task + " seen of " + begun + "\n is " + entries
          + "\n truth " + truth + "\n" + kernel.logOf(task.tid()) + "\n"
          + kernel.logOf(truth.creator == null ? 1 : truth.creator.tid);
      List<TrueEntry> rest = new ArrayList<>(truth.history);
      for (Entry e : entries) {
        tally.entries++;
        switch (e.provenance()) {
          case RESOLVED, OBSERVED -> {
            tally.resolved += e.provenance() == Provenance.RESOLVED ? 1 : 0;
            tally.observed += e.provenance() == Provenance.OBSERVED ? 1 : 0;
            assertThat(exact || e.provenance() == Provenance.RESOLVED).as("the connector brings no names").isTrue();
            TrueEntry found = rest.stream().filter(t -> t.pid() == e.pid() && t.time() == e.time()).findFirst()
                .orElseThrow(() -> new AssertionError("no such exec: " + e + " " + what.get()));
            if (!isNameOfDropped(e)) {
              assertThat(e.name().toString()).as(what).isEqualTo(found.name());
            }
            rest.subList(0, rest.indexOf(found) + 1).clear();
          }
          case SNAPSHOT -> assertThat(truth.hasAncestorCalled(e.pid(), e.name().toString()))
              .as(() -> e + " " + what.get()).isTrue();
          case UNKNOWN -> { }
        }
      }
      // All that started before there was anybody to see it goes back to init as /proc showed it.
      boolean initWasLost = writer.everybody.stream().filter(t -> t.tid() == 1).count() > 1;
      boolean seenWhole = !initWasLost && history.doubts().gaps().isEmpty() && entries.get(0).pid() == 1 && entries.get(0).time() == 1
          && entries.subList(1, entries.size()).stream().allMatch(
              e -> e.provenance() == Provenance.RESOLVED || e.provenance() == Provenance.OBSERVED);
      boolean isNameSure = kernel.dropped == 0 || entries.stream().noneMatch(this::isNameOfDropped);
      if (seenWhole && isNameSure) {
        tally.doubtless++;
        assertThat(entries.stream().skip(1).map(e -> e.name().toString()).toList()).as(what)
            .isEqualTo(truth.history.stream().filter(t -> t.time() > begun && isTold(t, task))
                .map(TrueEntry::name).toList());
      }
      if (!lossy && truth.start > begun) {
        long known = truth.history.stream().filter(t -> t.time() > begun).count();
        Set<Long> times = truth.history.stream().map(TrueEntry::time).collect(Collectors.toSet());
        long here = entries.stream().filter(e -> e.time() > begun && times.contains(e.time())).count();
        // What was unsure about a task that was found in /proc a moment after the event stays in question.
        boolean question = entries.stream().anyMatch(e -> !times.contains(e.time())
            && (e.provenance() == Provenance.UNKNOWN || e.time() > begun - 3 * SimulatedKernel.TICK));
        assertThat(question || here == known).as(() -> "every exec since the start is there: " + what.get()).isTrue();
        tally.inQuestion += (int) (known - here);
      }
      if (exact && history.doubts().equals(Doubts.NONE)) {
        assertThat(truth.start).as(what).isGreaterThanOrEqualTo(begun);
      }
      if (exact && !lossy && truth.start > begun) {
        checkCreator(task, truth, what);
      }
    }
  }
}
