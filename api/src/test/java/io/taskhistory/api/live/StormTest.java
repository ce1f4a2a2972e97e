package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A fork storm for as long as {@code -Dtaskhistory.storm} says in seconds: nothing is lost, and neither the heap nor what
 * waits to be kept grows with its length.
 */
@Tag("long")
class StormTest extends TracedTest {

  private static final int SECONDS = Integer.getInteger("taskhistory.storm", 30);
  private static final int MOST_TASKS = 500;

  /** How long each process rests after a fork, about: all of them together want more than two processors have. */
  private static final int REST_MICROS = Integer.getInteger("taskhistory.storm.rest", 20_000);

  /** With how much waiting the disk hangs, and for how many seconds. */
  private static final int QUEUE_MIB = Integer.getInteger("taskhistory.storm.queue", 2);
  private static final int HANGING = Integer.getInteger("taskhistory.storm.hanging", 10);

  private static final double MIB = 1 << 20;

  /** What {@code /metrics} said at a time, and what the storm had done by then. */
  private record Sample(long second, long forks, long execs, double heap, double queue, double live, double lost) {

    static Sample of(long second, Storm storm, Map<String, Double> metrics) {
      return new Sample(second, storm.forks(), storm.execs(), number(metrics, "taskhistory_heap_used_bytes"),
          number(metrics, "taskhistory_queue_bytes"), number(metrics, "taskhistory_live_tasks"),
          number(metrics, "taskhistory_source_lost_total{source=\"trace\"}"));
    }

    private static double number(Map<String, Double> metrics, String name) {
      return metrics.getOrDefault(name, 0.0);
    }

    @Override
    public String toString() {
      return String.format("%6d s %9d forks %9d execs %7.1f MiB heap %7.2f MiB queue %6.0f live %5.0f lost", second,
          forks, execs, heap / MIB, queue / MIB, live, lost);
    }
  }

  private static List<Sample> sample(LiveService service, Storm storm, int seconds) throws InterruptedException {
    List<Sample> samples = new ArrayList<>();
    long begun = System.nanoTime();
    for (int second = 1; second <= seconds; second++) {
      Thread.sleep(Math.max(0, Duration.ofSeconds(second).toMillis() - (System.nanoTime() - begun) / 1_000_000));
      samples.add(Sample.of((System.nanoTime() - begun) / 1_000_000_000, storm, service.metrics()));
    }
    return samples;
  }

  private static void print(List<Sample> samples) {
    int step = Math.max(1, samples.size() / 15);
    for (int i = step - 1; i < samples.size(); i += step) {
      System.out.println(samples.get(i));
    }
  }

  @Test
  void storm_ofForks_losesNothingInBoundedMemory() throws Exception {
    List<Sample> samples;
    Set<String> ids = new HashSet<>();
    try (LiveService service = traced();
        Storm storm = new Storm(this, MOST_TASKS, REST_MICROS, Duration.ofSeconds(SECONDS + 60))) {
      samples = sample(service, storm, SECONDS);
      storm.end();
      print(samples);
      service.awaitWatermark(Instant.now());
      service.forEachItem("/search?comm=" + Storm.NAME, exec -> ids.add(exec.get("task") + exec.get("mono").asText()));
      System.out.printf("storm of %d s: %d forks, %d refused; %d of %d execs are known%n", SECONDS, storm.forks(),
          storm.refused(), ids.size(), storm.execs());
      JsonNode status = service.status();
      assertThat(status.get("gaps")).as("nothing was lost").isEmpty();
      assertThat(ids).hasSize((int) storm.execs());
      assertThat(samples).allSatisfy(sample -> assertThat(sample.queue).isLessThan(64 * MIB));
      service.stop();
    }
    assertSteady(samples);
  }

  /** What is left after a collection, in the second half of it, is not more than in the first, but for what varies. */
  private static void assertSteady(List<Sample> samples) {
    double first = samples.subList(0, samples.size() / 2).stream().mapToDouble(Sample::heap).min().orElseThrow();
    double second =
        samples.subList(samples.size() / 2, samples.size()).stream().mapToDouble(Sample::heap).min().orElseThrow();
    System.out.printf("least heap in use: %.1f MiB in the first half, %.1f in the second%n", first / MIB, second / MIB);
    assertThat(second).as("the heap does not grow with the storm").isLessThan(first + 32 * MIB);
  }

  /** All at once, as fast as it can, and killed in the middle of it by somebody else. */
  @Test
  void forkBomb_inACgroupOfItsOwn_isSurvivedAndToldWhole() throws Exception {
    try (LiveService service = traced()) {
      try (Storm bomb = new Storm(this, MOST_TASKS, 0, Duration.ofSeconds(6))) {
        Thread.sleep(4000);
        bomb.kill();
        Instant killed = Instant.now();
        service.awaitWatermark(killed.plusSeconds(1));
        System.out.printf("fork bomb: about %d forks, %d execs, %d refused; status %s%n", bomb.forks(), bomb.execs(),
            bomb.refused(), service.status().get("sources"));
      }
      ProcComparison.await(service);
      assertThat(service.status().get("gaps")).as("nothing was lost").isEmpty();
      service.stop();
    }
  }

  /** What waits stays within its limit, and what lives is told whole, while the disk hangs and after. */
  @Test
  void storm_whileTheDiskHangs_givesUpOnlyWhatHasEnded() throws Exception {
    try (FaultyDisk disk = new FaultyDisk(directory, home().resolve("data"));
        LiveService service = new LiveService(home(), disk.wrapper(),
            options("trace", "--set", "queue_size=" + QUEUE_MIB));
        Storm storm = new Storm(this, MOST_TASKS, REST_MICROS, Duration.ofSeconds(HANGING + 60))) {
      await().until(() -> storm.execs() > 100);
      String history = service.text(storm.root(), "names");
      disk.stall();
      List<Sample> samples = sample(service, storm, HANGING);
      assertThat(service.text(storm.root(), "names")).isEqualTo(history);
      disk.heal();
      print(samples);
      await().atMost(Duration.ofSeconds(60)).until(() ->
          service.status().get("upkeep").get("health").get("state").asText().equals("fine")
              && service.metrics().get("taskhistory_queue_bytes") < MIB);
      storm.end();
      service.awaitWatermark(Instant.now());
      ProcComparison.await(service);
      Map<String, Double> metrics = service.metrics();
      System.out.printf("storm of %d forks, the disk hung for %d s: overflown %.0f times, %.0f tasks and execs were given"
          + " up%n", storm.forks(), HANGING, metrics.get("taskhistory_queue_overflows_total"),
          metrics.get("taskhistory_queue_lost_total"));
      assertThat(metrics.get("taskhistory_queue_lost_total")).isPositive();
      assertThat(samples).allSatisfy(sample -> assertThat(sample.queue).isLessThan((QUEUE_MIB + 4) * MIB));
      assertThat(service.status().get("gaps")).isNotEmpty()
          .allSatisfy(gap -> assertThat(gap.get("source").asText()).isEqualTo("store"));
    }
  }
}
