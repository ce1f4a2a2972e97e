package io.taskhistory.collector.logimport;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.auditlog.AuditRecord;
import io.taskhistory.collector.auditlog.Reassembler;
import io.taskhistory.collector.logimport.SimulatedLog.Settings;
import io.taskhistory.collector.logimport.SimulatedLog.TrueExec;
import io.taskhistory.collector.logimport.SimulatedLog.TrueProcess;
import io.taskhistory.collector.logimport.SimulatedLog.Written;
import io.taskhistory.collector.masking.Mask;
import io.taskhistory.collector.tracking.RecordingWriter;
import io.taskhistory.history.Entry;
import io.taskhistory.history.History;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Imports the log of a simulated kernel whose truth is known, and compares after each event. Above all: never a wrong
 * ancestor; and of whom the log tells all, all is known.
 */
class LogImportSimulationTest {

  private static final int SEEDS = Integer.getInteger("simulation.seeds", 100);
  /** With {@code -Dsimulation.seed=N} only that one is run. */
  private static final long ONLY = Long.getLong("simulation.seed", -1);
  private static final int ROUNDS = 2500;

  private static final class Tally {
    long events;
    long linked;
    long linkable;
    long entries;
    long tasks;
    long gaps;

    @Override
    public String toString() {
      return "%d events of %d tasks, %d of %d children linked, %d entries, %d gaps".formatted(
          events, tasks, linked, linkable, entries, gaps);
    }
  }

  @Test
  void histories_ofAWholeLog() {
    Tally tally = run(new Settings(4000, 0, 0, 0, 0));
    assertThat(tally.gaps).isZero();
    assertThat(tally.linked).isGreaterThan(tally.linkable * 98 / 100);
  }

  @Test
  void histories_whereRecordsAreMixed() {
    Tally tally = run(new Settings(4000, 0, 0.1, 0, 0.5));
    assertThat(tally.gaps).isZero();
    assertThat(tally.linked).isGreaterThan(tally.linkable * 97 / 100);
  }

  @Test
  void histories_wherePidsAreReusedAndTasksKilled() {
    run(new Settings(120, 0, 0.5, 0, 0.1));
  }

  @Test
  void histories_withPidNamespaces() {
    run(new Settings(2000, 0, 0.2, 0.5, 0.1));
  }

  @Test
  void histories_whereEventsAreMissing() {
    Tally tally = run(new Settings(1000, 0.01, 0.1, 0, 0));
    assertThat(tally.gaps).isPositive();
  }

  @Test
  void histories_withAllOfThat() {
    run(new Settings(1000, 0.05, 0.3, 0.3, 0.2));
  }

  private static Tally run(Settings settings) {
    Tally tally = new Tally();
    for (long seed = 0; seed < SEEDS; seed++) {
      if (ONLY < 0 || ONLY == seed) {
        new Run(seed, settings, tally).check();
      }
    }
    System.out.println(settings + ": " + tally);
    return tally;
  }

  private static final class Run {
    final long seed;
    final Settings settings;
    final Tally tally;
    final SimulatedLog kernel;
    final Map<Long, Written> truth = new HashMap<>();
    final RecordingWriter writer = new RecordingWriter();
    final EventQueue queue = new EventQueue();
    final LogRules rules = new LogRules(writer, queue);
    final Set<TrueProcess> told = new HashSet<>();
    long applied = -1;

    Run(long seed, Settings settings, Tally tally) {
      this.seed = seed;
      this.settings = settings;
      this.tally = tally;
      this.kernel = new SimulatedLog(seed, settings);
      kernel.run(ROUNDS);
      kernel.log.forEach(event -> truth.put(event.serial(), event));
    }

    void check() {
      Reassembler reassembler = new Reassembler(Mask.DEFAULT, event -> {
        assertThat(queue.add(LogEvent.of(event))).isTrue();
        while (queue.isFull()) {
          applyNext();
        }
      });
      AuditRecord record = new AuditRecord();
      for (String line : kernel.lines()) {
        byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
        assertThat(record.parse(bytes, 0, bytes.length)).as(line).isTrue();
        reassembler.add(record);
      }
      reassembler.end();
      while (applyNext()) {
        tally.events++;
      }
      tally.gaps += rules.gaps();
      tally.tasks += rules.tasks().begun();
    }

    private boolean applyNext() {
      LogEvent event = queue.poll();
      if (event == null) {
        return false;
      }
      if (applied >= 0 && event.serial > applied + 1) {
        rules.lost(event.serial - applied - 1, event);
      }
      applied = event.serial;
      Task before = writer.last(event.pid);
      boolean isOver = before != null && !before.isLive();
      rules.apply(event);
      Written written = truth.get(event.serial);
      Task task = writer.last(event.pid);
      if (task != null && (task != before || !isOver)) {
        compare(task, written);
      }
      return true;
    }

    private void compare(Task task, Written written) {
      TrueProcess process = written.by();
      List<TrueExec> all = process.history.subList(0, written.historySize());
      History history = History.of(task, Long.MAX_VALUE);
      int at = 0;
      long before = 0;
      for (Entry entry : history.entries().subList(1, history.entries().size())) {
        tally.entries++;
        assertThat(entry.time()).isGreaterThanOrEqualTo(before);
        before = entry.time();
        if (entry.provenance() == Provenance.OBSERVED) {
          int found = at;
          while (found < all.size() && !all.get(found).name().equals(entry.name().toString())) {
            found++;
          }
          if (found == all.size() || all.get(found).by().pid != entry.pid()) {
            throw new AssertionError("not an ancestor's exec: " + entry + story(task, written));
          }
          at = found + 1;
        } else if (entry.provenance() == Provenance.SNAPSHOT && !isAncestor(process, entry)) {
          throw new AssertionError("no ancestor was called that: " + entry + story(task, written));
        }
      }
      boolean isTold = kernel.lost == 0 && settings.namespaces() == 0 && process.startIsLogged;
      if (isTold && process.creator != null && told.add(process)
          && written.lines().get(0).contains(" ppid=" + process.creator.pid + " ")) {
        tally.linkable++;
        tally.linked += task.creator().isPresent() ? 1 : 0;
      }
      if (kernel.lost == 0 && settings.namespaces() == 0 && task.creator().isPresent() && process.creator != null) {
        assertThat(task.creator().get().tid()).as(() -> "creator" + story(task, written)).isEqualTo(process.creator.pid);
        if (!process.startIsLogged) {
          return;
        }
        long own = history.entries().stream().filter(
            e -> e.pid() == task.tid() && e.provenance() == Provenance.OBSERVED && e.time() > task.start()).count();
        assertThat(own).as(() -> "own execs" + story(task, written)).isEqualTo(
            all.stream().filter(e -> e.by() == process).count());
      }
    }

    private static boolean isAncestor(TrueProcess process, Entry entry) {
      for (@Nullable TrueProcess p = process; p != null; p = p.creator) {
        if (p.pid == entry.pid() && p.names.contains(entry.name().toString())) {
          return true;
        }
      }
      return false;
    }

    private String story(Task task, Written written) {
      StringBuilder story = new StringBuilder(" seed " + seed + " " + settings + "\nat " + written.lines().get(0)
          + "\nis " + task + " by " + task.creator() + " " + History.of(task, Long.MAX_VALUE).entries() + "\ntruth "
          + written.by() + "\n");
      List<Integer> pids = List.of(task.tid(), written.by().creator == null ? 1 : written.by().creator.pid,
          task.creator().map(id -> id.tid()).orElse(1));
      for (Written w : kernel.log) {
        String line = w.lines().get(0);
        if (pids.stream().anyMatch(pid -> pid != 1 && line.contains("exit=" + pid + " ")) || pids.contains(w.by().pid) && w.by().pid != 1 || line.contains("exit=" + task.tid() + " ")) {
          story.append(line.replaceAll(" auid.*ses=3", "").replace("type=SYSCALL msg=", "")).append('\n');
        }
      }
      return story.toString();
    }
  }
}
