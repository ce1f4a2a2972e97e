package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.witness.Life;
import io.taskhistory.api.witness.TraceInstances;
import io.taskhistory.api.witness.TraceWitness;
import io.taskhistory.collector.children.Child;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The kernel goes on recording while the service is killed, stopped or suspended. With
 * {@code -Dtaskhistory.test.patience=true} it is away for as long as is promised, not only as long as it takes.
 */
@Tag("long")
class HoldQueueTest extends TracedTest {

  private static final boolean IS_PATIENT = Boolean.getBoolean("taskhistory.test.patience");
  private static final int KILLS = 20;
  private static final Duration SUSPENSION = Duration.ofSeconds(IS_PATIENT ? 30 : 10);

  /** Bytes a processor, for some seconds at the pace: it overflows where the service is suspended, and only there. */
  private static final String SMALL = "512K";

  private static Duration upTo(Random random, int millis) {
    return Duration.ofMillis(random.nextInt(millis));
  }

  private static void sleep(Duration time) throws InterruptedException {
    Thread.sleep(time.toMillis());
  }

  private static void assertNoLoss(LiveService service) {
    JsonNode status = service.status();
    assertThat(status.get("gap_count").asInt()).as("%s", status.get("gaps")).isZero();
    assertThat(status.get("sources").get(0).get("lost").asLong()).isZero();
  }

  @Test
  void kills_underLoad_loseNothing() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    LiveService service = traced();
    try {
      Paced paced = Paced.begin(this, service);
      for (int i = 0; i < KILLS; i++) {
        sleep(upTo(random, 1000));
        service.close(); // which kills
        sleep(upTo(random, IS_PATIENT ? 10_000 : i % 9 == 4 ? 4000 : 500));
        if (i % 5 == 3) {
          LiveService.startAndKill(upTo(random, 3000), home(), options("trace"));
        }
        service = traced();
      }
      paced.end(service);
      assertNoLoss(service);
      paced.assertWhole("killed, seed " + seed, service);
      ProcComparison.await(service);
    } finally {
      service.close();
    }
  }

  /** The service comes back, and is killed again, until all that is done has ended. */
  @Test
  void kills_amidAllThatMakesProcesses_loseNothing() throws Exception {
    Bustle bustle = new Bustle(this, 25_000, Bustle.EVERYTHING);
    LiveService service = traced();
    try (TraceWitness witness = TraceWitness.begin()) {
      Child keeper = keeper(bustle.command());
      int kills = 0;
      do {
        service.close(); // which kills
        service = traced();
        kills++;
      } while (Witness.stat(keeper.pid()).filter(stat -> !stat.isDead()).isPresent());
      assertThat(keeper.await()).isZero();
      Instant ended = Instant.now();
      List<Life> lives = witness.end().from(keeper.pid());
      service.awaitWatermark(ended);
      Differences.assertNone("killed " + kills + " times amid " + bustle, service, lives);
      assertNoLoss(service);
    } finally {
      service.close();
    }
  }

  @Test
  void suspension_underLoad_losesNothing() throws Exception {
    try (LiveService service = traced()) {
      Paced paced = Paced.begin(this, service);
      sleep(Duration.ofSeconds(1));
      service.signal("STOP");
      try {
        sleep(SUSPENSION);
      } finally {
        service.signal("CONT");
      }
      paced.end(service);
      assertNoLoss(service);
      paced.assertWhole("suspended", service);
      ProcComparison.await(service);
      service.stop();
    }
  }

  /** More than a journal has room for, to a service that keeps nothing yet; killed on the way, it goes on. */
  @Test
  void freshService_takesUpAllThatTheKernelHolds() throws Exception {
    traced().close(); // which kills
    Flood flood = Flood.begin(this, "50000");
    flood.await();
    Path fresh = directory.resolve("fresh");
    LiveService.startAndKill(Duration.ofSeconds(2), fresh, options("trace"));
    try (LiveService service = new LiveService(fresh, options("trace"))) {
      flood.awaitApplied(service);
      assertNoLoss(service);
      assertThat(service.items("/search?comm=" + Flood.NAME)).hasSize(flood.started())
          .allSatisfy(exec -> assertThat(exec.get("provenance").asText()).isEqualTo("observed"));
      ProcComparison.await(service);
      service.stop();
    }
  }

  /** Waits until nothing is left of what the kernel holds for the service, on no processor. */
  private void awaitOverwritten() {
    BooleanSupplier isOverwritten = TraceInstances.overwritten(instance());
    await().atMost(Duration.ofSeconds(60)).until(isOverwritten::getAsBoolean);
  }

  /** A gap of the status, on the monotonic clock. */
  private record Bounds(long from, long to) {

    /** The wall clock as the service tells it is exact to a millisecond. */
    private static final long INEXACT = 10_000_000;

    static Bounds of(JsonNode gap, long wallOfMonotonic) {
      return new Bounds(nanos(gap.get("from")) - wallOfMonotonic - INEXACT,
          nanos(gap.get("to")) - wallOfMonotonic + INEXACT);
    }

    private static long nanos(JsonNode time) {
      Instant instant = Instant.parse(time.asText());
      return instant.getEpochSecond() * 1_000_000_000 + instant.getNano();
    }
  }

  @Test
  void ringThatIsTooSmall_makesAnExactGap_thatIsRepaired() throws Exception {
    try (LiveService service = traced("--trace-buffer", SMALL)) {
      Upheaval upheaval = new Upheaval(this, service);
      long begun = System.nanoTime(); // which is the monotonic clock here
      Paced paced = Paced.begin(this, service);
      service.signal("STOP");
      try {
        awaitOverwritten();
        upheaval.happen();
        awaitOverwritten();
      } finally {
        service.signal("CONT");
      }
      ProcComparison.await(service);
      long repaired = System.nanoTime();
      sleep(Duration.ofSeconds(2));
      paced.end(service);

      JsonNode status = service.status();
      assertThat(status.get("sources").get(0).get("lost").asLong()).isEqualTo(TraceInstances.overrun(instance()));
      assertThat(status.get("gaps")).extracting(gap -> gap.get("cause").asText()).containsOnly("overflow");
      assertThat(status.get("gaps")).extracting(gap -> gap.get("lost").asLong())
          .satisfies(lost -> assertThat(lost.stream().mapToLong(Long::longValue).sum())
              .isEqualTo(TraceInstances.overrun(instance())));

      Map<Paced.Start, JsonNode> execs = paced.execs(service);
      JsonNode any = execs.values().iterator().next();
      List<Bounds> gaps = gaps(status, Bounds.nanos(any.get("start")) - Paced.nanos(any.get("mono").asText()));
      assertThat(gaps).as("what was known before, and after, is in none")
          .allSatisfy(gap -> assertThat(gap.from).isGreaterThan(begun - Bounds.INEXACT))
          .allSatisfy(gap -> assertThat(gap.to).isLessThan(repaired + Bounds.INEXACT));
      assertThat(paced.starts()).filteredOn(start -> !execs.containsKey(start)).isNotEmpty()
          .allSatisfy(start -> assertThat(gaps).as("%s is in a gap", start)
              .anyMatch(gap -> start.isOver(gap.from, gap.to)));
      paced.assertNothingWrong(service, execs);
      paced.assertRight("after the gap", service, execs,
          paced.starts().stream().filter(start -> start.before() > repaired).toList());
      upheaval.check(service);
      service.stop();
    }
  }

  private static List<Bounds> gaps(JsonNode status, long wallOfMonotonic) {
    return status.get("gaps").valueStream().map(gap -> Bounds.of(gap, wallOfMonotonic)).toList();
  }

  @Test
  void release_removesTheInstance() throws Exception {
    try (LiveService service = traced()) {
      assertThat(TraceInstances.path(instance())).isDirectory();
      service.stop();
    }
    assertThat(TraceInstances.path(instance())).as("it goes on recording").isDirectory();
    Machinery.Outcome outcome = Machinery.run(Machinery.command("--data-dir", home().resolve("data").toString(), "run",
        "--release", "--trace-instance", instance()));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(TraceInstances.path(instance())).doesNotExist();
  }
}
