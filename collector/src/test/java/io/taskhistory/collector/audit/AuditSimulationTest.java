package io.taskhistory.collector.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.audit.SimulatedAudit.TrueExec;
import io.taskhistory.collector.audit.SimulatedAudit.TrueProcess;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.collector.tracking.RecordingWriter;
import io.taskhistory.collector.tracking.Tracking;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.History;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Follows a simulated kernel by its audit records, and compares with the truth. Above all: never a wrong ancestor,
 * whatever is lost, late, mixed or overtaken; and never the arguments of another exec.
 */
class AuditSimulationTest {

  private static final int SEEDS = Integer.getInteger("simulation.seeds", 120);

  /** With {@code -Dsimulation.seed=N} only that seed is run, and all its events are printed. */
  private static final long ONLY = Long.getLong("simulation.seed", -1);
  private static final int ROUNDS = 500;
  private static final long SLACK = 20_000_000;

  private static final class Tally {
    int tasks;
    int entries;
    int named;
    int unknown;
    int snapshots;
    int shortLived;
    int whole;
    int arguments;
    int execs;
    int lost;

    @Override
    public String toString() {
      return tasks + " processes, " + entries + " entries: " + named + " named, " + snapshots + " seen, " + unknown
          + " unknown; of " + shortLived + " in our pid namespace that began, exec'd and ended meanwhile " + whole
          + " whole; arguments of "
          + arguments + " of " + execs + " execs; " + lost + " lost";
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.1})
  void histories_ofAuditAlone_areNeverWrong(double lossRate) {
    Tally tally = new Tally();
    for (long seed = Math.max(ONLY, 0); seed < (ONLY < 0 ? SEEDS : ONLY + 1); seed++) {
      new Run(seed, lossRate, true, tally).run();
    }
    System.out.printf("audit alone, loss rate %.2f: %s%n", lossRate, tally);
    assertThat(tally.named).isPositive();
    assertThat(tally.lost > 0).isEqualTo(lossRate > 0);
    if (lossRate == 0) {
      assertThat(tally.whole).as("of %d", tally.shortLived).isGreaterThan(tally.shortLived * 9 / 10);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.05})
  void arguments_besideATrace_areNeverAnothersExecs(double lossRate) {
    Tally tally = new Tally();
    for (long seed = Math.max(ONLY, 0); seed < (ONLY < 0 ? SEEDS : ONLY + 1); seed++) {
      new Run(seed, lossRate, false, tally).run();
    }
    System.out.printf("audit beside a trace, loss rate %.2f: %s%n", lossRate, tally);
    if (lossRate == 0) {
      assertThat(tally.arguments).as("of %d", tally.execs).isGreaterThan(tally.execs * 9 / 10);
    }
  }

  private static final class Run {

    private final long seed;
    private final boolean isSpine;
    private final boolean lossy;
    private final Tally tally;
    private final SimulatedAudit kernel;
    private final Random random;
    private final RecordingWriter writer = new RecordingWriter();
    private final Tracking tracking;
    private final ExecRecords execs = new ExecRecords(4_000_000, wall -> wall);
    private final SpineEvents spine;
    private long begun;

    Run(long seed, double lossRate, boolean isSpine, Tally tally) {
      this.seed = seed;
      this.isSpine = isSpine;
      this.tally = tally;
      lossy = lossRate > 0;
      kernel = new SimulatedAudit(seed, lossRate, isSpine);
      random = new Random(~seed);
      tracking = new Tracking(
          new Tracking.Setup(writer, kernel, kernel, kernel::now, 1_000_000_000L / SimulatedAudit.TICK, 500, 2000),
          () -> { });
      spine = new SpineEvents(execs, kernel, start -> start * SimulatedAudit.TICK);
    }

    void run() {
      for (int i = random.nextInt(100); i > 0; i--) {
        kernel.step();
      }
      begun = kernel.follow();
      tracking.follow(isSpine ? "audit" : "trace", !isSpine);
      tracking.lookForEnds(isSpine);
      if (isSpine) {
        spine.open();
      }
      tracking.reconcile(this::drainTo);
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = random.nextInt(30); i > 0; i--) {
          kernel.step();
        }
        if (random.nextInt(10) == 0) {
          kernel.sleep(random.nextInt(60) * 1_000_000L);
        }
        drain();
        if (tracking.wantsReconciling() && random.nextInt(3) == 0) {
          tracking.reconcile(this::drainTo);
        }
      }
      settle();
      tracking.close();
      check();
    }

    private TaskEvents printed(TaskEvents events) {
      return ONLY < 0 ? events : (TaskEvents) Proxy.newProxyInstance(
          TaskEvents.class.getClassLoader(), new Class<?>[] {TaskEvents.class}, (proxy, method, args) -> {
            String line = method.getName() + Arrays.toString(args);
            kernel.log("  " + line);
            System.out.println(kernel.now() + " " + line);
            return method.invoke(events, args);
          });
    }

    private long drain() {
      TaskEvents events = printed(tracking.events());
      if (isSpine) {
        spine.begin();
        long told = kernel.drain(events, (event, call, now) -> spine.happened(event, call, events, now));
        told = Math.min(told, spine.settle(events, kernel.now()));
        tracking.drained(told, -1);
        return told;
      }
      TaskEvents beside = printed(tracking.beside("audit"));
      long told = kernel.drainTrace(events);
      kernel.drain(beside, (event, call, now) -> {
        if (call.call().isExec()) {
          beside.execRecorded(execs.of(event, call, now));
        }
      });
      tracking.drained(told, -1);
      return told;
    }

    private void drainTo(long time) {
      while (drain() < time) {
        kernel.step();
        kernel.sleep(kernel.quiet ? 50_000_000 : 1_000_000);
      }
    }

    private void settle() {
      kernel.quiet = true;
      while (!kernel.isQuiet()) {
        kernel.step();
      }
      for (int i = 0; i < 300; i++) {
        drain();
        kernel.sleep(200_000_000);
        if (tracking.wantsReconciling()) {
          tracking.reconcile(this::drainTo);
        }
      }
    }

    private void check() {
      tally.lost += kernel.lost;
      Set<Integer> expected = kernel.live().stream().filter(p -> !p.zombie).map(p -> p.pid)
          .collect(Collectors.toCollection(TreeSet::new));
      Set<Integer> live = writer.everybody.stream().filter(t -> t.isLeader() && t.isLive()).map(Task::tid)
          .collect(Collectors.toCollection(TreeSet::new));
      Set<Integer> missing = new TreeSet<>(expected);
      missing.removeAll(live);
      live.removeAll(expected);
      assertThat(live).as("thought to live, seed %d", seed).isEmpty();
      assertThat(missing).as("live, seed %d", seed).isEmpty();
      for (Task task : writer.everybody) {
        if (task.isLeader()) {
          tally.tasks++;
          checkHistory(task);
        }
      }
      if (!isSpine && !lossy) {
        assertThat(writer.gaps).as("seed %d", seed).noneMatch(gap -> gap.cause() == Gap.Cause.CONTRADICTION);
      }
      for (TrueProcess p : kernel.everybody) {
        List<TrueExec> execs = p.history.stream().filter(exec -> exec.time() > begun + SLACK).toList();
        boolean hasExeced = !execs.isEmpty() && execs.get(execs.size() - 1).pid() == p.pid;
        if (hasExeced && p.start > begun + SLACK && p.zombie && p.space == null) {
          tally.shortLived++;
          List<String> names = execs.stream().map(TrueExec::name).toList();
          tally.whole += writer.everybody.stream().anyMatch(task -> task.isLeader() && isMaybe(task, p)
              && endsWith(namesOf(task), names)) ? 1 : 0;
        }
      }
    }

    private static boolean endsWith(List<String> all, List<String> last) {
      return all.size() >= last.size() && all.subList(all.size() - last.size(), all.size()).equals(last);
    }

    private static List<Entry> entriesOf(Task task) {
      List<Entry> entries = History.of(task, Long.MAX_VALUE).entries();
      return entries.subList(1, entries.size());
    }

    private static List<String> namesOf(Task task) {
      return entriesOf(task).stream().filter(e -> e.provenance() == Provenance.OBSERVED).map(e -> e.name().toString())
          .toList();
    }

    private static boolean isMaybe(Task task, TrueProcess truth) {
      long end = task.ending().map(ending -> ending.time()).orElse(Long.MAX_VALUE - SLACK);
      return truth.pid == task.tid() && truth.start <= end + SLACK && truth.end >= task.start() - SLACK;
    }

    private void checkHistory(Task task) {
      List<Entry> entries = entriesOf(task);
      List<TrueProcess> candidates = kernel.everybody.stream().filter(p -> isMaybe(task, p)).toList();
      boolean isRight = candidates.stream().anyMatch(truth -> isPathOf(entries, truth));
      Supplier<String> what = () -> "seed " + seed + " task " + task + "\n is " + entries
          + "\n truth " + candidates + "\n"
          + kernel.logOf(task.tid());
      assertThat(isRight).as(what).isTrue();
      for (Entry e : entries) {
        tally.entries++;
        tally.named += e.provenance() == Provenance.OBSERVED ? 1 : 0;
        tally.snapshots += e.provenance() == Provenance.SNAPSHOT ? 1 : 0;
        tally.unknown += e.provenance() == Provenance.UNKNOWN ? 1 : 0;
        if (e.pid() == task.tid() && e.time() > begun && e.provenance() == Provenance.OBSERVED) {
          checkArguments(task, e, candidates, what);
        }
      }
    }

    private boolean isPathOf(List<Entry> entries, TrueProcess truth) {
      int next = 0;
      for (Entry e : entries) {
        if (e.provenance() == Provenance.SNAPSHOT) {
          if (!truth.hasAncestorCalled(e.pid(), e.name().toString())) {
            return false;
          }
        } else if (e.name().isKnown()) {
          while (next < truth.history.size() && !isExec(e, truth.history.get(next))) {
            next++;
          }
          if (next++ == truth.history.size()) {
            return false;
          }
        }
      }
      return true;
    }

    private boolean isExec(Entry entry, TrueExec exec) {
      return entry.pid() == exec.pid() && entry.name().toString().equals(exec.name())
          && (isSpine || entry.time() == exec.time());
    }

    private void checkArguments(Task task, Entry entry, List<TrueProcess> candidates, Supplier<String> what) {
      tally.execs++;
      List<RawText> argv = entry.details().argv();
      if (argv != null) {
        tally.arguments++;
        String argument = candidates.stream().flatMap(p -> p.history.stream()).filter(e -> isExec(entry, e))
            .map(TrueExec::argument).filter(Objects::nonNull).findFirst().orElseThrow();
        assertThat(argv).as(what).containsExactly(RawText.of(argument));
      }
    }
  }
}
