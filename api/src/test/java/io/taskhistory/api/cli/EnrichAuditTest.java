package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code enrich} of audit logs. */
class EnrichAuditTest {

  private static final String LOG = """
      type=SYSCALL msg=audit(1691750738.271:108): arch=c000003e syscall=59 pid=3787
      node=b type=SYSCALL msg=audit(1691750738.271:108): arch=c000003e syscall=62 pid=3788
      type=EXECVE msg=audit(1691750738.271:108): argc=1 a0="x"
      \u00ff\u0000 noise
      type=USER_LOGIN msg=audit(1691750739.000:109): pid=1
      """;

  private record Outcome(int code, byte[] out, String err) {

    String text() {
      return new String(out, StandardCharsets.ISO_8859_1);
    }
  }

  @TempDir
  private Path directory;

  private FakeService service;
  private Process child;

  @BeforeEach
  void start() throws IOException {
    service = new FakeService();
    Files.writeString(directory.resolve("endpoint"), service.url() + "\n");
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
    if (child != null) {
      child.destroyForcibly().waitFor();
    }
  }

  private Outcome enrich(byte[] standardInput, String... args) {
    return enrich(standardInput, new ByteArrayOutputStream(), args);
  }

  private Outcome enrich(byte[] standardInput, OutputStream out, String... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of("--data-dir", directory.toString(), "enrich"));
    all.addAll(List.of(args));
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(standardInput));
    try {
      int code = CommandLines.execute(new Terminal(new PrintStream(out, false, StandardCharsets.UTF_8), false, true),
          new PrintStream(err, true, StandardCharsets.UTF_8), Map.of(), all.toArray(String[]::new));
      return new Outcome(code, out instanceof ByteArrayOutputStream bytes ? bytes.toByteArray() : new byte[0],
          err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setIn(before);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(directory.resolve(name), content);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] longLog() {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      String stamp = " msg=audit(1691750738.271:" + i + "): ";
      log.append("type=SYSCALL").append(stamp).append("pid=").append(i).append("x".repeat(i % 200)).append('\n')
          .append("type=USER_ACCT msg=audit(1691750738.271:").append(1_000_000 + i).append("): pid=1\n")
          .append("type=PROCTITLE").append(stamp).append("proctitle=61\n");
    }
    return bytes(log.toString());
  }

  @Test
  void log_onStandardInput_comesOutWithHistories() {
    Outcome outcome = enrich(bytes(LOG));
    assertThat(outcome.text()).isEqualTo("""
        type=SYSCALL msg=audit(1691750738.271:108): arch=c000003e syscall=59 pid=3787
        node=b type=SYSCALL msg=audit(1691750738.271:108): arch=c000003e syscall=62 pid=3788
        node=b type=UNKNOWN[1340] msg=audit(1691750738.271:108): history="of 108"
        type=EXECVE msg=audit(1691750738.271:108): argc=1 a0="x"
        type=UNKNOWN[1340] msg=audit(1691750738.271:108): history="of 108"
        \u00ff\u0000 noise
        type=USER_LOGIN msg=audit(1691750739.000:109): pid=1
        type=UNKNOWN[1340] msg=audit(1691750739.000:109): history="of 109"
        """);
    assertThat(outcome.err).isEqualTo("taskhistory: 5 lines, 3 events: 3 histories added, 0 ambiguous, 0 of tasks that"
        + " are not known; 1 lines not understood\n");
    assertThat(outcome.code).isZero();
  }

  @Test
  void counts_asWanted() {
    assertThat(enrich(bytes(LOG), "--quiet").err).isEmpty();
    assertThat(enrich(new byte[0])).satisfies(outcome -> {
      assertThat(outcome.out).isEmpty();
      assertThat(outcome.err).startsWith("taskhistory: 0 lines");
      assertThat(outcome.code).isZero();
    });
  }

  @Test
  void log_withoutALastEndOfLine_staysSo() {
    assertThat(enrich(bytes("type=A msg=audit(1.000:1): x\nnoise")).text())
        .isEqualTo("type=A msg=audit(1.000:1): x\ntype=UNKNOWN[1340] msg=audit(1.000:1): history=\"of 1\"\nnoise");
    assertThat(enrich(bytes("type=A msg=audit(1.000:1): x")).text())
        .isEqualTo("type=A msg=audit(1.000:1): x\ntype=UNKNOWN[1340] msg=audit(1.000:1): history=\"of 1\"");
  }

  @Test
  void log_long_isEnrichedAsInOnePiece() throws IOException {
    byte[] log = longLog();
    byte[] expected = FakeService.enriched(log, false);
    Path file = file("audit.log", log);
    Outcome outcome = enrich(new byte[0], file.toString());
    assertThat(outcome.out).isEqualTo(expected);
    assertThat(outcome.err).startsWith("taskhistory: 90,000 lines, 60,000 events: 60,000 histories added");
    assertThat(service.batches.get()).isGreaterThan(3);
    assertThat(enrich(log).out).isEqualTo(expected);
    assertThat(enrich(gzip(log)).out).isEqualTo(expected);
  }

  @Test
  void files_areOneText_compressedOrNot() throws IOException {
    byte[] log = longLog();
    int third = log.length / 3;
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    members.writeBytes(gzip(Arrays.copyOfRange(log, 0, 1000)));
    members.writeBytes(gzip(Arrays.copyOfRange(log, 1000, third)));
    Outcome outcome = enrich(Arrays.copyOfRange(log, third, 2 * third),
        file("audit.log.2.gz", members.toByteArray()).toString(), "-",
        file("audit.log", Arrays.copyOfRange(log, 2 * third, log.length)).toString());
    assertThat(outcome.out).isEqualTo(FakeService.enriched(log, false));
  }

  @Test
  void file_thatIsCut_isSaidAfterWhatWasRead() throws IOException {
    byte[] zip = gzip(longLog());
    Outcome outcome = enrich(new byte[0], file("audit.log.gz", Arrays.copyOf(zip, zip.length / 2)).toString());
    assertThat(outcome.code).isEqualTo(1);
    assertThat(outcome.err).contains("cannot read ").contains("audit.log.gz: ");
    assertThat(outcome.out).isNotEmpty();
  }

  @Test
  void file_thatCannotBeRead_exits1() {
    for (String name : List.of(directory.resolve("none").toString(), directory.toString())) {
      Outcome outcome = enrich(new byte[0], name);
      assertThat(outcome.code).isEqualTo(1);
      assertThat(outcome.err).startsWith("taskhistory: ").contains(name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--follow", "--follow -", "- -", "--limit x"})
  void use_wrong_exits2(String line) {
    Outcome outcome = enrich(new byte[0], line.split(" "));
    assertThat(outcome.code).isEqualTo(2);
    assertThat(outcome.err).startsWith("taskhistory: ").contains("See taskhistory enrich --help.");
  }

  @Test
  void reader_thatGoes_endsItQuietly() {
    Outcome outcome = enrich(longLog(), new OutputStream() {
      private int left = 1 << 20;

      @Override
      public void write(int b) throws IOException {
        if (--left < 0) {
          throw new IOException("Broken pipe");
        }
      }
    });
    assertThat(outcome.code).isZero();
    assertThat(outcome.err).isEmpty();
  }

  @Test
  void service_busy_isAskedAgain() {
    service.refusals.set(1);
    assertThat(enrich(bytes(LOG)).code).isZero();
    assertThat(service.batches).hasValue(2);
  }

  @Test
  void service_thatDoesNotRun_exits1() {
    service.close();
    Outcome outcome = enrich(bytes(LOG));
    assertThat(outcome.code).isEqualTo(1);
    assertThat(outcome.out).isEmpty();
    assertThat(outcome.err).contains("cannot reach ").contains("is the service running?");
  }

  private void follow(Path log) throws Exception {
    child = new ProcessBuilder(Machinery.command(
        "--data-dir", directory.toString(), "enrich", "--follow", log.toString()))
        .redirectOutput(directory.resolve("out").toFile()).redirectError(directory.resolve("err").toFile()).start();
  }

  private void awaitOut(String... endings) {
    await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
        Files.readString(directory.resolve("out"), StandardCharsets.ISO_8859_1)).contains(endings));
  }

  private static String event(int serial) {
    return "type=SYSCALL msg=audit(1691750738.271:" + serial + "): pid=1\n"
        + "type=PROCTITLE msg=audit(1691750738.271:" + serial + "): proctitle=61\n";
  }

  @Test
  void log_followed_isEnrichedThroughRotationAndTruncation() throws Exception {
    Path log = file("audit.log", bytes(event(1)));
    follow(log);
    awaitOut("\"of 1\"");
    Files.writeString(log, event(2), StandardOpenOption.APPEND);
    awaitOut("\"of 2\"");
    try (FileOutputStream writer = new FileOutputStream(log.toFile(), true)) {
      Files.move(log, directory.resolve("audit.log.1"));
      writer.write(bytes(event(3)));
      awaitOut("\"of 3\"");
    }
    file("audit.log", bytes(event(4)));
    awaitOut("\"of 4\"");
    Files.writeString(log, event(5) + event(6), StandardOpenOption.APPEND);
    awaitOut("\"of 6\"");
    Files.writeString(log, event(7), StandardOpenOption.TRUNCATE_EXISTING);
    awaitOut("\"of 7\"");
    child.destroy();
    assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).isZero();
    assertThat(Files.readAllBytes(directory.resolve("out"))).isEqualTo(FakeService.enriched(
        bytes(event(1) + event(2) + event(3) + event(4) + event(5) + event(6) + event(7)), false));
    assertThat(Files.readString(directory.resolve("err"))).startsWith("taskhistory: 14 lines, 7 events");
  }

  @Test
  void service_startedAgain_isFoundByAFollower() throws Exception {
    Path log = file("audit.log", bytes(event(1)));
    follow(log);
    awaitOut("\"of 1\"");
    service.close();
    Files.delete(directory.resolve("endpoint"));
    Files.writeString(log, event(2), StandardOpenOption.APPEND);
    await().atMost(Duration.ofSeconds(60)).until(
        () -> Files.readString(directory.resolve("err")).contains("; waiting for it"));
    service = new FakeService();
    Files.writeString(directory.resolve("endpoint"), service.url() + "\n");
    awaitOut("\"of 2\"");
  }

  @Test
  void reader_ofAChild_thatGoes_endsIt() throws Exception {
    Path log = file("audit.log", longLog());
    List<String> command = Machinery.command("--data-dir", directory.toString(), "enrich", log.toString());
    child = new ProcessBuilder(command).redirectError(directory.resolve("err").toFile()).start();
    child.getInputStream().readNBytes(10);
    child.getInputStream().close();
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).isZero();
    assertThat(directory.resolve("err")).isEmptyFile();
  }
}
