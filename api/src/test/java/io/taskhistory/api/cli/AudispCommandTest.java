package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.cli.Machinery.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin as a process, with this test in the dispatcher's place, and no service. */
class AudispCommandTest {

  private static final String RECORD = "type=USER_LOGIN msg=audit(1691750738.271:108): pid=1 res=success";

  @TempDir
  private Path directory;

  private Path log;
  private Process process;

  @BeforeEach
  void start() throws IOException {
    log = directory.resolve("taskhistory.log");
    Files.writeString(directory.resolve("options"), "--output=" + log + "\n--data-dir=" + directory + "\n");
    process = new ProcessBuilder(Machinery.command("audisp", "@" + directory.resolve("options")))
        .redirectError(directory.resolve("err").toFile()).start();
  }

  @AfterEach
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private void send() throws IOException {
    OutputStream in = process.getOutputStream();
    in.write((RECORD + "\n").getBytes(StandardCharsets.US_ASCII));
    in.flush();
  }

  private static void awaitRecord(Path file) {
    await().atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(file).exists().content().contains(RECORD + "\n"));
  }

  private void assertEnds() throws Exception {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(directory.resolve("err"))).isZero();
    assertThat(Files.readAllLines(log)).satisfiesExactly(
        begin -> assertThat(begin).contains("op=not-enriched state=begin"),
        record -> assertThat(record).isEqualTo(RECORD),
        end -> assertThat(end).contains("op=not-enriched state=end lines=1 "));
  }

  @Test
  void endOfInput_endsIt() throws Exception {
    send();
    process.getOutputStream().close();
    assertEnds();
  }

  @Test
  void sigterm_endsIt_thoughTheDispatcherGoesOn() throws Exception {
    send();
    awaitRecord(log);
    signal("TERM");
    assertEnds();
  }

  /** As auditd does. */
  @Test
  void sigterm_andEndOfInput_endIt() throws Exception {
    send();
    awaitRecord(log);
    process.destroy(); // which closes the pipe, too
    assertEnds();
  }

  @Test
  void sighup_readsTheOptionsAgain() throws Exception {
    send();
    awaitRecord(log);
    Path other = directory.resolve("other.log");
    Files.writeString(directory.resolve("options"), "--output=" + other + "\n--data-dir=" + directory + "\n");
    signal("HUP");
    await().until(() -> Files.exists(other));
    send();
    awaitRecord(other);
    Files.writeString(directory.resolve("options"), "--num-logs=many\n");
    signal("HUP");
    await().untilAsserted(() -> assertThat(Files.readString(directory.resolve("err")))
        .contains("goes on with the settings it has: ").contains("--num-logs"));
    send();
    await().untilAsserted(() -> assertThat(Files.readAllLines(other)).filteredOn(RECORD::equals).hasSize(2));
  }

  private void signal(String signal) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor()).isZero();
  }

  /** As auditd does where the plugin's file has changed: it starts another before the first has ended. */
  @Test
  void predecessor_thatStillWrites_isWaitedFor() throws Exception {
    send();
    awaitRecord(log);
    Process first = process;
    start();
    send();
    process.getOutputStream().close();
    first.destroy();
    assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(Files.readAllLines(log)).filteredOn(RECORD::equals).hasSize(2);
  }

  @Test
  void log_thatCannotBeWritten_isAFailure() throws Exception {
    Outcome outcome = Machinery.run(Machinery.command("audisp", "--output", directory.resolve("no/log").toString()));
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("taskhistory: cannot write the enriched log: ").contains("--output");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--queue=0", "--queue=65", "--num-logs=1000", "--max-log-file=0", "--limit=255",
      "--server=http://127.0.0.1:1", "--output=/", "@/nowhere"})
  void wrongUse_isSaid(String option) throws Exception {
    Outcome outcome = Machinery.run(Machinery.command("audisp", option));
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.err()).contains(List.of(option.split("=")).get(0));
  }
}
