package io.taskhistory.collector.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.tracking.TrackingSimulationTest.Checker;
import io.taskhistory.collector.tracking.TrackingSimulationTest.Spine;
import io.taskhistory.collector.tracking.TrackingSimulationTest.Tally;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A simulated kernel whose source drops events and says nothing of it. What is live in the end is known, whatever was
 * dropped, and no history is wrong. And where nothing is dropped nothing is found, also where losses are told.
 */
class SelfCheckSimulationTest {

  private static final int SEEDS = 60;
  private static final int ROUNDS = 4;
  private static final int STEPS_A_REST = 300;
  private static final long AGAIN = 30_000_000;

  private final Tally tally = new Tally();
  private final Map<String, Long> findings = new TreeMap<>();
  private long found;
  private long repaired;
  private long dropped;
  private long compared;

  @ParameterizedTest
  @CsvSource({"TRACE, 0.005", "TRACE, 0.03", "CONNECTOR, 0.005", "CONNECTOR, 0.03"})
  void eventsDroppedSilently_areFoundAndRepaired(Spine spine, double dropRate) throws InterruptedException {
    runAll(spine, 0, dropRate);
    assertThat(found).isPositive();
    assertThat(repaired).isEqualTo(found);
    assertThat(dropped).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"TRACE, 0", "TRACE, 0.02", "CONNECTOR, 0", "CONNECTOR, 0.02"})
  void nothingDroppedSilently_findsNothing(Spine spine, double lossRate) throws InterruptedException {
    runAll(spine, lossRate, 0);
    assertThat(found).isZero();
    assertThat(tally.doubtless).isPositive();
  }

  private void runAll(Spine spine, double lossRate, double dropRate) throws InterruptedException {
    long only = TrackingSimulationTest.ONLY;
    for (long seed = Math.max(only, 0); seed < (only < 0 ? SEEDS : only + 1); seed++) {
      run(seed, spine, lossRate, dropRate);
    }
    System.out.printf("%s, told loss rate %.3f, silent %.3f: %d dropped, %d comparisons, found %s, repaired %d; %s%n",
        spine, lossRate, dropRate, dropped, compared, findings, repaired, tally);
  }

  private void run(long seed, Spine spine, double lossRate, double dropRate) throws InterruptedException {
    boolean exact = spine == Spine.TRACE;
    SimulatedKernel kernel = new SimulatedKernel(seed, lossRate, exact);
    Random random = new Random(~seed);
    for (int i = random.nextInt(60); i > 0; i--) {
      kernel.step();
    }
    RecordingWriter writer = new RecordingWriter();
    Tracking[] itself = new Tracking[1];
    Patrol.Rest rest = nanos -> pass(kernel, itself[0], random.nextInt(STEPS_A_REST));
    Tracking tracking = new Tracking(new Tracking.Setup(writer, kernel, kernel, kernel::now,
        SimulatedKernel.TICKS_PER_SECOND, 500, 2000), () -> { }, new Patrol.Pace(1, 8, 8, 1, AGAIN, rest));
    itself[0] = tracking;
    long begun = kernel.subscribe();
    tracking.follow("simulated", exact);
    tracking.reconcile(looked -> TrackingSimulationTest.drainTo(kernel, tracking, looked));
    kernel.dropSilently(dropRate);
    for (int round = 0; round < ROUNDS; round++) {
      tracking.selfCheck().patrol().round();
      writer.commit(0);
    }
    TrackingSimulationTest.settle(kernel, tracking);
    for (int round = 0; round < 4; round++) {
      tracking.selfCheck().patrol().round();
      pass(kernel, tracking, 2 * STEPS_A_REST);
    }
    new Checker(seed, kernel, writer, begun, lossRate > 0 || dropRate > 0, exact, tally).checkAll();
    CheckStats stats = tracking.checked();
    stats.findings().forEach((kind, count) -> findings.merge(kind, count, Long::sum));
    long here = stats.findings().values().stream().mapToLong(count -> count).sum();
    assertThat(dropRate > 0 || here == 0).as(() -> "seed " + seed + ": " + stats.last() + "\n"
        + kernel.logOf(Integer.parseInt(stats.last().split(" ")[1]))).isTrue();
    found += here;
    repaired += stats.repaired();
    compared += stats.compared();
    dropped += kernel.dropped;
    tally.losses += kernel.losses;
    tally.gaps += writer.gaps.size();
  }

  private static void pass(SimulatedKernel kernel, Tracking tracking, int steps) {
    for (int i = 0; i < steps; i++) {
      kernel.step();
      if (i % 20 == 0) {
        TrackingSimulationTest.drain(kernel, tracking);
      }
      if (tracking.wantsReconciling()) {
        tracking.reconcile(looked -> TrackingSimulationTest.drainTo(kernel, tracking, looked));
      }
    }
  }
}
