package io.taskhistory.api.enrich;

import static io.taskhistory.api.enrich.Resolver.Outcome.AMBIGUOUS;
import static io.taskhistory.api.enrich.Resolver.Outcome.FOUND;
import static io.taskhistory.api.enrich.Resolver.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.api.enrich.Resolver.Outcome;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ResolverTest {

  private static final long MS = 1_000_000;
  private static final long TICK = 4 * MS;
  /** Some time, on the monotonic clock. */
  private static final long T = 200 * Scene.SECOND;
  private static final int PID = 6000;

  private final Scene scene = new Scene();
  private final Task shell = scene.reader().task(3787).orElseThrow();
  private final Task daemon = scene.reader().task(3767).orElseThrow();
  private final Question question = new Question();
  private Resolver resolver;

  private ResolverTest() {
    scene.commit(300 * Scene.SECOND);
    resolver = resolver();
    question.ppid = Question.NO_PID;
    question.isOwn = true;
    question.pid = PID;
  }

  private Resolver resolver() {
    return new Resolver(scene.reader(), scene.collector, TICK);
  }

  private Task process(Task creator, long start) {
    return scene.process(PID, start, creator.entryAt(start), creator);
  }

  private Task exec(Task task, long time, String name) {
    task.enter(scene.entry(task.entry(), time, task.tid(), name, Provenance.OBSERVED));
    task.rename(RawText.of(name));
    scene.writer().save(task);
    return task;
  }

  private void commit() {
    scene.commit(300 * Scene.SECOND);
  }

  private Outcome ask(long stamp, String comm) {
    return askByWall(scene.reader().boot().wallAt(stamp), comm);
  }

  private Outcome askByWall(long stamp, String comm) {
    question.stamp = stamp;
    question.comm = comm.isEmpty() ? RawText.UNKNOWN : RawText.of(comm);
    return resolver.resolve(question);
  }

  private Outcome askExec(long stamp, String comm) {
    question.isExec = true;
    Outcome outcome = ask(stamp, comm);
    question.isExec = false;
    return outcome;
  }

  private String found() {
    return Objects.requireNonNull(resolver.entry()).toString();
  }

  @Test
  void task_thatForkedWithinTheTick_isFound() {
    scene.end(process(shell, T), T + 100_000, 0);
    commit();
    for (long early : new long[] {-4 * MS, 0, MS, 4 * MS, 6 * MS}) {
      assertThat(ask(T - early, "bash")).as("%d", early).isEqualTo(FOUND);
      assertThat(found()).startsWith("bash(3787@");
    }
    assertThat(ask(T - 6 * MS - 1, "bash")).isEqualTo(UNKNOWN);
    assertThat(ask(T + 4 * MS + 100_000, "bash")).isEqualTo(UNKNOWN);
  }

  @Test
  void pid_reusedWithinTheTick_isToldApartByName() {
    scene.end(exec(process(shell, T - Scene.SECOND), T - Scene.SECOND / 2, "old"), T - MS, 0);
    exec(process(shell, T + MS), T + 2 * MS, "new");
    commit();
    assertThat(ask(T, "old")).isEqualTo(FOUND);
    assertThat(found()).startsWith("old(");
    assertThat(ask(T, "new")).isEqualTo(FOUND);
    assertThat(found()).startsWith("new(");
    assertThat(ask(T, "bash")).isEqualTo(FOUND); // the second, before its exec
    assertThat(found()).startsWith("bash(");
    assertThat(ask(T, "thread")).isEqualTo(AMBIGUOUS);
    assertThat(ask(T, "")).isEqualTo(AMBIGUOUS);
    assertThat(ask(T + 5 * MS, "thread")).isEqualTo(FOUND);
    assertThat(found()).startsWith("new(");
    assertThat(ask(T - 10 * MS, "thread")).isEqualTo(FOUND);
    assertThat(found()).startsWith("old(");
  }

  @Test
  void pid_reusedWithinTheTickByOneOfTheSameName_isToldApartByItsParent() {
    scene.end(exec(process(shell, T - Scene.SECOND), T - Scene.SECOND / 2, "same"), T - MS, 0);
    exec(process(daemon, T + MS), T + 1, "same");
    commit();
    assertThat(ask(T, "same")).isEqualTo(AMBIGUOUS);
    question.ppid = 3787;
    assertThat(ask(T, "same")).isEqualTo(FOUND);
    assertThat(found()).contains("@" + (T - Scene.SECOND / 2));
    question.ppid = 3767;
    assertThat(ask(T, "same")).isEqualTo(FOUND);
    assertThat(found()).contains("@" + (T + 1));
    question.ppid = 1;
    assertThat(ask(T, "same")).isEqualTo(AMBIGUOUS);
    question.ppid = 3767;
    assertThat(ask(T, "other")).isEqualTo(AMBIGUOUS);
    assertThat(ask(T, "")).isEqualTo(FOUND);
  }

  @Test
  void exec_withinTheTick_isBeforeOrAfterByName() {
    exec(process(shell, T), T + 2 * MS, "ls");
    commit();
    assertThat(ask(T, "bash")).isEqualTo(FOUND);
    assertThat(found()).startsWith("bash(");
    assertThat(ask(T, "ls")).isEqualTo(FOUND);
    assertThat(found()).startsWith("ls(");
    assertThat(ask(T, "thread")).isEqualTo(AMBIGUOUS);
    assertThat(ask(T, "")).isEqualTo(AMBIGUOUS);
    assertThat(ask(T + 4 * MS, "thread")).isEqualTo(FOUND);
    assertThat(found()).startsWith("ls(");
  }

  @Test
  void exec_afterALateTick_isDoubted() {
    exec(exec(process(shell, T - Scene.SECOND), T - Scene.SECOND / 2, "env"), T + 20 * MS, "ls");
    commit();
    assertThat(ask(T, "ls")).isEqualTo(AMBIGUOUS);
    assertThat(ask(T, "thread")).isEqualTo(FOUND);
    assertThat(found()).startsWith("env(");
  }

  @Test
  void exec_asAnEvent_getsTheHistoryAfterIt() {
    exec(exec(process(shell, T - MS), T + MS, "env"), T + 2 * MS, "ls");
    commit();
    for (String name : new String[] {"env", "ls"}) {
      assertThat(askExec(T, name)).isEqualTo(FOUND);
      assertThat(found()).startsWith(name + "(");
    }
    assertThat(askExec(T, "bash")).isEqualTo(AMBIGUOUS);
    assertThat(askExec(T, "")).isEqualTo(AMBIGUOUS);
  }

  @Test
  void exec_thatTookLong_isFoundByItsBeginning() {
    exec(exec(process(shell, T - Scene.SECOND), T - Scene.SECOND / 2, "env"), T + 3 * Scene.SECOND, "ls");
    commit();
    assertThat(askExec(T, "ls")).isEqualTo(FOUND);
    assertThat(found()).startsWith("ls(");
    assertThat(askExec(T + 4 * Scene.SECOND, "ls")).isEqualTo(AMBIGUOUS);
    assertThat(askExec(T - 20 * Scene.SECOND, "ls")).isEqualTo(UNKNOWN);
  }

  @Test
  void execs_ofTheSameName_areToldApartByTheirOrder() {
    Task task = exec(exec(process(shell, T), T + MS, "sh"), T + 3 * MS, "sh");
    exec(task, T + Scene.SECOND, "sh");
    commit();
    assertThat(askExec(T, "sh")).isEqualTo(AMBIGUOUS);
    question.serial = 10;
    assertThat(ask(T, "bash")).isEqualTo(FOUND);
    question.serial = 11;
    assertThat(askExec(T, "sh")).isEqualTo(AMBIGUOUS);
    question.serial = 12;
    assertThat(askExec(T + Scene.SECOND - MS, "sh")).isEqualTo(FOUND);
    assertThat(found()).contains("@" + (T + Scene.SECOND));
    question.serial = 13;
    assertThat(ask(T + Scene.SECOND - MS, "sh")).isEqualTo(FOUND);
    assertThat(found()).contains("@" + (T + Scene.SECOND));
    question.serial = 9;
    assertThat(ask(T + Scene.SECOND - MS, "sh")).isEqualTo(AMBIGUOUS);
  }

  @Test
  void exec_beforeTheServiceStarted_isTheOneSeenIfItsNameIsTheSame() {
    Task task = process(shell, T);
    task.enter(scene.entry(shell.entry(), T, PID, "python3", Provenance.SNAPSHOT));
    scene.writer().save(task);
    commit();
    assertThat(askExec(T + Scene.SECOND, "python3")).isEqualTo(FOUND);
    assertThat(askExec(T + Scene.SECOND, "sh")).isEqualTo(AMBIGUOUS);
  }

  @Test
  void tid_ofAThread_hasItsProcessesHistory() {
    question.pid = 3788;
    assertThat(ask(T, "worker")).isEqualTo(FOUND);
    assertThat(found()).startsWith("bash(3787@");
  }

  @Test
  void task_ofAnEarlierBoot_isFound() {
    question.pid = 1;
    assertThat(askByWall(Scene.wall("2023-08-01T00:30:00Z"), "oldinit")).isEqualTo(FOUND);
    assertThat(found()).startsWith("oldinit(");
    assertThat(askByWall(Scene.wall("2023-08-01T01:00:01Z"), "oldinit")).isEqualTo(UNKNOWN);
    assertThat(askByWall(Scene.wall("2023-07-01T00:30:00Z"), "oldinit")).isEqualTo(UNKNOWN);
    assertThat(askByWall(0, "")).isEqualTo(UNKNOWN);
    assertThat(askByWall(Long.MAX_VALUE - 1, "")).isEqualTo(UNKNOWN);
  }

  @Test
  void time_notReached_isUnknown() {
    question.pid = 3787;
    assertThat(ask(300 * Scene.SECOND, "bash")).isEqualTo(FOUND);
    assertThat(ask(300 * Scene.SECOND + 2 * MS, "bash")).isEqualTo(UNKNOWN);
    assertThat(scene.collector.waits).hasValue(1);
    resolver.moreCame();
    assertThat(ask(301 * Scene.SECOND, "bash")).isEqualTo(UNKNOWN);
    assertThat(scene.collector.waits).hasValue(2);
  }

  @Test
  void clock_setBack_letsBothTimesBeMeant() {
    Task before = exec(process(shell, T), T + Scene.SECOND, "before");
    scene.end(before, T + 20 * Scene.SECOND, 0);
    long wall = scene.reader().boot().wallAt(T + 10 * Scene.SECOND);
    ClockLedger clock = scene.writer().boot().clock();
    long offset = clock.rows().get(1).wallOffset() - 40 * Scene.SECOND;
    ClockLedger.Row set = new ClockLedger.Row(T + 30 * Scene.SECOND, offset, 0);
    assertThat(clock.observe(set)).isTrue();
    scene.writer().clock(set);
    commit();
    resolver = resolver();
    assertThat(askByWall(wall, "before")).isEqualTo(FOUND); // at the second time nobody held the pid
    exec(process(daemon, T + 40 * Scene.SECOND), T + 41 * Scene.SECOND, "after");
    commit();
    assertThat(askByWall(wall, "before")).isEqualTo(FOUND);
    assertThat(found()).startsWith("before(");
    assertThat(askByWall(wall, "after")).isEqualTo(FOUND);
    assertThat(found()).startsWith("after(");
    assertThat(askByWall(wall, "thread")).isEqualTo(AMBIGUOUS);
    question.pid = 3787;
    assertThat(askByWall(wall, "bash")).isEqualTo(FOUND); // at both times the same
    question.pid = 3788;
    assertThat(askByWall(wall, "worker")).isEqualTo(FOUND);
  }

  @Test
  void process_thatIsConcerned_isFoundByItsOwnName() {
    question.isOwn = false;
    Entry entry = exec(process(shell, T), T + 2 * MS, "victim").entry();
    commit();
    assertThat(ask(T + MS, "victim")).isEqualTo(FOUND);
    assertThat(resolver.entry()).isNotNull().extracting(Entry::time).isEqualTo(entry.time());
    assertThat(ask(T + MS, "")).isEqualTo(AMBIGUOUS);
    question.pid = 6001;
    assertThat(ask(T, "victim")).isEqualTo(UNKNOWN);
  }
}
