package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Secrets in the arguments of real processes are in no answer, and in no file of the service. */
class MaskingTest extends TracedTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What no compression makes shorter. */
  private final String secret = "hunter" + UUID.randomUUID().toString().replace("-", "");
  private final String open = "plain" + UUID.randomUUID().toString().replace("-", "");

  /** A shell that waits, with further arguments. */
  private static Process waiting(String... arguments) throws IOException {
    return new ProcessBuilder(Stream.concat(Stream.of("sh", "-c", "read line"), Stream.of(arguments)).toList()).start();
  }

  private static List<String> argv(LiveService service, Process process) {
    JsonNode entries = service.task(process.pid()).get("entries");
    return entries.get(entries.size() - 1).path("argv").valueStream().map(JsonNode::asText).toList();
  }

  @Test
  void secret_isInNoAnswerAndNoFile() throws Exception {
    Process before = waiting("mysql", "--password=" + secret, "-u", open);
    Process after;
    try (LiveService service = traced("--set", "mask_option=--pin", "--set", "mask_pattern=card-([0-9a-f]+)")) {
      after = waiting("mysql", "-p" + secret, "--token", secret, "https://me:" + secret + "@host/" + open, "--pin", secret,
          "card-" + secret.substring("hunter".length()));
      await().atMost(PATIENCE).untilAsserted(() -> {
        assertThat(argv(service, before)).contains("--password=***", open);
        assertThat(argv(service, after)).contains("-p***", "--token", "***", "https://me:***@host/" + open, "--pin",
            "card-***");
      });
      for (Process process : List.of(before, after)) {
        process.getOutputStream().close();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      }
      assertThat(filesWith(hidden())).isEmpty();
      service.stop();
    }
    assertThat(filesWith(hidden())).isEmpty();
    try (LiveService service = traced()) {
      assertThat(kept(service)).as("what is kept, without the compression").contains(open).doesNotContain(hidden());
      service.stop();
    }
  }

  @Test
  void withoutAMask_argumentsAreKeptAsTheyAre() throws Exception {
    try (LiveService service = traced("--set", "mask=none")) {
      Process process = waiting("--password=" + secret);
      await().atMost(PATIENCE).untilAsserted(() ->
          assertThat(argv(service, process)).contains("--password=" + secret));
      process.getOutputStream().close();
      assertThat(kept(service)).contains(hidden());
      service.stop();
    }
  }

  /** What all of them have of it. */
  private String hidden() {
    return secret.substring("hunter".length());
  }

  /** All execs with all that is known of them. */
  private static String kept(LiveService service) {
    StringBuilder all = new StringBuilder();
    service.forEachItem("/search", all::append);
    return all.toString();
  }

  private List<Path> filesWith(String text) throws IOException {
    try (Stream<Path> files = Files.walk(home())) {
      return files.filter(Files::isRegularFile).filter(file -> read(file).contains(text)).toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
