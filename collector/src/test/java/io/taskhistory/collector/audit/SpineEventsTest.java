package io.taskhistory.collector.audit;

import static io.taskhistory.collector.source.TaskEvents.UNKNOWN_TID;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.auditlog.AuditEvent;
import io.taskhistory.collector.auditlog.RecordTypes;
import io.taskhistory.collector.auditlog.SyscallFacts;
import io.taskhistory.collector.auditlog.Syscalls;
import io.taskhistory.collector.auditlog.Syscalls.Call;
import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.RecordedEvents.Cloned;
import io.taskhistory.collector.source.RecordedEvents.Event;
import io.taskhistory.collector.source.RecordedEvents.Execed;
import io.taskhistory.collector.source.RecordedEvents.Exited;
import io.taskhistory.history.RawText;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which events come of which records: each said by a pid with a parent, a millisecond after the one before. */
class SpineEventsTest {

  private static final long MILLISECOND = 1_000_000;
  private static final long TICK = 10 * MILLISECOND;
  private static final long UNKNOWN = SyscallFacts.UNKNOWN;
  private static final long CLONE_PARENT = 0x8000;
  private static final long CLONE_THREAD = 0x1_0000;
  private static final long CLONE_NEWPID = 0x2000_0000;

  /** In /proc from the beginning, children of init. */
  private static final int SHELL = 100;
  private static final int OTHER = 200;

  private final FakeTasks proc = new FakeTasks();
  private final RecordedEvents events = new RecordedEvents();
  private final SpineEvents spine =
      new SpineEvents(new ExecRecords(4 * MILLISECOND, wall -> wall), proc, start -> start * TICK);
  private long now = 1000 * TICK;
  /** How long before it was written a record's syscall was entered. */
  private long took;

  @BeforeEach
  void open() {
    proc.show(1, 0, 1);
    proc.show(SHELL, 1, 10);
    proc.show(OTHER, 1, 11);
    spine.open();
  }

  private void record(Call call, int pid, int ppid, String comm, long exit, long flags) {
    now += MILLISECOND;
    RawText none = RawText.UNKNOWN;
    SyscallFacts facts = new SyscallFacts(call, Syscalls.X86_64, 0, !call.isExit(), !call.isExit(), exit, flags,
        call.isExit() ? exit : UNKNOWN, ppid, pid, 0, 0, 0, 0, 0, 0, none, RawText.of(comm), none, none);
    AuditEvent event = new AuditEvent(
        RawText.EMPTY, now - took, now, RecordTypes.SYSCALL, facts, pid, null, false, none, none, true);
    spine.happened(event, facts, events, now);
  }

  private void fork(int pid, int ppid, int child) {
    record(Call.CLONE, pid, ppid, "", child, 17);
  }

  private void clone3(int pid, int ppid, int child) {
    record(Call.CLONE3, pid, ppid, "", child, UNKNOWN);
  }

  private void exec(int pid, int ppid, String comm) {
    record(Call.EXECVE, pid, ppid, comm, 0, UNKNOWN);
  }

  private void exit(int pid, int ppid) {
    record(Call.EXIT_GROUP, pid, ppid, "", 3, UNKNOWN);
  }

  private void waitFor(long nanos) {
    now += nanos;
    spine.settle(events, now);
  }

  /** What was told, in order, as {@code 100>101}, {@code 101=name} and {@code 101.}. */
  private List<String> told() {
    return events.all().stream().map(SpineEventsTest::text).toList();
  }

  private static String text(Event event) {
    if (event instanceof Cloned clone) {
      return clone.callerTid() + ">" + clone.tid();
    } else if (event instanceof Execed exec) {
      return exec.tid() + "=" + exec.name();
    }
    return ((Exited) event).tid() + ".";
  }

  @Test
  void family_isToldInOrder() {
    fork(SHELL, 1, 101);
    exec(101, SHELL, "ls");
    exit(101, SHELL);
    assertThat(told()).containsExactly("100>101", "101=ls", "101.");
    assertThat(events.of(Exited.class)).singleElement()
        .satisfies(exited -> assertThat(exited.waitStatus()).isEqualTo(3 << 8));
    assertThat(events.all()).isSortedAccordingTo((a, b) -> Long.compare(a.time(), b.time()));
  }

  @Test
  void recordsOfAChild_waitForTheCloneThatMadeIt() {
    exec(101, SHELL, "ls");
    exit(101, SHELL);
    assertThat(told()).isEmpty();
    assertThat(spine.settle(events, now)).as("what waits is not told").isLessThan(now - MILLISECOND);
    took = 3 * MILLISECOND;
    record(Call.VFORK, SHELL, 1, "", 101, UNKNOWN);
    assertThat(told()).containsExactly("100>101", "101=ls", "101.");
    assertThat(spine.settle(events, now)).isEqualTo(Long.MAX_VALUE);
    assertThat(spine.patience()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void recordsOfAGrandchild_waitForBothClones() {
    exec(102, 101, "ls");
    took = 2 * MILLISECOND;
    fork(101, SHELL, 102);
    exec(101, SHELL, "sh");
    took = 5 * MILLISECOND;
    fork(SHELL, 1, 101);
    assertThat(told()).containsExactly("100>101", "101>102", "102=ls", "101=sh");
  }

  @Test
  void clone3_isToldOnceTheChildShowsThatItIsAProcess() {
    clone3(SHELL, 1, 101);
    assertThat(told()).as("it may have made a thread").isEmpty();
    exec(101, SHELL, "ls");
    assertThat(told()).containsExactly("100>101", "101=ls");
  }

  @Test
  void clone3_isToldAtOnce_whereProcShowsTheProcess() {
    proc.show(101, SHELL, now / TICK);
    clone3(SHELL, 1, 101);
    assertThat(told()).containsExactly("100>101");
  }

  @Test
  void clone_ofAThread_isNone() {
    record(Call.CLONE, SHELL, 1, "", 101, CLONE_THREAD);
    assertThat(told()).isEmpty();
    exec(SHELL, 1, "byThread");
    assertThat(told()).as("under the process's pid").containsExactly("100=byThread");
  }

  @Test
  void clone_thatFailed_isNone() {
    record(Call.CLONE, SHELL, 1, "", -11, 17);
    exec(101, SHELL, "ls");
    waitFor(SpineEvents.HOLD);
    assertThat(events.of(Cloned.class)).isEmpty();
  }

  @Test
  void sibling_isItsCreators_whatHeReportsAsItsParent() {
    fork(SHELL, 1, 101);
    proc.show(101, SHELL, now / TICK);
    record(Call.CLONE, 101, SHELL, "", 102, CLONE_PARENT);
    exec(102, SHELL, "ls");
    assertThat(told()).containsExactly("100>101", "101>102", "102=ls");
  }

  @Test
  void sibling_whoseCreatorMayBeInAnotherNamespace_isNobodys() {
    clone3(SHELL, 1, 101);
    exec(101, SHELL, "a");
    record(Call.CLONE, 101, SHELL, "", OTHER, CLONE_PARENT);
    exec(OTHER, 1, "b");
    assertThat(told()).containsExactly("100>101", "101=a", "200=b");
  }

  @Test
  void orphan_isItsCreators_whoeverIsTheParentByNow() {
    clone3(SHELL, 1, 101);
    exit(SHELL, 1);
    exec(101, 1, "daemon");
    assertThat(told()).containsExactly("100.", "100>101", "101=daemon");
  }

  @Test
  void process_thatIsReparented_isTheSame() {
    fork(SHELL, 1, 101);
    fork(101, SHELL, 102);
    exec(102, 101, "child");
    exec(102, SHELL, "orphan");
    exec(102, 1, "daemon");
    assertThat(told()).containsExactly("100>101", "101>102", "102=child", "102=orphan", "102=daemon");
  }

  @Test
  void process_underAParentThatNeverWasAnAncestor_isAnother() {
    fork(SHELL, 1, 101);
    exec(101, OTHER, "other");
    waitFor(SpineEvents.HOLD);
    assertThat(told()).containsExactly("100>101", "101.", "101=other");
  }

  @Test
  void clone_inAnotherNamespace_isNotTheProcessThatHasThatNumberHere() {
    proc.show(50, 1, 12, 2);
    spine.open();
    fork(50, 1, OTHER); // in there it has that number
    fork(50, 1, 51);
    exec(51, 50, "container");
    exec(OTHER, 1, "other");
    waitFor(SpineEvents.HOLD);
    assertThat(events.of(Cloned.class)).isEmpty();
    assertThat(told()).containsExactly("200=other", "51.", "51=container");
  }

  @Test
  void firstOfANamespace_hasAllItsChildrenInThere() {
    record(Call.CLONE, SHELL, 1, "", 101, CLONE_NEWPID);
    fork(101, SHELL, 102);
    exec(102, 101, "chance");
    waitFor(SpineEvents.HOLD);
    assertThat(events.of(Cloned.class)).hasSize(1);
  }

  @Test
  void pidOfOneThatWasKilled_isTheNextChilds_withTheSameParent() {
    fork(SHELL, 1, 101);
    exec(101, SHELL, "killed");
    fork(SHELL, 1, 101);
    exec(101, SHELL, "next");
    assertThat(told()).containsExactly("100>101", "101=killed", "100>101", "101=next");
  }

  /** All pids have been given since, and whether this is the same only /proc can tell. */
  private void giveAllPids() {
    proc.lastTid = 301 + (proc.lastTid + 16_300) % 32_400;
    spine.begin();
    proc.lastTid = 301 + (proc.lastTid + 16_300) % 32_400;
    spine.begin();
  }

  @Test
  void pid_afterAllHaveBeenGiven_isBelievedWhereProcShowsTheSame() {
    giveAllPids();
    exec(SHELL, 1, "bash");
    assertThat(told()).containsExactly("100=bash");
  }

  @Test
  void pid_afterAllHaveBeenGiven_isAnothersWhereProcShowsAnother() {
    giveAllPids();
    proc.show(SHELL, 1, 500);
    exec(SHELL, 1, "other");
    waitFor(SpineEvents.HOLD);
    assertThat(told()).containsExactly("100.", "100=other");
  }

  @Test
  void pid_afterAllHaveBeenGiven_isAnothersWhereProcShowsNobody() {
    giveAllPids();
    proc.hide(SHELL);
    exec(SHELL, 1, "other");
    waitFor(SpineEvents.HOLD);
    assertThat(told()).containsExactly("100.", "100=other");
  }

  @Test
  void clone_afterAllPidsHaveBeenGiven_isNobodys() {
    clone3(SHELL, 1, 101);
    giveAllPids();
    exec(101, SHELL, "late");
    waitFor(SpineEvents.HOLD);
    assertThat(told()).containsExactly("101.", "101=late");
  }

  @Test
  void longLivedChild_isKnownByItsStart_onceItWasLookedFor() {
    clone3(SHELL, 1, 101);
    exec(101, SHELL, "daemon");
    proc.show(101, SHELL, now / TICK);
    waitFor(SpineEvents.LOOK_EVERY);
    giveAllPids();
    exec(101, SHELL, "again");
    assertThat(told()).containsExactly("100>101", "101=daemon", "101=again");
  }

  @Test
  void processThatNobodyHasToldOf_isAnUnknownOne_andWhoeverHadThePidIsOver() {
    exec(20_000, SHELL, "unheard");
    waitFor(SpineEvents.HOLD - 1);
    assertThat(told()).isEmpty();
    assertThat(spine.patience()).isLessThan(SpineEvents.HOLD);
    waitFor(1);
    assertThat(told()).as("also if it is not us who remember them").containsExactly("20000.", "20000=unheard");
    assertThat(events.of(Exited.class, 20_000)).singleElement()
        .satisfies(exited -> assertThat(exited.parentTgid()).isEqualTo(UNKNOWN_TID));
    exec(20_000, SHELL, "more");
    assertThat(told()).endsWith("20000=more");
  }

  @Test
  void recordsFromBeforeAClone_areOfSomebodyElse() {
    exec(101, SHELL, "before");
    fork(SHELL, 1, 101);
    exec(101, SHELL, "child");
    assertThat(told()).containsExactly("101.", "101=before", "100>101", "101=child");
  }

  @Test
  void oneThatHasGone_isForgottenAtTheSecondLook() {
    fork(SHELL, 1, 101);
    exec(101, SHELL, "killed");
    waitFor(SpineEvents.LOOK_EVERY);
    exec(101, SHELL, "late");
    assertThat(told()).endsWith("101=late");
    waitFor(SpineEvents.LOOK_EVERY);
    waitFor(SpineEvents.LOOK_EVERY);
    exec(101, SHELL, "other");
    waitFor(SpineEvents.HOLD);
    assertThat(told()).endsWith("101.", "101=other");
  }

  @Test
  void recordsThatWait_areBounded() {
    for (int pid = 1000; pid < 1000 + SpineEvents.MOST_HELD; pid++) {
      exec(pid, SHELL, "x");
      now -= MILLISECOND;
    }
    assertThat(told()).isEmpty();
    exec(30_000, SHELL, "last");
    assertThat(told()).containsExactly("1000.", "1000=x");
  }

  @Test
  void clonesThatNothingConfirms_areBounded() {
    for (int child = 1000; child <= 1000 + SpineEvents.MOST_CLONES; child++) {
      clone3(SHELL, 1, child);
    }
    exec(1000, SHELL, "first");
    exec(1001, SHELL, "second");
    assertThat(told()).containsExactly("100>1001", "1001=second");
  }

  @Test
  void syscallsThatSayNothing_areNothing() {
    record(Call.OTHER, SHELL, 1, "", 0, UNKNOWN);
    record(Call.EXIT, SHELL, 1, "", 0, UNKNOWN);
    record(Call.EXECVE, 0, 1, "", 0, UNKNOWN);
    fork(SHELL, 1, 0);
    assertThat(told()).isEmpty();
  }
}
