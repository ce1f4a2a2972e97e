package io.taskhistory.collector.tracking;

import static io.taskhistory.collector.tracking.ScriptedProc.TICK;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Entry;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tid that goes from one task to another without a word of either's: whose children are whose. */
class MistakenKinTest {

  private static final long SECOND = 1_000_000_000L;

  /** Those that the kernel gives again: none of them is below RESERVED_PIDS. */
  private static final int TID = 305;
  private static final int CHILD = 306;
  private static final int RIGHTFUL = 307;

  private final ScriptedProc proc = new ScriptedProc();
  private final RecordingWriter writer = new RecordingWriter();
  private final Tracking tracking = new Tracking(new Tracking.Setup(writer, proc, proc, proc::now, 100, 500, 2000),
      () -> { }, new Patrol.Pace(1, 1, 1, 1, SECOND, nanos -> pass()));

  @BeforeEach
  void start() {
    proc.show(1, 0, TICK, "init", 11);
    tracking.follow("scripted", true);
    tracking.reconcile(looked -> drainTo(looked + 1));
    proc.now += TICK;
  }

  @AfterEach
  void stop() {
    tracking.selfCheck().patrol().close();
  }

  private void drainTo(long time) {
    proc.now = time;
    tracking.drained(time, -1);
  }

  private void pass() {
    drainTo(proc.now + SECOND);
    if (tracking.wantsReconciling()) {
      tracking.reconcile(looked -> drainTo(looked + 1));
    }
  }

  private void cloned(int caller, int child, String comm) {
    tracking.events().cloned(proc.now, caller, false, child, child, 0, RawText.of(comm));
  }

  private void execed(int tid, String name) {
    tracking.events().execed(proc.now, tid, tid, RawText.of(name), RawText.UNKNOWN);
  }

  private Task task(int tid) {
    return requireNonNull(writer.live().get(tid));
  }

  private static List<String> namesOf(Task task) {
    List<String> names = new ArrayList<>();
    for (Entry entry = task.entry(); !entry.isRoot(); entry = requireNonNull(entry.parent())) {
      names.add(0, entry.name() + " " + entry.provenance());
    }
    return names;
  }

  @Test
  void children_ofTheNextHolder_areNotTheFormers() throws InterruptedException {
    cloned(1, TID, "init");
    proc.show(TID, 1, proc.now, "former", 55);
    execed(TID, "former");
    Task former = task(TID);
    proc.now += TICK;
    cloned(TID, RIGHTFUL, "former");
    proc.show(RIGHTFUL, TID, proc.now, "former", 55);
    Task rightful = task(RIGHTFUL);
    proc.now += TICK;
    tracking.selfCheck().patrol().round();

    proc.now += 50 * TICK;
    proc.show(TID, 1, proc.now, "latter", 56); // the end of the one and the start of the other are not told
    proc.show(RIGHTFUL, 1, rightful.start(), "former", 55);
    execed(TID, "latter");
    proc.now += 2 * TICK;
    cloned(TID, CHILD, "latter");
    proc.show(CHILD, TID, proc.now, "child", 66);
    execed(CHILD, "child");
    Task child = task(CHILD);
    assertThat(namesOf(child)).containsExactly("init SNAPSHOT", "former OBSERVED", "latter OBSERVED", "child OBSERVED");

    for (int round = 0; round < 3; round++) {
      tracking.selfCheck().patrol().round();
    }
    assertThat(former.isLive()).isFalse();
    assertThat(namesOf(former)).containsExactly("init SNAPSHOT", "former OBSERVED");
    assertThat(namesOf(task(TID))).containsExactly("init SNAPSHOT", "latter SNAPSHOT");
    assertThat(task(CHILD)).isSameAs(child);
    assertThat(namesOf(child)).containsExactly("init SNAPSHOT", "latter SNAPSHOT", "child SNAPSHOT");
    assertThat(child.creator()).isEmpty();
    assertThat(child.doubts().gaps()).isNotEmpty();
    assertThat(namesOf(rightful)).containsExactly("init SNAPSHOT", "former OBSERVED");
    assertThat(tracking.checked().findings()).containsEntry("ended", 1L);
    assertThat(tracking.checked().repaired()).isEqualTo(1);
  }
}
