package io.taskhistory.collector.tracking;

import static io.taskhistory.collector.source.TaskEvents.UNKNOWN_TID;
import static io.taskhistory.collector.tracking.ScriptedProc.TICK;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.collector.source.TaskEvents;
import io.taskhistory.history.Details;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Single cases that have to go as the rules say, whatever /proc shows meanwhile. */
class TrackingTest {

  /** Of include/uapi/linux/sched.h. */
  private static final long CLONE_THREAD = 0x1_0000;

  private final ScriptedProc proc = new ScriptedProc();
  private final RecordingWriter writer = new RecordingWriter();
  private final Tracking tracking = new Tracking(
      new Tracking.Setup(writer, proc, proc, proc::now, 100, 500, 2000), () -> { });

  @BeforeEach
  void start() {
    proc.show(1, 0, TICK, "init", 11);
    tracking.follow("scripted", false);
    tracking.resume(1);
    tracking.reconcile(looked -> drainTo(looked + 1));
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

  private Task task(int tid) {
    return requireNonNull(writer.live().get(tid));
  }

  private void exec(long time, int tid) {
    tracking.events().execed(time, tid, UNKNOWN_TID, RawText.UNKNOWN, RawText.UNKNOWN);
  }

  /** Waits until the details of {@code count} more requests have been read or refused. */
  private void awaitDetails(long before, int count) {
    await().until(() -> tracking.detailsRead() + tracking.detailsSkipped() >= before + count);
  }

  private long detailsDone() {
    return tracking.detailsRead() + tracking.detailsSkipped();
  }

  @Test
  void details_readAfterAnExecThatWasLost_areNotThoseOfTheEntryBefore() {
    awaitDetails(0, 1);
    long done = detailsDone();
    long forked = proc.now;
    forked(forked);
    long execed = proc.now += TICK;
    proc.show(5, 1, forked, "first", 0); // in the middle of something: no name can be read
    exec(execed, 5);
    Entry first = task(5).entry();
    tracking.drained(execed, -1);
    proc.show(5, 1, forked, "second", 55); // by an exec whose event is lost
    awaitDetails(done, 1);
    proc.now += TICK;
    tracking.events().lost(execed, proc.now, 1, Gap.Cause.SEQUENCE);
    drainTo(proc.now + 10 * TICK);
    assertThat(first.provenance()).isEqualTo(Provenance.UNKNOWN);
    assertThat(first.details()).isSameAs(Details.UNKNOWN);
  }

  @Test
  void snapshot_readBetweenAnExecAndItsEvent_losesTheNameThatIsTheNewImages() {
    Entry seen = bringIn(5, "new");
    exec(proc.now += 1_000_000, 5);
    drainTo(proc.now + TICK);
    assertThat(seen.provenance()).isEqualTo(Provenance.UNKNOWN);
    assertThat(task(5).entry().parent()).isSameAs(seen);
    assertThat(task(5).entry().name()).isEqualTo(RawText.of("new"));
  }

  @Test
  void snapshot_readLongBeforeAnExec_keepsItsName() {
    Entry seen = bringIn(5, "old");
    proc.now += 20 * TICK;
    proc.show(5, 1, 50 * TICK, "new", 56);
    exec(proc.now, 5);
    drainTo(proc.now + TICK);
    assertThat(seen.provenance()).isEqualTo(Provenance.SNAPSHOT);
    assertThat(seen.name()).isEqualTo(RawText.of("old"));
    assertThat(task(5).entry().name()).isEqualTo(RawText.of("new"));
  }

  /** A process whose start was lost, found by the comparison with /proc that follows. */
  private Entry bringIn(int tid, String comm) {
    proc.show(tid, 1, 50 * TICK, comm, 55);
    tracking.events().lost(proc.now - TICK, proc.now, 1, Gap.Cause.SEQUENCE);
    await().until(tracking::wantsReconciling);
    tracking.reconcile(looked -> drainTo(looked + 1));
    return task(tid).entry();
  }

  @Test
  void tidReused_beforeTheExitIsReported_endIsKeptAtOnceAndItsStatusLater() {
    long forked = proc.now += TICK;
    forked(forked);
    Task first = task(5);
    writer.commit(forked);
    long reused = proc.now += 5 * TICK;
    proc.show(5, 1, reused, "init", 11);
    forked(reused);
    assertThat(writer.saved).contains(first);
    Task second = task(5);
    writer.commit(reused);
    tracking.events().exited(reused + 1, 5, 5, 9, 1);
    assertThat(writer.saved).contains(first);
    assertThat(first.ending()).contains(new Ending(reused, 9));
    assertThat(second.isLive()).isTrue();
  }

  @Test
  void lossThatComesToLightLate_touchesWhoEndedSince_andNobodyBefore() {
    tracking.follow("exact", true);
    Task before = ended(6, proc.now += TICK);
    long from = proc.now += TICK;
    Task since = ended(7, proc.now += TICK);
    tracking.events().lost(from, proc.now += TICK, Gap.UNCOUNTED, Gap.Cause.INTERFERENCE);
    assertThat(before.doubts().gaps()).isEmpty();
    assertThat(since.doubts().gaps()).singleElement().satisfies(gap -> assertThat(gap.from()).isEqualTo(from));
    assertThat(writer.saved).contains(since);
  }

  private Task ended(int tid, long time) {
    tracking.events().cloned(time, 1, false, tid, tid, 0, RawText.of("child"));
    Task task = task(tid);
    tracking.events().exited(time + 1, tid, TaskEvents.UNKNOWN_TID, Ending.UNKNOWN_STATUS, TaskEvents.UNKNOWN_TID);
    assertThat(task.isLive()).isFalse();
    return task;
  }

  @Test
  void credentials_changedBeforeTheSpineTellsOfTheirProcess_areNotTheEntrys() {
    tracking.follow("exact", true);
    awaitDetails(0, 1);
    long done = detailsDone();
    RawText none = RawText.UNKNOWN;
    proc.details = new Details(none, none, null, false, none, 1000, 1000, 1000, 1000, -1, -1, none, none, none, -1);
    long forked = proc.now += TICK;
    tracking.beside("proc").uidChanged(forked + 2, 5, 1000, 1000);
    tracking.drained(forked - 1, forked + 2);
    tracking.events().cloned(forked, 1, false, 5, 5, 0, RawText.of("child"));
    tracking.events().execed(forked + 1, 5, 5, RawText.of("program"), none);
    proc.now += TICK;
    proc.show(5, 1, forked, "program", 55);
    tracking.drained(proc.now, proc.now);
    awaitDetails(done, 1);
    drainTo(proc.now + 10 * TICK);
    assertThat(task(5).imprint()).as("the details are there").isEqualTo(55);
    assertThat(task(5).entry().details().uid()).isEqualTo(Details.UNKNOWN_NUMBER);
  }

  @Test
  void details_readingFailsOnce_areReadOfOthers() {
    awaitDetails(0, 1);
    long done = detailsDone();
    long forked = proc.now += TICK;
    forked(forked);
    proc.nextDetails = new IllegalStateException("an odd process");
    proc.show(5, 1, forked, "odd", 55);
    exec(proc.now += TICK, 5);
    tracking.drained(proc.now, -1);
    awaitDetails(done, 1);
    proc.show(5, 1, forked, "usual", 56);
    exec(proc.now += TICK, 5);
    tracking.drained(proc.now, -1);
    awaitDetails(done, 2);
    assertThat(tracking.detailsRead()).isEqualTo(2);
  }

  @Test
  void execLost_afterAForkThatWasFoundInProcFirst_staysInQuestion() {
    long forked = proc.now += TICK;
    proc.now += 2 * TICK;
    proc.show(5, 1, forked, "other", 55); // forked, and then made another program by an exec whose event is lost
    tracking.events().lost(forked - 10, forked - 5, 1, Gap.Cause.SEQUENCE);
    tracking.reconcile(looked -> drainTo(looked + 1));
    assertThat(task(5).entry().provenance()).isEqualTo(Provenance.SNAPSHOT);
    forked(forked);
    tracking.events().lost(forked + TICK, proc.now, 1, Gap.Cause.SEQUENCE);
    tracking.reconcile(looked -> drainTo(looked + 1));
    assertThat(task(5).doubts().gaps()).isNotEmpty();
    assertThat(task(5).entry().name()).isEqualTo(RawText.of("other"));
  }

  /** Else it would be found as an exec of its own beside the one that the events tell. */
  @Test
  void snapshot_ofATaskWhoseOwnEventsCome_isNoExecByThatName() {
    long forked = proc.now += TICK;
    proc.now += 2 * TICK;
    proc.show(5, 1, forked, "other", 55);
    tracking.events().lost(forked - 10, forked - 5, 1, Gap.Cause.SEQUENCE);
    tracking.reconcile(looked -> drainTo(looked + 1));
    Entry seen = task(5).entry();
    assertThat(seen.name()).isEqualTo(RawText.of("other"));
    forked(forked);
    assertThat(task(5).entry()).isNotSameAs(seen);
    assertThat(seen.provenance()).isEqualTo(Provenance.UNKNOWN);
  }

  @Test
  void takeOver_amidLossesOfOneProcessorAlone_leavesTheDoubtsBehind() {
    tracking.follow("trace", true);
    long lost = proc.now;
    long over = lost + 5 * TICK;
    tracking.events().lost(lost, over, 1, Gap.Cause.OVERFLOW);
    tracking.events().renamed(lost + TICK, 99, RawText.of("x")); // told by another processor
    proc.now = over + TICK;
    tracking.takeOver("proc", false, lost, over + TICK);
    assertThat(writer.gaps).extracting(Gap::source).containsExactly("trace", "trace");
    tracking.reconcile(looked -> drainTo(looked + 1));
    Entry init = task(1).entry();
    long forked = proc.now += TICK;
    proc.show(1, 0, forked, "other", 77); // the event is drained when /proc is further on
    forked(forked);
    assertThat(task(5).entry()).isSameAs(init);
    assertThat(task(5).doubts().gaps()).isEmpty();
  }

  /** Events that were recorded before somebody switched that off are told after the loss. */
  @Test
  void execsAmidALoss_withTheirNames_areNotToldTwice() {
    familyAmidALoss(RawText.of("five"), RawText.of("six"));
    assertThat(historyOf(5)).containsExactly("init SNAPSHOT", "five OBSERVED");
    assertThat(historyOf(6)).containsExactly("init SNAPSHOT", "five OBSERVED", "six OBSERVED");
  }

  /** What /proc shows later may come of a further exec; and a child has what its creator had when it called clone. */
  @Test
  void execsAmidALoss_withoutNames_stayUnknownBeforeWhatProcShows() {
    familyAmidALoss(RawText.UNKNOWN, RawText.UNKNOWN);
    assertThat(historyOf(5)).containsExactly("init SNAPSHOT", "? UNKNOWN", "five SNAPSHOT");
    assertThat(historyOf(6)).containsExactly("init SNAPSHOT", "? UNKNOWN", "? UNKNOWN", "six SNAPSHOT");
  }

  /** Task 5 forks and execs, and so does its child 6. */
  private void familyAmidALoss(RawText name, RawText childName) {
    tracking.follow("trace", true);
    long lost = proc.now;
    long over = proc.now += 10 * TICK;
    proc.show(5, 1, lost + TICK, "five", 55);
    proc.show(6, 5, lost + 3 * TICK, "six", 66);
    tracking.events().lost(lost, over, Gap.UNCOUNTED, Gap.Cause.INTERFERENCE);
    tracking.events().cloned(lost + TICK, 1, false, 5, 5, 0, RawText.of("init"));
    tracking.events().execed(lost + 2 * TICK, 5, 5, name, RawText.UNKNOWN);
    tracking.events().cloned(lost + 3 * TICK, 5, false, 6, 6, 0, RawText.of("five"));
    tracking.events().execed(lost + 4 * TICK, 6, 6, childName, RawText.UNKNOWN);
    tracking.reconcile(looked -> drainTo(looked + 1));
    assertThat(task(5).doubts().gaps()).hasSize(1);
    assertThat(task(6).doubts().gaps()).hasSize(1);
  }

  private List<String> historyOf(int tid) {
    List<String> names = new ArrayList<>();
    for (Entry entry = task(tid).entry(); !entry.isRoot(); entry = requireNonNull(entry.parent())) {
      names.add(0, (entry.name().isKnown() ? entry.name() : "?") + " " + entry.provenance());
    }
    return names;
  }

  @Test
  void besideGone_shortlyAfterAnEnd_leavesItsCodeUnknown() {
    tracking.follow("trace", true);
    tracking.besideSince("proc", proc.now, false);
    long forked = proc.now += TICK;
    tracking.events().cloned(forked, 1, false, 5, 5, 0, RawText.UNKNOWN);
    tracking.events().cloned(forked, 5, false, 6, UNKNOWN_TID, CLONE_THREAD, RawText.UNKNOWN);
    Task thread = task(6);
    long ended = proc.now += TICK;
    tracking.events().exited(ended, 6, 5, Ending.UNKNOWN_STATUS, UNKNOWN_TID);
    tracking.drained(ended + 1, ended - 1);
    proc.now += TICK;
    tracking.besideGone("proc", ended - 1);
    long later = ended + 2 * Ending.REPORT_WITHIN;
    assertThat(thread.ending().orElseThrow().known(writer.gaps, later).isObserved()).isFalse();
  }

  /** The connector reports the fork of task 5, by task 1 as it assumes. */
  private void forked(long time) {
    tracking.events().cloned(time, 1, true, 5, 5, TaskEvents.UNKNOWN_FLAGS, RawText.UNKNOWN);
  }
}
