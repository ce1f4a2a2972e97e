package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One process that calls exec ten thousand times, and thousands of the longest arguments that exec takes. */
@Tag("long")
class LongHistoryTest extends TracedTest {

  private static final int EXECS = 10_000;
  private static final String NAME = "link-in-a-chain";

  /** MAX_ARG_STRLEN of include/uapi/linux/binfmts.h, less the byte that ends it. */
  private static final int LONGEST_ARGUMENT = 131_071;
  private static final int LIVING = 1500;

  private static final String FAMILY = """
      exec 3<&0
      for i in $(seq "$1"); do "$2" 1 0 "$3" <&3 & done
      exec 3<&- </dev/null
      wait
      """;

  /** One entry has 4 KiB of arguments at most. */
  private static final long MOST_BYTES_AN_EXEC = 8192;

  private static final int MOST_BYTES_A_PAGE = 4 << 20;

  private static final double MIB = 1 << 20;

  private Path program() throws IOException {
    Path program = directory.resolve(NAME);
    if (!Files.exists(program)) {
      Files.copy(Programs.chain(), program);
      program.toFile().setExecutable(true);
    }
    return program;
  }

  private static void print(String what, LiveService service) {
    System.out.printf("%s: %.1f MiB of heap, %.1f MiB on disk%n", what,
        service.metrics().get("taskhistory_heap_used_bytes") / MIB, service.metrics().get("taskhistory_store_bytes") / MIB);
  }

  private void assertWhole(LiveService service, int pid, int execs) {
    JsonNode task = service.task(pid);
    assertThat(task.get("entries")).filteredOn(entry -> entry.get("name").asText().equals(NAME)).hasSize(execs);
    assertThat(Lineage.parse(service.text(pid, "kernel").strip()).steps()).as("as much as has room in 1024 bytes")
        .hasSizeBetween(2, 30).allMatch(step -> step.name().equals(NAME));
    assertThat(service.lineage(pid).steps()).hasSize(task.get("entries").size());
    assertPageIsBounded(service, task.get("entries").get(task.get("entries").size() / 2));
  }

  /** Each item of a page has its whole history, so a page of such is short, and says where to go on. */
  private static void assertPageIsBounded(LiveService service, JsonNode from) {
    HttpResponse<String> page =
        service.ask("/search?comm=" + NAME + "&size=1000&from=mono:" + from.get("mono").asText());
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).hasSizeLessThan(MOST_BYTES_A_PAGE).contains("\"mono\":" + from.get("mono"))
        .doesNotContain("\"next\":null");
  }

  /** Each as of some time, in the style that says the most. */
  private static void askOftenAbout(LiveService service, int pid) {
    JsonNode entries = service.task(pid).get("entries");
    List<String> questions = IntStream.range(1, 300).mapToObj(i -> entries.get(entries.size() - i * i / 10 - 1))
        .map(exec -> "{\"pid\":" + pid + ",\"at\":\"mono:" + exec.get("mono").asText() + "\"}").toList();
    assertThat(service.lineages("names", questions)).hasSameSizeAs(questions)
        .allMatch(answer -> answer.path("history").asText().endsWith("=>" + NAME));
  }

  @Test
  void history_ofTenThousandExecs_isToldInBoundedMemory() throws Exception {
    int pid;
    Child chain;
    try (LiveService service = traced()) {
      chain = keep(Child.run(program(), Integer.toString(EXECS - 1), "0", "0"));
      pid = chain.said("chained")[0];
      Instant chained = Instant.now();
      service.awaitWatermark(chained);
      print("after " + EXECS + " execs", service);
      assertWhole(service, pid, EXECS);
      askOftenAbout(service, pid);
      print("after questions about them", service);
      service.stop();
    }
    try (LiveService service = traced()) {
      assertWhole(service, pid, EXECS);
      chain.close();
      service.awaitWatermark(Instant.now());
      assertThat(service.task(pid).get("state").asText()).isEqualTo("ended");
      assertWhole(service, pid, EXECS);
      askOftenAbout(service, pid);
      print("once it has ended", service);
      assertThat(service.status().get("gaps")).isEmpty();
      service.stop();
    }
  }

  /** As many as the details of can be read at once live beside each other, then come and go. */
  @Test
  void arguments_aHundredTwentyEightKibibytesLong_areBoundedForEach() throws Exception {
    try (LiveService service = traced(); PidsLimit limit = new PidsLimit(LIVING + 100, Duration.ofMinutes(3))) {
      double before = service.metrics().get("taskhistory_store_bytes");
      Child family = keep(Child.start(new ProcessBuilder(limit.within(List.of("sh", "-c", FAMILY, "family",
          Integer.toString(LIVING), program().toString(), Integer.toString(LONGEST_ARGUMENT))))));
      for (int i = 0; i < LIVING; i++) {
        family.said("chained");
      }
      await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofSeconds(1))
          .untilAsserted(() -> assertThat(cut(service)).isGreaterThan(LIVING * 9 / 10));
      print("with " + LIVING + " living that have arguments of 128 KiB", service);
      double bytes = service.metrics().get("taskhistory_store_bytes") - before;
      System.out.printf("%d of them have their arguments, cut; %.0f bytes on disk for each%n", cut(service),
          bytes / LIVING);
      assertThat(bytes / LIVING).isLessThan(MOST_BYTES_AN_EXEC);
      family.close();
      service.awaitWatermark(Instant.now());
      assertThat(cut(service)).as("also once they have ended").isGreaterThan(LIVING * 9 / 10);
      assertThat(service.status().get("gaps")).isEmpty();
      service.stop();
    }
  }

  /** How many execs have arguments of which only the beginning is kept. */
  private static int cut(LiveService service) {
    List<String> arguments = new ArrayList<>();
    service.forEachItem("/search?comm=" + NAME, exec -> {
      if (exec.path("argv").size() == 5) {
        arguments.add(exec.get("argv").get(4).asText());
      }
    });
    assertThat(arguments).allMatch(argument -> argument.length() < 4096);
    return arguments.size();
  }
}
