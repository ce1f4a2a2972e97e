package io.taskhistory.collector.tracking;

import static io.taskhistory.collector.source.TaskEvents.UNKNOWN_TID;
import static io.taskhistory.collector.tracking.ScriptedProc.TICK;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.source.ExecRecord;
import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Details;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which exec a record is that of. */
class RecordedExecsTest {

  private final ScriptedProc proc = new ScriptedProc();
  private final RecordingWriter writer = new RecordingWriter();
  private final Tracking tracking = new Tracking(
      new Tracking.Setup(writer, proc, proc, proc::now, 100, 500, 2000), () -> { });

  @BeforeEach
  void start() {
    proc.show(1, 0, TICK, "init", 11);
    tracking.follow("trace", true);
    tracking.resume(1);
    tracking.reconcile(looked -> drainTo(looked + 1));
    proc.now += 10 * TICK;
    tracking.events().cloned(proc.now, 1, false, 5, 5, 0, RawText.of("init"));
    proc.now += TICK;
  }

  @AfterEach
  void stop() {
    tracking.close();
  }

  private void drainTo(long time) {
    proc.now = time;
    tracking.drained(time, -1);
  }

  private Task task() {
    return requireNonNull(writer.live().get(5));
  }

  private Entry exec(long time, String name) {
    tracking.events().execed(time, 5, 5, name.isEmpty() ? RawText.UNKNOWN : RawText.of(name), RawText.UNKNOWN);
    return task().entry();
  }

  private static Details arguments(String argument) {
    RawText none = RawText.UNKNOWN;
    return new Details(none, none, List.of(RawText.of(argument)), false, none, 7, 7, 7, 7, 7, 7, none, none, none, -1);
  }

  /** A record of an exec that was entered within the tick that begins then, and is told of much later. */
  private void recorded(long tick, String comm, String argument) {
    tracking.beside("audit").execRecorded(new ExecRecord(
        5, RawText.of(comm), tick, tick + TICK, proc.now, arguments(argument)));
  }

  private static void assertArgument(Entry entry, String argument) {
    assertThat(entry.details().argv()).containsExactly(RawText.of(argument));
    assertThat(entry.details().loginuid()).isEqualTo(7);
    assertThat(entry.provenance()).isEqualTo(Provenance.OBSERVED);
  }

  @Test
  void record_isThatOfTheOneExecThatFits_howeverLongThatTook() {
    long entered = proc.now;
    Entry first = exec(entered + 50 * TICK, "a"); // a debugger held it
    Entry second = exec(entered + 60 * TICK, "a");
    proc.now = entered + 70 * TICK;
    recorded(entered, "a", "one");
    recorded(entered + 55 * TICK, "a", "two");
    drainTo(proc.now + 1);
    assertArgument(first, "one");
    assertArgument(second, "two");
    assertThat(writer.gaps).isEmpty();
  }

  @Test
  void record_thatComesBeforeTheSpineTells_waits() {
    long entered = proc.now;
    proc.now = entered + 2 * TICK;
    recorded(entered, "a", "one");
    tracking.drained(entered, -1);
    Entry entry = exec(entered + TICK, "a");
    drainTo(proc.now + 1);
    assertArgument(entry, "one");
  }

  @Test
  void records_ofOneTick_goByTheirOrder() {
    long entered = proc.now;
    Entry first = exec(entered + 1000, "a");
    Entry second = exec(entered + 2000, "a");
    Entry third = exec(entered + 3000, "b");
    proc.now += TICK;
    recorded(entered, "a", "one");
    recorded(entered, "a", "two");
    recorded(entered, "b", "three");
    drainTo(proc.now + 1);
    assertArgument(first, "one");
    assertArgument(second, "two");
    assertArgument(third, "three");
  }

  @Test
  void record_ofOneTick_whoseNeighbourIsMissing_isNobodys_unlessTheNameTells() {
    long entered = proc.now;
    Entry first = exec(entered + 1000, "a");
    Entry second = exec(entered + 2000, "a");
    Entry third = exec(entered + 3000, "b");
    proc.now += TICK;
    recorded(entered, "a", "two");
    recorded(entered, "b", "three");
    drainTo(proc.now + 1);
    assertThat(first.details().argv()).isNull();
    assertThat(second.details().argv()).isNull();
    assertArgument(third, "three");
  }

  @Test
  void record_thatComesLate_isNotThatOfAnExecThatHasItsOwn() {
    long entered = proc.now;
    Entry first = exec(entered + 5, "a");
    proc.now = entered + TICK;
    recorded(entered, "a", "one");
    drainTo(proc.now + 1);
    Entry second = exec(entered + TICK / 2, "a");
    Entry third = exec(entered + 2 * TICK, "b");
    proc.now = entered + 3 * TICK;
    recorded(entered, "a", "two");
    recorded(entered + TICK, "b", "three");
    drainTo(proc.now + 1);
    assertArgument(first, "one");
    assertArgument(second, "two");
    assertArgument(third, "three");
  }

  @Test
  void record_thatOneOfTwoExecsCanHave_isNobodys_andTheNextIsItsOwn() {
    long entered = proc.now;
    Entry first = exec(entered + 5, "a");
    Entry second = exec(entered + 10, "a");
    Entry third = exec(entered + 5 * TICK, "a");
    proc.now = entered + 6 * TICK;
    recorded(entered, "a", "one or two");
    recorded(entered + 4 * TICK, "a", "three");
    drainTo(proc.now + 1);
    assertThat(first.details().argv()).isNull();
    assertThat(second.details().argv()).isNull();
    assertArgument(third, "three");
    assertThat(writer.gaps).isEmpty();
  }

  @Test
  void records_thatAreMoreThanTheSpineHasToldOf_areADoubt() {
    long entered = proc.now;
    Entry first = exec(entered + 5, "a");
    proc.now = entered + TICK;
    recorded(entered, "a", "one");
    recorded(entered, "b", "two");
    drainTo(proc.now + 1);
    assertThat(first.details().argv()).as("it may be neither").isNull();
    assertThat(writer.gaps).singleElement()
        .satisfies(gap -> assertThat(gap.cause()).isEqualTo(Gap.Cause.CONTRADICTION));
  }

  @Test
  void record_fromBeforeTheProcessWasFoundInProc_isNotThatOfAnExecSince() {
    proc.show(9, 1, proc.now - 5 * TICK, "found", 99);
    tracking.events().lost(proc.now, proc.now + 1, 1, Gap.Cause.OVERFLOW);
    proc.now += 2 * TICK;
    tracking.reconcile(looked -> drainTo(looked + 1));
    long found = proc.now;
    proc.now += TICK;
    tracking.events().execed(proc.now, 9, 9, RawText.of("a"), RawText.UNKNOWN);
    Entry entry = requireNonNull(writer.live().get(9)).entry();
    proc.now += TICK;
    tracking.beside("audit").execRecorded(
        new ExecRecord(9, RawText.of("a"), found - TICK, found + 2 * TICK, proc.now, arguments("before")));
    drainTo(proc.now + 1);
    assertThat(entry.details().argv()).isNull();
  }

  @Test
  void record_ofAProcessThatHasEnded_isItsOwn() {
    long entered = proc.now;
    Entry entry = exec(entered + 1000, "a");
    tracking.events().exited(entered + 2000, 5, 5, Ending.UNKNOWN_STATUS, UNKNOWN_TID);
    tracking.events().cloned(entered + 3000, 1, false, 5, 5, 0, RawText.of("init"));
    proc.now += TICK;
    recorded(entered, "a", "one");
    drainTo(proc.now + 1);
    assertArgument(entry, "one");
  }

  @Test
  void record_bringsANameThatTheSpineLacks() {
    tracking.follow("proc", false);
    long entered = proc.now;
    Entry entry = exec(entered + 1000, "");
    proc.now += TICK;
    recorded(entered, "a", "one");
    drainTo(proc.now + 1);
    assertArgument(entry, "one");
    assertThat(entry.name()).isEqualTo(RawText.of("a"));
  }

  @Test
  void record_underAnotherName_isNobodys_andADoubt() {
    long entered = proc.now;
    Entry entry = exec(entered + 1000, "a");
    proc.now += TICK;
    recorded(entered, "b", "one");
    drainTo(proc.now + 1);
    assertThat(entry.details().argv()).isNull();
    assertThat(entry.name()).isEqualTo(RawText.of("a"));
    assertThat(writer.gaps).hasSize(1);
  }

  @Test
  void record_ofAnExecThatTheSpineHasNotToldOf_isADoubt() {
    long entered = proc.now;
    proc.now += 2 * TICK;
    recorded(entered, "a", "one");
    drainTo(proc.now + 1);
    assertThat(writer.gaps).singleElement().satisfies(gap -> {
      assertThat(gap.source()).isEqualTo("trace");
      assertThat(gap.cause()).isEqualTo(Gap.Cause.CONTRADICTION);
      assertThat(gap.from()).isEqualTo(entered);
    });
    assertThat(tracking.wantsReconciling()).isTrue();
    assertThat(task().doubts().gaps()).isNotEmpty();
  }

  @Test
  void record_fromBeforeTheProcessWasKnown_isNoDoubt() {
    recorded(proc.now - 5 * TICK, "a", "one");
    drainTo(proc.now + TICK);
    assertThat(writer.gaps).isEmpty();
  }

  @Test
  void records_thatWereLost_leaveAGapThatTouchesNobody() {
    TaskEvents audit = tracking.beside("audit");
    audit.lost(proc.now, proc.now + 5, 3, Gap.Cause.OVERFLOW);
    assertThat(writer.gaps).singleElement().satisfies(gap -> assertThat(gap.source()).isEqualTo("audit"));
    assertThat(task().doubts().gaps()).isEmpty();
  }
}
