package io.taskhistory.api.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine whose clock is set by hours, that sleeps, and whose pids go round: see {@code clocks-init}. */
@Tag("long")
class ClockStepsTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the kernel recorded itself at boot has another clock's times, which are compared when it is read. */
  private static final long SKEW = 5_000_000;

  /** The last entry in the kernel style. */
  private static final Pattern LAST = Pattern.compile(
      "name=swapper/0;.*=>name=init;.*=>name=dated;.*=>name=([a-z0-9]+);pid=(\\d+);start=(\\d{14})");
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** When the service did not look at the clock until it had been set again. */
  private static final Set<String> UNSEEN = Set.of("boot", "later");

  @TempDir
  private static Path directory;

  /** One who lived, as it wrote down itself; {@code forked} and {@code monotonic} are nanoseconds of one clock. */
  private record Lived(int pid, String name, long forked, long monotonic, String wall) {

    static Lived of(String line) {
      String[] words = line.split(" ");
      return new Lived(Integer.parseInt(words[0]), words[1], nanos(words[2]), nanos(words[3]), words[4]);
    }

    private static long nanos(String seconds) {
      return new BigDecimal(seconds).movePointRight(9).longValueExact();
    }

    String phase() {
      return name.replaceAll("\\d", "");
    }

    /** Whether the answer is about this one, and nobody who held the pid before or after. */
    boolean isMeantBy(JsonNode answer) {
      String task = answer.path("task").asText();
      long start = task.isEmpty() ? -1 : Long.parseLong(task.substring(task.lastIndexOf('-') + 1));
      Matcher last = LAST.matcher(answer.path("history").asText());
      return start >= forked - SKEW && start <= monotonic && last.matches() && last.group(1).equals(name)
          && Integer.parseInt(last.group(2)) == pid && answer.path("complete").asBoolean();
    }

    /** Whether the exec is told by the clock as it was then: the steps are of minutes and hours. */
    boolean isDatedBy(JsonNode answer) {
      Matcher last = LAST.matcher(answer.path("history").asText());
      return last.matches()
          && Math.abs(Instant.from(STAMP.parse(last.group(3))).getEpochSecond() - nanos(wall) / 1_000_000_000) <= 5;
    }
  }

  @Test
  void steps_sleepAndPidsThatGoRound_leaveEverybodyWhoTheyWere() throws Exception {
    Guest guest = Guest.withService(directory, "clocks-init", List.of("dated"));
    Path result = guest.play(GuestKernel.of("linux-image-cloud-amd64"), "SERVICE=--source=auto",
        RecordingParameters.text(new BootBuffer(0, 0, 16, 2)));
    Tools.run("tar", "x", "-C", result.toString(), "-f", result.resolve(Report.ARCHIVE).toString());
    assertThat(result.resolve("service.err")).content().isEmpty();

    SoftAssertions softly = new SoftAssertions();
    for (String round : List.of("first", "second")) {
      List<Lived> all = Files.readAllLines(result.resolve(round).resolve("record")).stream().map(Lived::of).toList();
      List<JsonNode> byMono = answers(result.resolve(round).resolve("mono"));
      List<JsonNode> byWall = answers(result.resolve(round).resolve("wall"));
      assertThat(byMono).hasSameSizeAs(all);
      assertThat(byWall).hasSameSizeAs(all);
      Map<String, int[]> told = new TreeMap<>();
      Map<String, Boolean> lastDated = new TreeMap<>();
      for (int i = 0; i < all.size(); i++) {
        Lived lived = all.get(i);
        softly.assertThat(lived.isMeantBy(byMono.get(i))).as("%s: %s: %s", round, lived, byMono.get(i)).isTrue();
        boolean dated = lived.isDatedBy(byMono.get(i));
        if (UNSEEN.contains(lived.phase())) {
          // Who lived before anybody looked at the clock, or when nobody did, is told by the clock as it was found.
          softly.assertThat(dated).as("%s: %s: %s", round, lived, byMono.get(i)).isFalse();
        } else {
          // The kernel wakes the service when the clock is set; who lived until it ran is told by the clock before.
          boolean before = lastDated.getOrDefault(lived.phase(), false);
          softly.assertThat(dated || !before).as("%s: %s: %s", round, lived, byMono.get(i)).isTrue();
          lastDated.put(lived.phase(), dated);
        }
        JsonNode answer = byWall.get(i);
        int[] counts = told.computeIfAbsent(lived.phase(), phase -> new int[3]);
        counts[0]++;
        if (lived.isMeantBy(answer)) {
          counts[1]++;
        } else if (answer.has("error")) {
          counts[2]++;
          // What the clock showed before anybody looked at it is not known, and which of two times is meant neither.
          softly.assertThat(lived.phase().equals("boot")
              || answer.at("/error/type").asText().endsWith(":ambiguous-time"))
              .as("%s: %s: %s", round, lived, answer).isTrue();
        } else {
          softly.fail("%s: a wrong answer about %s: %s", round, lived, answer);
        }
      }
      told.forEach((phase, counts) -> System.out.println("by the wall clock, " + round + ", " + phase + ": asked "
          + counts[0] + ", right " + counts[1] + ", told why not " + counts[2]));
      softly.assertThat(lastDated).as("the last of each phase is told by the clock as it was").doesNotContainValue(false);
      softly.assertThat(told.values().stream().mapToInt(counts -> counts[1]).sum()).isGreaterThan(all.size() * 3 / 4);
    }
    softly.assertThat(tasks(result.resolve("second"))).as("who slept with the machine, or came after, is who it was")
        .hasSize(2).isEqualTo(tasks(result.resolve("first")));
    softly.assertAll();
  }

  private static List<String> tasks(Path round) throws IOException {
    return answers(round.resolve("stayers")).stream().map(answer -> answer.path("task").asText()).toList();
  }

  private static List<JsonNode> answers(Path file) throws IOException {
    List<JsonNode> answers = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      answers.add(JSON.readTree(line));
    }
    return answers;
  }
}
