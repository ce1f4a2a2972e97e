package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.witness.Life;
import io.taskhistory.api.witness.TraceWitness;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Families that come and go in every way there is until they are told to end, a witness of all they do, and what the
 * service said of them meanwhile. They live in a cgroup of their own, of a limited number of tasks.
 */
final class Commotion implements AutoCloseable {

  /** A round of {@code bustle}, some of which is left to live a little longer, and a short rest. */
  private static final String ROUNDS = """
      n=$1; while [ ! -e "$2" ]; do
        n=$((n + 1)); "$3" $n 60 fovsdptwxylrn &
        (sleep $5; exec true) &
        [ $((n % 4)) = 0 ] && "$3" $n 40 xyr
        sleep $4
      done; wait
      """;

  private static final int MOST_TASKS = 2000;
  private static final int ASKED_AT_ONCE = 60;

  /** Within that of an event the witness's clock and ours cannot say which came first. */
  private static final long MARGIN = 100_000;

  /** What the service tells of a time on the wall clock is exact to a millisecond. */
  private static final Duration WALL_MARGIN = Duration.ofMillis(2);

  /**
   * What was said of whoever had {@code pid} at {@code at}; nobody where the history is empty.
   *
   * @param heardAt when it was said, at the latest
   */
  private record Heard(int pid, long at, String history, long heardAt, String during) {

    Heard(int pid, long at, String during) {
      this(pid, at, "", 0, during);
    }

    String question() {
      return String.format("{\"pid\":%d,\"at\":\"mono:%d.%09d\"}", pid, at / 1_000_000_000, at % 1_000_000_000);
    }
  }

  private final PidsLimit limit;
  private final TraceWitness witness;
  private final Child keeper;
  private final Path stop;
  private final Random random;
  private final List<Heard> heard = new ArrayList<>();
  private int early;
  private int unread;
  private int batches;
  private long slowest;

  private Commotion(LiveTest test, long seed, String rest, Duration atMost) throws IOException {
    random = new Random(seed);
    stop = test.directory.resolve("stop-" + seed);
    limit = new PidsLimit(MOST_TASKS, atMost);
    witness = TraceWitness.begin();
    keeper = test.keep(Child.start(new ProcessBuilder(limit.within(List.of("env", "NAMES=" + Bustle.names(test),
        Programs.keeper().toString(), "sh", "-c", ROUNDS, "rounds", Long.toString(Math.abs(seed % 1_000_000)),
        stop.toString(), Programs.bustle().toString(), rest, "1.5")))));
  }

  /**
   * Begins.
   *
   * @param rest how long it rests between two rounds of some 150 processes, in seconds
   * @param atMost after how long it is killed if it goes on
   */
  static Commotion begin(LiveTest test, long seed, String rest, Duration atMost) {
    try {
      return new Commotion(test, seed, rest, atMost);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks about some that live now, and once more about some of before; what is said is compared in the end. */
  void ask(LiveService service, String during) {
    List<Heard> asked = new ArrayList<>();
    Instant now = Instant.now();
    long at = System.nanoTime();
    List<Integer> members = members();
    for (int i = 0; i < Math.min(ASKED_AT_ONCE, members.size()); i++) {
      asked.add(new Heard(members.get(random.nextInt(members.size())), at, during));
    }
    for (int i = 0; i < Math.min(ASKED_AT_ONCE, heard.size()); i++) {
      Heard before = heard.get(random.nextInt(heard.size()));
      asked.add(new Heard(before.pid, before.at, "again " + during));
    }
    long begun = System.nanoTime();
    LiveService.Batch batch = service.batch("names", asked.stream().map(Heard::question).toList());
    assertThat(batch.answers()).as("each question has its answer").hasSameSizeAs(asked);
    batches++;
    long heardAt = System.nanoTime();
    slowest = Math.max(slowest, heardAt - begun);
    boolean isApplied = batch.watermark().isAfter(now.plus(WALL_MARGIN));
    for (int i = 0; i < asked.size(); i++) {
      Heard one = asked.get(i);
      if (batch.answers().get(i).path("error").path("type").asText().endsWith(":store-failed")) {
        unread++;
      } else if (one.at < at || isApplied) {
        heard.add(new Heard(one.pid, one.at, batch.answers().get(i).path("history").asText(), heardAt,
            one.during));
      } else {
        early++;
      }
    }
  }

  private List<Integer> members() {
    try {
      return limit.members();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it, and waits for the last of its processes; who lived. */
  List<Life> end() {
    try {
      Files.write(stop, new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(keeper.await()).as("the keeper ends well").isZero();
    return witness.end().from(keeper.pid());
  }

  /** Ends it, and holds all that is said of it now, and all that was said meanwhile, against what happened. */
  void assertToldAlike(String what, LiveService service) {
    List<Life> lives = end();
    service.awaitWatermark(Instant.now());
    Differences.assertNone(what, service, lives);
    assertHeardIsTrue(what, service, lives, false);
  }

  /** As above, where what has ended can be missing by now; returns how much of it is. */
  int assertNothingWrong(String what, LiveService service) {
    List<Life> lives = end();
    service.awaitWatermark(Instant.now());
    int missing = Differences.assertNoneButMissing(what, service, lives);
    assertHeardIsTrue(what, service, lives, true);
    return missing;
  }

  /** Whatever was said meanwhile was so. */
  private void assertHeardIsTrue(String what, LiveService service, List<Life> lives, boolean endedMayBeMissing) {
    Life root = lives.get(0);
    String above = service.lineages("names", List.of(new Heard(root.tid(), root.start() + MARGIN, "").question()))
        .get(0).path("history").asText();
    Map<Integer, List<Life>> byTid = new HashMap<>();
    lives.forEach(life -> byTid.computeIfAbsent(life.tid(), tid -> new ArrayList<>()).add(life));
    List<String> wrong = new ArrayList<>();
    int compared = 0;
    for (Heard one : heard) {
      List<Life> holders = byTid.getOrDefault(one.pid, List.of());
      if (holders.stream().anyMatch(life -> life.changedWithin(one.at - MARGIN, one.at + MARGIN))) {
        continue;
      }
      Optional<Life> holder = holders.stream().filter(life -> life.livedAt(one.at)).findFirst();
      String truth = holder.map(life -> Differences.text(above, life.namesAt(one.at))).orElse("");
      if (holder.isEmpty() && !one.history.startsWith(above)) {
        continue; // a pid of theirs that belongs to somebody else at that time
      }
      compared++;
      boolean isMissing = endedMayBeMissing && one.history.isEmpty()
          && holder.filter(life -> !life.livedAt(one.heardAt)).isPresent();
      if (!isMissing && !truth.equals(one.history)) {
        wrong.add(one + " but it was " + truth);
      }
    }
    System.out.printf("%s: heard %d answers meanwhile, compared %d, %d wrong; %d came before their time was applied,"
        + " %d times the disk could not be read; the slowest of %d batches took %d ms%n", what, heard.size(), compared,
        wrong.size(), early, unread, batches, slowest / 1_000_000);
    assertThat(wrong.stream().limit(20)).as(what).isEmpty();
    assertThat(compared).as(what + ": answers compared").isPositive();
  }

  @Override
  public void close() {
    try {
      limit.kill();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      keeper.close();
      witness.close();
      limit.close();
    }
  }
}
