package io.taskhistory.collector.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.ClockLedger.Row;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whether a task that /proc shows is the one that an event told of, on a machine that sleeps now and then. */
class StartTimesTest {

  private static final long S = 1_000_000_000L;
  private static final int HZ = 100;
  private static final long TICK = S / HZ;
  private static final String ID = "01234567-89ab-cdef-0123-456789abcdef";

  private static Tracked tracked(ClockLedger ledger, long start) {
    return new Tracked(Task.leader(new Boot(0, ID, 0, ledger), 100, start, Entry.root(Provenance.OBSERVED)), 0);
  }

  @Test
  void task_bornRightAfterAResumeThatNobodyHasNoticedYet_isItself() {
    ClockLedger ledger = new ClockLedger(List.of(new Row(0, 0, 0), new Row(50 * S, 30 * S, 30 * S, 49 * S)));
    StartTimes starts = new StartTimes(ledger, HZ);
    Tracked task = tracked(ledger, 49 * S + S / 2);
    assertThat(starts.isSame(task, 7950)).as("after the machine woke").isTrue();
    assertThat(starts.isSame(task, 4950)).as("before it slept").isTrue();
    assertThat(starts.isSame(task, 6000)).isFalse();
    assertThat(starts.isSame(tracked(ledger, 48 * S), 7800)).isFalse();
    assertThat(starts.isSameOrBefore(task.task.start(), 7950, 0)).isTrue();
    assertThat(starts.isSameOrBefore(task.task.start(), 7900, S / 2)).as("told late").isTrue();
    assertThat(starts.isSameOrBefore(task.task.start(), 7900, S / 4)).isFalse();
    assertThat(starts.ofTicks(7950)).isEqualTo(49 * S + S / 2);
    assertThat(starts.isBefore(7950, 49 * S + S / 2 + 3 * TICK)).as("it is not certain").isFalse();
    assertThat(starts.isBefore(7950, 50 * S)).isTrue();
  }

  @Test
  void task_ofTheFirstSecondsOfABoot_isItselfThoughItsTimeIsSomeTicksOff() {
    StartTimes starts = new StartTimes(new ClockLedger(List.of(new Row(0, 0, 0))), HZ);
    assertThat(starts.isSameOrBefore(300_000_000L, 34, 0)).as("by its time").isFalse();
    assertThat(starts.isOfBoot(16, 300_000_000L, 34)).isTrue();
    assertThat(starts.isOfBoot(16, 300_000_000L, 6000)).as("a minute later").isFalse();
    assertThat(starts.isOfBoot(300, 300_000_000L, 34)).as("a tid that comes again").isFalse();
  }

  /** As the kernel counts: whole ticks of a clock that went on while the machine slept. */
  @Test
  void tasks_ofAMachineThatSleepsAtRandom_areThemselvesAndNobodyElse() {
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ClockLedger ledger = new ClockLedger(List.of(new Row(0, 0, 0)));
      List<long[]> born = new ArrayList<>();
      long now = S;
      long slept = 0;
      long looked = 0;
      boolean noticed = true;
      for (int i = 0; i < 300; i++) {
        now += random.nextLong(TICK, S);
        switch (random.nextInt(10)) {
          // It does not sleep again before anybody has run.
          case 0 -> {
            slept += noticed ? random.nextLong(S, 10_000 * S) : 0;
            noticed = false;
          }
          case 1, 2, 3 -> {
            ledger.observe(new Row(now, slept, slept).after(ledger.last(), looked));
            looked = now;
            noticed = true;
          }
          default -> born.add(new long[] {now, (now + slept) / TICK});
        }
      }
      ledger.observe(new Row(now + 1, slept, slept).after(ledger.last(), looked));
      StartTimes starts = new StartTimes(ledger, HZ);
      for (long[] one : born) {
        assertThat(starts.isSame(tracked(ledger, one[0]), one[1])).as("seed %d, %d", seed, one[0]).isTrue();
        assertThat(starts.isSame(tracked(ledger, Math.max(1, one[0] - 40_000 * S)), one[1])).isFalse();
      }
    }
  }
}
