package io.taskhistory.api.ask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.api.Scene;
import io.taskhistory.api.SteppedClockScene;
import io.taskhistory.api.SteppedClockScene.Stamp;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Questions by the wall clock, where it was set meanwhile. */
class SteppedClockTest {

  private static final int SEEDS = 300;

  private final Scene scene = new Scene();

  private Found ask(String tid, long wall) {
    return Inquiry.about(scene.reader(), scene.collector, Rfc3339.writeSeconds(wall), null).task(tid);
  }

  private void set(long time, long offset) {
    ClockLedger.Row row = new ClockLedger.Row(time, offset, 0);
    assertThat(scene.writer().boot().clock().observe(row)).isTrue();
    scene.writer().clock(row);
  }

  @Test
  void stamps_ofAClockThatIsSetAtRandom_findTheirTaskOrAreToldAmbiguous() {
    int right = 0;
    int told = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      SteppedClockScene host = new SteppedClockScene(seed);
      for (Stamp stamp : host.stamps) {
        String wall = Rfc3339.writeSeconds(stamp.wall());
        try {
          Found found =
              Inquiry.about(host.reader(), host.collector, wall, null).task(Integer.toString(stamp.task().tid()));
          assertThat(found.task().id()).as("seed %d, %s", seed, stamp).isEqualTo(stamp.task().id());
          assertThat(found.task().entryAt(found.time()).time()).as("seed %d, %s", seed, stamp)
              .isEqualTo(stamp.entry().time());
          right++;
        } catch (Refusal refusal) {
          assertThat(refusal.kind()).as("seed %d, %s: %s", seed, stamp, refusal.detail())
              .isEqualTo(Refusal.Kind.AMBIGUOUS_TIME);
          told++;
        }
        Found found = Inquiry.about(host.reader(), host.collector, "mono:" + Rfc3339.writeSeconds(stamp.time()), null)
            .task(Integer.toString(stamp.task().tid()));
        assertThat(found.task().id()).isEqualTo(stamp.task().id());
      }
    }
    System.out.println("stamps of a clock that is set at random: right " + right + ", told ambiguous " + told);
    assertThat(right).isGreaterThan(told);
  }

  @Test
  void task_timeThatWasTwiceAndTwoHolders_isRefusedWithBothMoments() {
    long offset = scene.reader().boot().clock().last().wallOffset();
    // Pid 3900 was one process until 160 s after boot, and another from 170 s on.
    set(200 * Scene.SECOND, offset - 100 * Scene.SECOND);
    scene.commit(300 * Scene.SECOND);
    assertThatThrownBy(() -> ask("3900", offset + 150 * Scene.SECOND))
        .asInstanceOf(InstanceOfAssertFactories.type(Refusal.class))
        .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.AMBIGUOUS_TIME))
        .satisfies(refusal -> assertThat(refusal.detail())
            .contains("2 times")
            .contains("mono:250.000000000 (boot bbbbbbbb), or mono:150.000000000 (boot bbbbbbbb)"));
    assertThat(ask("3787", offset + 150 * Scene.SECOND).task().tid()).as("the same at both").isEqualTo(3787);
    // Nobody held it the second time.
    assertThat(ask("4001", offset + 155 * Scene.SECOND).task().tid()).isEqualTo(4001);
    Task first = scene.reader().task(3900, new Moment(scene.reader().boot(), 150 * Scene.SECOND))
        .orElseThrow();
    assertThat(ask(first.id().toString(), offset + 150 * Scene.SECOND).task().id()).isEqualTo(first.id());
  }

  @Test
  void onlyTask_whileThatWasTwice_isWhoeverAloneHeldTheTidInBoth() {
    long offset = scene.reader().boot().clock().last().wallOffset();
    set(200 * Scene.SECOND, offset - 100 * Scene.SECOND);
    scene.commit(300 * Scene.SECOND);
    Inquiry inquiry = Inquiry.now(scene.reader(), scene.collector);
    String from = Rfc3339.writeSeconds(offset + 150 * Scene.SECOND);
    String to = Rfc3339.writeSeconds(offset + 151 * Scene.SECOND);
    assertThat(inquiry.onlyTask(3787, from, to, null).time()).isEqualTo(251 * Scene.SECOND);
    assertThat(inquiry.onlyTask(4001, from, to, null).task().start()).isEqualTo(150 * Scene.SECOND);
    assertThatThrownBy(() -> inquiry.onlyTask(3900, from, to, null)).hasMessageContaining("2 tasks");
    assertThatThrownBy(() -> inquiry.onlyTask(3787, from, "mono:151", null)).hasMessageContaining("same clock");
    assertThat(inquiry.onlyTask(3900, "mono:150", "mono:151", null).task().start()).isEqualTo(142 * Scene.SECOND);
  }

  @Test
  void task_timeThatIsStillToComeAgain_isTheOneThatWas() {
    long offset = scene.reader().boot().clock().last().wallOffset();
    set(200 * Scene.SECOND, offset - 100 * Scene.SECOND);
    scene.commit(220 * Scene.SECOND);
    Found found = ask("3900", offset + 150 * Scene.SECOND);
    assertThat(found.time()).isEqualTo(150 * Scene.SECOND);
    assertThat(found.task().start()).isEqualTo(142 * Scene.SECOND);
  }

  @Test
  void task_timeThatNeverWas_isRefusedWithTheMomentOfTheStep() {
    long offset = scene.reader().boot().clock().last().wallOffset();
    set(200 * Scene.SECOND, offset + 3600 * Scene.SECOND);
    scene.commit(300 * Scene.SECOND);
    assertThatThrownBy(() -> ask("3787", offset + 1000 * Scene.SECOND))
        .asInstanceOf(InstanceOfAssertFactories.type(Refusal.class))
        .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NO_SUCH_TASK))
        .satisfies(refusal -> assertThat(refusal.detail()).contains("never showed")
            .contains("mono:200.000000000 (boot bbbbbbbb)"));
    assertThat(ask("3787", offset + 3601 * Scene.SECOND + 200 * Scene.SECOND).time()).isEqualTo(201 * Scene.SECOND);
  }

  @Test
  void task_timeOfTwoBoots_isRefusedWithBoth() {
    // The clock goes back to the time of the earlier boot, in which pid 1 was another.
    set(200 * Scene.SECOND, Scene.wall("2023-08-01T00:10:00Z") - 200 * Scene.SECOND);
    scene.commit(300 * Scene.SECOND);
    assertThatThrownBy(() -> ask("1", Scene.wall("2023-08-01T00:11:00Z")))
        .asInstanceOf(InstanceOfAssertFactories.type(Refusal.class))
        .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.AMBIGUOUS_TIME))
        .satisfies(refusal -> assertThat(refusal.detail()).contains("(boot aaaaaaaa)").contains("(boot bbbbbbbb)"));
    assertThat(ask("3787", Scene.wall("2023-08-01T00:11:00Z")).time()).isEqualTo(260 * Scene.SECOND);
  }

  @Test
  void searchTimes_clockSetBack_leaveNothingOutAndNothingElseIn() {
    long offset = scene.reader().boot().clock().last().wallOffset();
    set(200 * Scene.SECOND, offset - 100 * Scene.SECOND);
    SearchTimes times = Inquiry.now(scene.reader(), scene.collector)
        .searchTimes(Rfc3339.writeSeconds(offset + 150 * Scene.SECOND), Rfc3339.writeSeconds(offset + 160 * Scene.SECOND));
    assertThat(times.from()).isNotNull().extracting(moment -> moment.time()).isEqualTo(150 * Scene.SECOND);
    assertThat(times.to()).isNotNull().extracting(moment -> moment.time()).isEqualTo(260 * Scene.SECOND);
    for (long in : new long[] {150, 159, 250, 259}) {
      assertThat(times.include(scene.reader().boot(), in * Scene.SECOND)).as("%d", in).isTrue();
    }
    for (long out : new long[] {149, 160, 199, 200, 249, 260}) {
      assertThat(times.include(scene.reader().boot(), out * Scene.SECOND)).as("%d", out).isFalse();
    }
  }
}
