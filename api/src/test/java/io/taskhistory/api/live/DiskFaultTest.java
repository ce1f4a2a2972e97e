package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The disk under the store stalls, is slow or fails while families come and go: what waits is kept once it can be. */
@Tag("long")
class DiskFaultTest extends TracedTest {

  private static final Duration AT_MOST = Duration.ofMinutes(5);
  private static final long PAUSE_MILLIS = 200;

  /** What lives is not given up, and what came since the last look waits too. */
  private static final double MOST_QUEUE = 4 << 20;

  private final long seed = Long.getLong("taskhistory.seed", System.nanoTime());
  private FaultyDisk disk;

  private LiveService onDisk(String... options) {
    if (disk == null) {
      disk = new FaultyDisk(directory, home().resolve("data"));
    }
    return new LiveService(home(), disk.wrapper(), options("trace", options));
  }

  private void askFor(Commotion commotion, LiveService service, int seconds, String during) throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    while (System.nanoTime() < until) {
      commotion.ask(service, during);
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private void hurt(String fault, int value) {
    switch (fault) {
      case "stalls" -> disk.stall();
      case "is slow" -> disk.slow(value);
      case "fails" -> disk.fail(value);
      default -> throw new IllegalArgumentException(fault);
    }
  }

  private static void assertNothingLost(LiveService service) {
    JsonNode status = service.status();
    assertThat(status.get("gaps")).as("nothing was lost").isEmpty();
    assertThat(status.get("sources").get(0).get("lost").asLong()).isZero();
  }

  /** Nothing of what happened meanwhile is missing once it is over, and what lives is told right all the time. */
  @ParameterizedTest
  @CsvSource({"stalls, 0, 20", "is slow, 300, 6", "fails, 5, 4", "fails, 28, 4"})
  void disk_thatHasAFaultForAWhile_losesNothing(String fault, int value, int seconds) throws Exception {
    String what = "a disk that " + fault + " (" + value + ") for " + seconds + " s, seed " + seed;
    try (LiveService service = onDisk(); Commotion commotion = Commotion.begin(this, seed, "0.2", AT_MOST)) {
      askFor(commotion, service, 1, "before");
      long hits = disk.hits();
      assertThat(hits).as("the fault is where the service writes").isPositive();
      hurt(fault, value);
      askFor(commotion, service, seconds, "while it " + fault);
      long hurt = disk.hurt();
      disk.heal();
      assertThat(hurt).as("calls that met the fault").isPositive();
      askFor(commotion, service, 1, "after");
      System.out.printf("%s: %d calls before, %d met the fault%n", what, hits, hurt);
      commotion.assertToldAlike(what, service);
      assertNothingLost(service);
    }
  }

  /** Whoever is killed in the middle of it has lost nothing that the kernel keeps for the next. */
  @ParameterizedTest
  @CsvSource({"stalls, 0", "fails, 5", "fails, 28"})
  void service_killedWhileItsDiskHasAFault_saysNothingWrongThen(String fault, int value) throws Exception {
    String what = "killed while the disk " + fault + " (" + value + "), seed " + seed;
    LiveService service = onDisk();
    try (Commotion commotion = Commotion.begin(this, seed, "0.2", AT_MOST)) {
      askFor(commotion, service, 1, "before");
      hurt(fault, value);
      askFor(commotion, service, 2, "while it " + fault);
      service.close();
      disk.heal();
      service = onDisk();
      askFor(commotion, service, 1, "after");
      commotion.assertToldAlike(what, service);
      assertNothingLost(service);
    } finally {
      disk.close();
      service.close();
    }
  }

  /** More waits than may: what has ended can go, with a gap that says so; what lives keeps all that it comes from. */
  @Test
  void disk_thatStallsForLongerThanTheQueueIs_losesOnlyWhatHasEnded() throws Exception {
    String what = "a queue that overflows, seed " + seed;
    try (LiveService service = onDisk("--set", "queue_size=1");
        Commotion commotion = Commotion.begin(this, seed, "0.05", AT_MOST)) {
      askFor(commotion, service, 1, "before");
      disk.stall();
      await().atMost(Duration.ofSeconds(90)).until(() -> {
        commotion.ask(service, "while it stalls");
        return service.metrics().get("taskhistory_queue_overflows_total") > 0;
      });
      askFor(commotion, service, 4, "while more is given up");
      assertThat(service.metrics().get("taskhistory_queue_bytes")).isLessThan(MOST_QUEUE);
      disk.heal();
      askFor(commotion, service, 1, "after");
      int missing = commotion.assertNothingWrong(what, service);
      double lost = service.metrics().get("taskhistory_queue_lost_total");
      System.out.printf("%s: %d tasks and execs are missing, %.0f were given up%n", what, missing, lost);
      assertThat(missing).isPositive().isLessThanOrEqualTo((int) lost);
      assertThat(service.status().get("gaps")).isNotEmpty().allSatisfy(gap -> {
        assertThat(gap.get("source").asText()).isEqualTo("store");
        assertThat(gap.get("cause").asText()).isEqualTo("overflow");
      });
    }
  }

  /** The store is being opened again then, and that hangs. Only who asks for what is on the disk has to do without. */
  @Test
  void disk_thatFailsAndThenStalls_leavesThoseWhoLiveToBeAskedAbout() throws Exception {
    Child child = act("pause");
    ScheduledExecutorService healer = Executors.newSingleThreadScheduledExecutor();
    try (LiveService service = onDisk()) {
      String history = service.text(child.pid(), "names");
      disk.fail(FaultyDisk.EIO);
      await().atMost(Duration.ofSeconds(30)).until(() -> {
        act("say", "more").close(); // something to write
        return !service.status().get("upkeep").get("health").get("state").asText().equals("fine");
      });
      disk.stall();
      await().atMost(Duration.ofSeconds(30)).until(() -> disk.waiting() > 0);
      healer.schedule(disk::heal, 20, TimeUnit.SECONDS); // whoever waits for the disk is answered in the end
      assertThat(service.task(child.pid()).get("state").asText()).isEqualTo("live");
      assertThat(service.text(child.pid(), "names")).isEqualTo(history);
      assertThat(service.status().get("upkeep").get("health").get("state").asText()).isEqualTo("failing");
      assertThat(disk.waiting()).as("calls that still wait when the answers are there").isPositive();
      disk.heal();
      await().atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(service.status().get("upkeep").get("health").get("state").asText()).isEqualTo("fine"));
      assertNothingLost(service);
    } finally {
      healer.shutdownNow();
    }
  }
}
