package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The service is killed and stopped a hundred times, at any moment of its life, while families come and go. The kernel
 * keeps what happens meanwhile, so nothing may be missing in the end, and nothing said on the way may be wrong.
 */
@Tag("long")
class ChaosTest extends TracedTest {

  private static final Duration AT_MOST = Duration.ofMinutes(8);

  /** What is done to the service. */
  private enum Deed { KILL, KILL_ON_THE_WAY_UP, STOP }

  private final long seed = Long.getLong("taskhistory.seed", System.nanoTime());
  private final Random random = new Random(seed);

  private static List<Deed> deeds(Random random) {
    List<Deed> deeds = new ArrayList<>(Collections.nCopies(Integer.getInteger("taskhistory.kills", 45), Deed.KILL));
    deeds.addAll(Collections.nCopies(Integer.getInteger("taskhistory.kills.early", 15), Deed.KILL_ON_THE_WAY_UP));
    deeds.addAll(Collections.nCopies(Integer.getInteger("taskhistory.stops", 40), Deed.STOP));
    Collections.shuffle(deeds, random);
    return deeds;
  }

  private void sleep(int atMostMillis) throws InterruptedException {
    Thread.sleep(random.nextInt(atMostMillis));
  }

  private LiveService hurt(LiveService service, Deed deed) throws Exception {
    switch (deed) {
      case KILL -> service.close();
      case KILL_ON_THE_WAY_UP -> {
        service.close();
        LiveService.startAndKill(Duration.ofMillis(random.nextInt(1200)), home(), options("trace"));
      }
      case STOP -> {
        service.signal("STOP");
        sleep(500);
        service.signal("CONT");
        return service;
      }
    }
    sleep(100);
    return traced();
  }

  @Test
  void service_killedAndStoppedAHundredTimes_losesNothingAndSaysNothingWrong() throws Exception {
    List<Deed> deeds = deeds(random);
    String what = "chaos with seed " + seed;
    LiveService service = traced();
    try (Commotion commotion = Commotion.begin(this, seed, "0.5", AT_MOST)) {
      commotion.ask(service, "before all");
      for (int i = 0; i < deeds.size(); i++) {
        sleep(250);
        service = hurt(service, deeds.get(i));
        commotion.ask(service, i + ": " + deeds.get(i));
      }
      System.out.printf("%s: killed %d times, %d times more while it started, stopped %d times%n", what,
          Collections.frequency(deeds, Deed.KILL) + Collections.frequency(deeds, Deed.KILL_ON_THE_WAY_UP),
          Collections.frequency(deeds, Deed.KILL_ON_THE_WAY_UP), Collections.frequency(deeds, Deed.STOP));
      commotion.assertToldAlike(what, service);
      assertThat(service.status().get("gaps")).as("nothing was lost").isEmpty();
      service.stop();
    } finally {
      service.close();
    }
  }
}
