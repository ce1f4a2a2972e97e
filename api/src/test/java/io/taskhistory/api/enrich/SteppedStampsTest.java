package io.taskhistory.api.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.SteppedClockScene;
import io.taskhistory.api.SteppedClockScene.Stamp;
import io.taskhistory.history.Entry;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Records of an audit log that was written while the clock was set at random. */
class SteppedStampsTest {

  private static final int SEEDS = 300;
  private static final long MS = 1_000_000;
  private static final long TICK = 4 * MS;

  @Test
  void records_ofAClockThatIsSetAtRandom_getTheirHistoryOrNone() {
    int[] outcomes = new int[Resolver.Outcome.values().length];
    for (int seed = 0; seed < SEEDS; seed++) {
      SteppedClockScene host = new SteppedClockScene(seed);
      Resolver resolver = new Resolver(host.reader(), host.collector, TICK);
      Question question = new Question();
      question.ppid = Question.NO_PID;
      question.isOwn = true;
      for (Stamp stamp : host.stamps) {
        question.pid = stamp.task().tid();
        question.stamp = Math.floorDiv(stamp.wall(), TICK) * TICK;
        question.comm = stamp.entry().name();
        question.serial++;
        Resolver.Outcome outcome = resolver.resolve(question);
        outcomes[outcome.ordinal()]++;
        assertThat(outcome).as("seed %d, %s", seed, stamp).isNotEqualTo(Resolver.Outcome.UNKNOWN);
        if (outcome == Resolver.Outcome.FOUND) {
          Entry entry = Objects.requireNonNull(resolver.entry());
          assertThat(entry.time()).as("seed %d, %s", seed, stamp).isEqualTo(stamp.entry().time());
        }
      }
    }
    System.out.println("records of a clock that is set at random: " + Arrays.toString(Resolver.Outcome.values()) + " "
        + Arrays.toString(outcomes));
    assertThat(outcomes[0]).isGreaterThan(outcomes[1]);
  }
}
