package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.Scene;
import io.taskhistory.api.cli.Machinery.Outcome;
import io.taskhistory.api.http.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes on a terminal, which script(1) makes. */
class PtyTest {

  private static final String COLOUR = "\u001b\\[[0-9;]*m";
  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

  @TempDir
  private Path directory;

  private Running host;

  @BeforeEach
  void start() throws IOException {
    host = new Running(TOKEN);
    host.scene.endInEveryWay();
    Files.writeString(directory.resolve("endpoint"), host.url() + "\n");
    Files.writeString(directory.resolve("token"), TOKEN + "\n");
  }

  @AfterEach
  void stop() {
    host.close();
  }

  /** Runs on a terminal of 70 columns, with what the shell is told first. */
  private static List<String> onTerminal(String shell, String... args) {
    List<String> command = new ArrayList<>(Machinery.command());
    command.addAll(1, List.of("-Dtaskhistory.stdout.terminal=true", "-Dtaskhistory.stderr.terminal=true",
        "-Dtaskhistory.columns=70"));
    command.addAll(List.of(args));
    String line = command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    return List.of("script", "-qec", shell + line, "/dev/null");
  }

  private String shown(List<String> args) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data-dir", directory.toString()));
    all.addAll(args);
    Outcome outcome = Machinery.run(onTerminal(
        "export TERM=xterm LANG=C.UTF-8; unset NO_COLOR COLUMNS; ", all.toArray(String[]::new)));
    assertThat(outcome.code()).as(outcome.out()).isZero();
    return outcome.out();
  }

  @Test
  void hostileNames_onATerminal_areObeyedByNone() throws Exception {
    for (List<String> args : List.of(List.of("show", "4000"), List.of("show", "3767"), List.of("tree"),
        List.of("search"), List.of("show", Integer.toString(Scene.ENDED + 1)),
        List.of("watch", "--after", "aaaaaaaa2222-0-0", "--count", "16"))) {
      String out = shown(args);
      assertThat(out).as(args.toString()).containsPattern(COLOUR).contains("\\033");
      assertThat(out.replaceAll(COLOUR, "").chars().filter(c -> c < ' ' && c != '\r' && c != '\n' || c == 127))
          .as(args.toString()).isEmpty();
    }
  }

  @Test
  void lines_onATerminal_areAsWideAsIt() throws Exception {
    for (List<String> args : List.of(
        List.of("search"), List.of("watch", "--after", "aaaaaaaa2222-0-0", "--count", "12"), List.of("--help"))) {
      assertThat(shown(args).replaceAll(COLOUR, "").lines()).as(args.toString())
          .allMatch(line -> Cells.width(line.stripTrailing()) <= 70);
    }
  }

  @Test
  void progress_onATerminal_isDrawnInPlaceAndTakenAway() throws Exception {
    Path log = Files.writeString(directory.resolve("log"), "type=SYSCALL msg=audit(1700000000.101:1): syscall=59"
        + " success=yes exit=0 a0=1 items=0 ppid=1 pid=500 comm=\"sshd\" exe=\"/bin/sshd\"\n");
    Path more = Files.createFile(directory.resolve("more"));
    Path out = directory.resolve("out");
    Process process = new ProcessBuilder(onTerminal("(cat " + log + "; while [ -e " + more + " ]; do sleep 0.2; done) | ",
        "--data-dir", directory.resolve("imported").toString(), "import", "-")).redirectOutput(out.toFile()).start();
    try {
      await().atMost(Duration.ofSeconds(60)).until(() -> Files.readString(out).contains(" MB/s"));
      Files.delete(more);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(Files.readString(out)).matches("(?s)(\r\u001b\\[K[01] records, [0-9,]+/s, 0\\.0 MB/s)+"
          + "\r\u001b\\[K1 records, 1 new .*");
    } finally {
      process.destroyForcibly();
    }
  }
}
