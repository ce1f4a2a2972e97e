package io.taskhistory.collector.tracking;

import static io.taskhistory.history.Ending.UNKNOWN_STATUS;
import static io.taskhistory.history.Ending.UNREPORTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.tracking.ExitDesk.Reports;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.SignalOrigin.Kind;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ExitDeskTest {

  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;
  private static final int SIGKILL = 9;
  private static final int SIGSEGV = 11;
  private static final int SIGRTMIN = 34;

  private final RecordingWriter writer = new RecordingWriter();
  private long clock;
  private final Set<Tracked> alive = new HashSet<>();
  private final ExitDesk desk = new ExitDesk(writer, Reports.NONZERO, alive::contains, () -> clock);
  private final TaskId sender = new TaskId(writer.boot().key(), 99, 7);

  private Tracked process(int tid, long start) {
    return new Tracked(Task.leader(writer.boot(), tid, start, writer.root()), 0);
  }

  private Tracked thread(Tracked leader, int tid) {
    Tracked thread = new Tracked(Task.thread(leader.task, tid, leader.task.start()), leader.process, 0);
    leader.process.addThread(thread);
    return thread;
  }

  private static void close(Tracked task, long time) {
    task.task.end(new Ending(time, UNKNOWN_STATUS));
  }

  private static void end(ExitDesk desk, Tracked task, long time) {
    close(task, time);
    desk.ended(task, time);
  }

  private void endLast(Tracked last, long time) {
    close(last, time);
    close(last.process.leader, time);
    desk.endedLast(last, time);
  }

  private static Ending ending(Tracked task) {
    return task.task.ending().orElseThrow();
  }

  private static int status(Tracked task) {
    return ending(task).waitStatus();
  }

  private void drained(long time) {
    clock = time;
    desk.drained(time, time);
  }

  @Test
  void end_withoutAReport_isUnreportedAtOnceAndWrittenOnce() {
    Tracked task = process(10, 1);
    end(desk, task, 5 * SECOND);
    assertThat(status(task)).isEqualTo(UNREPORTED);
    assertThat(writer.saved).containsExactly(task.task);
    writer.saved.clear();
    drained(200 * SECOND);
    assertThat(writer.saved).isEmpty();
  }

  @Test
  void report_afterItsEnd_isWrittenInItsPlace() {
    Tracked task = process(10, 1);
    end(desk, task, 5 * SECOND);
    drained(5 * SECOND + MS);
    writer.saved.clear();
    desk.reported(5 * SECOND + 2 * MS, 10, 10, 3 << 8);
    assertThat(status(task)).as("the spine has not come that far").isEqualTo(UNREPORTED);
    drained(5 * SECOND + 3 * MS);
    assertThat(ending(task)).isEqualTo(new Ending(5 * SECOND, 3 << 8));
    assertThat(writer.saved).containsExactly(task.task);
  }

  @Test
  void report_aheadOfTheSpine_waitsForItsEnd() {
    Tracked first = process(10, 1);
    end(desk, first, 4 * SECOND);
    desk.reported(5 * SECOND + MS, 10, 10, SIGKILL);
    desk.drained(8 * SECOND, 4 * SECOND + MS);
    assertThat(status(first)).as("it is the next holder's").isEqualTo(UNREPORTED);
    Tracked second = process(10, 4 * SECOND);
    end(desk, second, 5 * SECOND);
    desk.drained(8 * SECOND, 6 * SECOND);
    assertThat(status(second)).isEqualTo(SIGKILL);
    assertThat(status(first)).isEqualTo(UNREPORTED);
  }

  @Test
  void report_whoseEndIsToldLate_isFoundStill() {
    desk.reported(5 * SECOND + MS, 10, 10, 3 << 8);
    drained(5 * SECOND + 300 * MS);
    Tracked task = process(10, 1);
    end(desk, task, 5 * SECOND);
    drained(5 * SECOND + 301 * MS);
    assertThat(status(task)).isEqualTo(3 << 8);
  }

  @Test
  void report_ofOneWhomNobodyKnows_isForgotten() {
    desk.reported(5 * SECOND + MS, 10, 10, 3 << 8);
    drained(7 * SECOND);
    Tracked task = process(10, 1);
    end(desk, task, 5 * SECOND);
    drained(8 * SECOND);
    assertThat(status(task)).isEqualTo(UNREPORTED);
  }

  @Test
  void report_ofAHugeProcess_comesLongAfterItsEnd() {
    Tracked task = process(10, 1);
    end(desk, task, 5 * SECOND);
    alive.add(task);
    drained(5 * SECOND + 600 * MS);
    assertThat(status(task)).as("its report is to come").isEqualTo(UNKNOWN_STATUS);
    drained(40 * SECOND);
    alive.clear();
    drained(41 * SECOND);
    desk.reported(41 * SECOND + 500 * MS, 10, 10, SIGKILL);
    drained(41 * SECOND + 600 * MS);
    assertThat(status(task)).isEqualTo(SIGKILL);
    drained(50 * SECOND);
    assertThat(status(task)).isEqualTo(SIGKILL);
  }

  @Test
  void end_ofAHugeProcess_isUnreportedASecondAfterItIsOver() {
    Tracked task = process(10, 1);
    end(desk, task, 5 * SECOND);
    alive.add(task);
    for (long time = 5 * SECOND; time < 30 * SECOND; time += 300 * MS) {
      drained(time);
    }
    alive.clear();
    drained(31 * SECOND);
    assertThat(status(task)).isEqualTo(UNKNOWN_STATUS);
    drained(32 * SECOND);
    assertThat(status(task)).isEqualTo(UNREPORTED);
  }

  @Test
  void end_ofAHugeProcessWithALossBesideIt_staysUnknown() {
    Tracked task = process(10, 1);
    end(desk, task, 5 * SECOND);
    alive.add(task);
    drained(6 * SECOND);
    desk.lost(10 * SECOND, 11 * SECOND);
    drained(30 * SECOND);
    alive.clear();
    drained(31 * SECOND);
    drained(33 * SECOND);
    assertThat(status(task)).isEqualTo(UNKNOWN_STATUS);
  }

  @Test
  void report_ofATidThatSeveralGaveBackJustNow_isNobodys() {
    Tracked first = process(10, 1);
    end(desk, first, 5 * SECOND);
    Tracked second = process(10, 5 * SECOND + MS);
    end(desk, second, 5 * SECOND + 2 * MS);
    desk.reported(5 * SECOND + 3 * MS, 10, 10, 3 << 8);
    drained(6 * SECOND);
    assertThat(status(first)).isEqualTo(UNKNOWN_STATUS);
    assertThat(status(second)).isEqualTo(UNKNOWN_STATUS);
  }

  @Test
  void report_ofAnotherProcessesThread_isNotTheOtherTasks() {
    Tracked first = process(10, 1);
    end(desk, first, 5 * SECOND);
    desk.reported(5 * SECOND + MS, 10, 20, 3 << 8);
    drained(6 * SECOND);
    assertThat(status(first)).isEqualTo(UNREPORTED);
  }

  @Test
  void reports_ofEveryExit_areThoseOfTheEndsBeforeThem() {
    ExitDesk all = new ExitDesk(writer, Reports.ALL, alive::contains, () -> clock);
    Tracked first = process(10, 1);
    Tracked second = process(10, 5 * SECOND + 2 * MS);
    end(all, first, 5 * SECOND);
    assertThat(status(first)).isEqualTo(UNKNOWN_STATUS);
    end(all, second, 5 * SECOND + 3 * MS);
    all.reported(5 * SECOND + MS, 10, 10, 0);
    all.reported(5 * SECOND + 4 * MS, 10, 10, 3 << 8);
    all.drained(6 * SECOND, 6 * SECOND);
    assertThat(status(first)).isZero();
    assertThat(status(second)).isEqualTo(3 << 8);
  }

  @Test
  void reports_ofEveryExitOfATidThatSeveralGaveBackJustNow_areNobodys() {
    ExitDesk all = new ExitDesk(writer, Reports.ALL, alive::contains, () -> clock);
    Tracked first = process(10, 1);
    end(all, first, 5 * SECOND);
    Tracked second = process(10, 5 * SECOND + MS);
    end(all, second, 5 * SECOND + 2 * MS);
    all.reported(5 * SECOND + 3 * MS, 10, 10, 3 << 8);
    all.reported(5 * SECOND + 4 * MS, 10, 10, 0);
    all.drained(8 * SECOND, 8 * SECOND);
    assertThat(status(first)).isEqualTo(UNKNOWN_STATUS);
    assertThat(status(second)).isEqualTo(UNKNOWN_STATUS);
  }

  @Test
  void report_ofOneThatWasDrainedLongAfter_isFoundStill() {
    Tracked task = process(10, 1);
    end(desk, task, 5 * SECOND);
    desk.reported(9 * SECOND, 10, 10, SIGKILL);
    drained(60 * SECOND);
    assertThat(status(task)).isEqualTo(SIGKILL);
  }

  @Test
  void end_whoseReportCanBeAmongWhatWasLost_isUnknown() {
    desk.lost(5 * SECOND, 6 * SECOND);
    for (long time : new long[] {4 * SECOND, 5 * SECOND, 6 * SECOND}) {
      Tracked task = process(10, 1);
      end(desk, task, time);
      assertThat(status(task)).isEqualTo(UNKNOWN_STATUS);
    }
    Tracked early = process(10, 1);
    end(desk, early, 4 * SECOND - 1);
    assertThat(status(early)).isEqualTo(UNREPORTED);
    Tracked later = process(10, 1);
    end(desk, later, 6 * SECOND + 1);
    assertThat(status(later)).isEqualTo(UNREPORTED);
  }

  @Test
  void end_whileTheConnectorIsGone_isUnknown() {
    desk.lost(5 * SECOND, Long.MAX_VALUE);
    Tracked during = process(10, 1);
    end(desk, during, 500 * SECOND);
    assertThat(status(during)).isEqualTo(UNKNOWN_STATUS);
    desk.lost(5 * SECOND, 600 * SECOND);
    Tracked after = process(10, 1);
    end(desk, after, 601 * SECOND);
    assertThat(status(after)).isEqualTo(UNREPORTED);
  }

  @Test
  void end_withoutAConnector_isUnknownAndStillTellsTheVictim() {
    ExitDesk none = new ExitDesk(writer, Reports.NONE, alive::contains, () -> clock);
    Tracked task = process(10, 1);
    none.oomVictim(task.process);
    end(none, task, 5 * SECOND);
    none.reported(5 * SECOND, 10, 10, SIGKILL);
    none.drained(6 * SECOND, 6 * SECOND);
    assertThat(ending(task)).isEqualTo(new Ending(5 * SECOND, UNKNOWN_STATUS, null, true));
  }

  @Test
  void process_ofSeveralThreads_endsWithWhatItsLastEndedWith() {
    Tracked leader = process(10, 1);
    Tracked thread = thread(leader, 11);
    desk.leaderLeft(leader, 4 * SECOND);
    endLast(thread, 5 * SECOND);
    assertThat(status(leader)).isEqualTo(UNREPORTED);
    desk.reported(5 * SECOND + MS, 11, 10, 3 << 8);
    drained(6 * SECOND);
    assertThat(status(thread)).isEqualTo(3 << 8);
    assertThat(status(leader)).isEqualTo(3 << 8);
  }

  @Test
  void process_whoseLeaderLeftWithAnotherCodeThanItsLast_mayHaveEndedWithEither() {
    Tracked leader = process(10, 1);
    Tracked thread = thread(leader, 11);
    desk.leaderLeft(leader, 5 * SECOND);
    desk.reported(5 * SECOND + MS, 10, 10, 3 << 8);
    endLast(thread, 5 * SECOND + 2 * MS);
    drained(7 * SECOND);
    assertThat(status(thread)).isEqualTo(UNREPORTED);
    assertThat(status(leader)).isEqualTo(UNKNOWN_STATUS);
  }

  @Test
  void process_killedWhileADifferentTaskDumpsItsCore_tellsTheSignalAndTheCore() {
    Tracked leader = process(10, 1);
    Tracked dumper = thread(leader, 11);
    Tracked last = thread(leader, 12);
    desk.leaderLeft(leader, 5 * SECOND);
    end(desk, dumper, 5 * SECOND + MS);
    endLast(last, 5 * SECOND + 2 * MS);
    desk.reported(5 * SECOND + 3 * MS, 10, 10, SIGSEGV);
    desk.reported(5 * SECOND + 4 * MS, 11, 10, 0x80 | SIGSEGV);
    drained(6 * SECOND);
    assertThat(status(leader)).isEqualTo(0x80 | SIGSEGV);
    assertThat(status(dumper)).isEqualTo(0x80 | SIGSEGV);
    assertThat(status(last)).isEqualTo(UNREPORTED);
  }

  @ParameterizedTest
  @CsvSource({"NONZERO, 1, 768", "NONZERO, 2000, 768", "ALL, 1, -1", "ALL, 2000, 768"})
  void process_whoseFormerLeaderGaveItsPidToAThreadInAnExec_endsWithItsOwn(Reports told, long millis, int status) {
    ExitDesk exits = new ExitDesk(writer, told, alive::contains, () -> clock);
    Tracked leader = process(10, 1);
    thread(leader, 11);
    exits.leaderLeft(leader, 2 * SECOND);
    leader.task.enter(new Entry(writer.root(), 2 * SECOND + MS, 10, RawText.of("x"), Provenance.OBSERVED));
    writer.save(leader.task.entry());
    long time = 2 * SECOND + MS + millis * MS;
    end(exits, leader, time);
    exits.reported(time + MS, 10, 10, 3 << 8);
    exits.drained(time + 2 * MS, time + 2 * MS);
    assertThat(status(leader)).isEqualTo(status);
  }

  @Test
  void signal_thatWasDeadly_isTheLastOneOfItsNumber() {
    Tracked task = process(10, 1);
    desk.signalled(task.process, new SignalOrigin(SIGKILL, 2 * SECOND, Kind.TASK, 0, null));
    SignalOrigin deadly = new SignalOrigin(SIGKILL, 3 * SECOND, Kind.TASK, 0, sender);
    desk.signalled(task.process, deadly);
    desk.signalled(task.process, new SignalOrigin(SIGSEGV, 4 * SECOND, Kind.KERNEL, 1, null));
    end(desk, task, 5 * SECOND);
    desk.reported(5 * SECOND + MS, 10, 10, SIGKILL);
    drained(6 * SECOND);
    assertThat(ending(task)).isEqualTo(new Ending(5 * SECOND, SIGKILL, deadly, false));
  }

  @Test
  void signals_ofManyNumbers_areForgottenOldestFirst() {
    Tracked task = process(10, 1);
    for (int signal = 1; signal <= 20; signal++) {
      desk.signalled(task.process, new SignalOrigin(signal, signal * MS, Kind.TASK, 0, sender));
    }
    assertThat(task.process.signals).isNotNull().satisfies(seen -> {
      assertThat(seen.deadly(20, SECOND)).isNotNull();
      assertThat(seen.deadly(17, SECOND)).isNotNull();
      assertThat(seen.deadly(16, SECOND)).isNull();
    });
  }

  @Test
  void signal_ofRealTimeQueuedTwice_couldBeEither() {
    for (int times = 1; times <= 2; times++) {
      Tracked task = process(10, 1);
      for (int i = 0; i < times; i++) {
        desk.signalled(task.process, new SignalOrigin(SIGRTMIN, i * MS, Kind.TASK, -1, sender));
      }
      end(desk, task, 5 * SECOND);
      desk.reported(5 * SECOND + MS, 10, 10, SIGRTMIN);
      drained(5 * SECOND + 2 * MS);
      assertThat(status(task)).isEqualTo(SIGRTMIN);
      assertThat(ending(task).by() != null).isEqualTo(times == 1);
    }
  }

  @Test
  void signal_fromBeforeALossOfTheSpine_isNotSurelyTheLast() {
    Tracked task = process(10, 1);
    desk.signalled(task.process, new SignalOrigin(SIGKILL, 2 * SECOND, Kind.TASK, 0, sender));
    desk.signalsLost(3 * SECOND);
    end(desk, task, 5 * SECOND);
    desk.reported(5 * SECOND + MS, 10, 10, SIGKILL);
    drained(6 * SECOND);
    assertThat(ending(task)).isEqualTo(new Ending(5 * SECOND, SIGKILL));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void origin_byItsCode_isOfAKind(Kind kind) {
    SignalOrigin origin = switch (kind) {
      case TASK -> SignalsSeen.origin(5, SIGKILL, -6, false, sender);
      case KERNEL -> SignalsSeen.origin(5, SIGKILL, 0x80, false, sender);
      case INTERRUPT -> SignalsSeen.origin(5, SIGKILL, 0, true, sender);
    };
    assertThat(origin.kind()).isEqualTo(kind);
    assertThat(origin.sender()).isEqualTo(kind == Kind.TASK ? sender : null);
  }

  @Test
  void reports_moreThanCanWait_areALoss() {
    drained(SECOND);
    for (int i = 0; i <= 1 << 16; i++) {
      desk.reported(2 * SECOND + i, 10, 10, 3 << 8);
    }
    assertThat(writer.gaps).singleElement().satisfies(gap -> {
      assertThat(gap.source()).isEqualTo("proc");
      assertThat(gap.from()).isEqualTo(SECOND);
      assertThat(gap.to()).isEqualTo(2 * SECOND + (1 << 16));
    });
  }
}
