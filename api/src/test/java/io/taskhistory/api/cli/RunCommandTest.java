package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.cli.Machinery.Outcome;
import io.taskhistory.api.witness.TraceInstances;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as a process, on the live kernel. */
class RunCommandTest {

  @TempDir
  private Path parent;

  private Path directory;
  private String instance;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void needsRoot() {
    Machinery.assumeRoot();
    directory = parent.resolve("data");
    instance = TraceInstances.name("RunCommandTest");
  }

  @AfterEach
  void killAll() throws Exception {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
    TraceInstances.remove(instance);
  }

  private Process start(String... options) throws Exception {
    List<String> command = Machinery.command("run", "--data-dir", directory.toString(), "--listen", "127.0.0.1:0",
        "--trace-instance", instance);
    command.addAll(List.of(options));
    return start(command);
  }

  private Process start(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command)
        .redirectError(parent.resolve("err").toFile()).start();
    started.add(process);
    return process;
  }

  private static String ready(Process process) throws Exception {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    assertThat(line).startsWith("ready http://127.0.0.1:");
    return line.substring("ready ".length());
  }

  private Outcome ask(String... args) throws Exception {
    List<String> all = new ArrayList<>(List.of("--data-dir", directory.toString()));
    all.addAll(Arrays.asList(args));
    return Machinery.run(Machinery.command(all.toArray(String[]::new)));
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void service_livesAndAnswersUntilStopped() throws Exception {
    Process service = start();
    String url = ready(service);
    assertThat(mode(directory)).isEqualTo("rwx------");
    assertThat(mode(directory.resolve("token"))).isEqualTo("rw-------");
    assertThat(mode(directory.resolve("endpoint"))).isEqualTo("rw-------");
    assertThat(Files.readString(directory.resolve("endpoint"))).isEqualTo(url + "\n");

    long self = ProcessHandle.current().pid();
    Outcome names = ask("show", Long.toString(self));
    assertThat(names.out()).startsWith("swapper/0=>").endsWith("=>java\n");
    assertThat(ask("status").out()).contains("trace running, the spine");
    Process child = new ProcessBuilder("sleep", "1000").start();
    started.add(child);
    assertThat(ask("show", Long.toString(child.pid())).out()).startsWith(names.out().strip() + "=>")
        .endsWith("=>sleep\n");

    service.destroy();
    assertThat(service.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(service.exitValue()).isZero();
    assertThat(directory.resolve("endpoint")).doesNotExist();
    assertThat(Files.readString(parent.resolve("err"))).doesNotContain(Files.readString(directory.resolve("token")))
        .isEmpty();
    assertThat(ask("status").code()).isEqualTo(1);
  }

  @Test
  void interrupt_stopsItToo() throws Exception {
    Process service = start();
    ready(service);
    new ProcessBuilder("kill", "-INT", Long.toString(service.pid())).start().waitFor();
    assertThat(service.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(service.exitValue()).isZero();
  }

  @Test
  void service_killed_isMissedAndStartsAgain() throws Exception {
    Process service = start();
    ready(service);
    String token = Files.readString(directory.resolve("token"));
    String before = ask("show", Long.toString(ProcessHandle.current().pid()), "--style", "json").out();
    service.destroyForcibly().waitFor();
    Outcome missed = ask("status");
    assertThat(missed.code()).isEqualTo(1);
    assertThat(missed.err()).contains("is the service running?");

    ready(start());
    assertThat(Files.readString(directory.resolve("token"))).isEqualTo(token);
    String after = ask("show", Long.toString(ProcessHandle.current().pid()), "--style", "json").out();
    assertThat(after.substring(0, after.indexOf(','))).as("the same task id").isEqualTo(
        before.substring(0, before.indexOf(',')));
  }

  @Test
  void directory_inUse_isRefusedAndLeftAlone() throws Exception {
    ready(start());
    String endpoint = Files.readString(directory.resolve("endpoint"));
    Outcome refused = ask("run", "--listen", "127.0.0.1:0", "--trace-instance", instance);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).contains("in use");
    assertThat(Files.readString(directory.resolve("endpoint"))).isEqualTo(endpoint);
    assertThat(ask("status").code()).isZero();
  }

  @Test
  void port_inUse_isRefusedAndNothingIsMade() throws Exception {
    String url = ready(start());
    Path other = parent.resolve("other");
    Outcome refused = Machinery.run(Machinery.command(
        "run", "--data-dir", other.toString(), "--trace-instance", instance, "--listen",
        url.substring("http://".length())));
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("cannot listen on");
    assertThat(other).doesNotExist();
  }

  @Test
  void capability_missing_exits2AndNamesIt() throws Exception {
    for (String capability : List.of("net_admin", "sys_ptrace")) {
      List<String> command = new ArrayList<>(List.of(
          "setpriv", "--bounding-set=-" + capability, "--inh-caps=-" + capability));
      assumeThat(Machinery.run(Stream.concat(command.stream(), Stream.of("true")).toList()).code())
          .as("this needs setpriv").isZero();
      command.addAll(Machinery.command("run", "--data-dir", directory.toString(), "--listen", "127.0.0.1:0",
          "--trace-instance", instance));
      Outcome refused = Machinery.run(command);
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).containsIgnoringCase("cap_" + capability).contains("sudo");
      assertThat(directory).doesNotExist();
    }
  }

  @Test
  void output_toAReaderThatGoes_isNoFailure() throws Exception {
    ready(start());
    String quoted = String.join("' '", Machinery.command("--data-dir", directory.toString(), "tree"));
    Outcome outcome = Machinery.run(List.of("bash", "-c", "'" + quoted + "' | head -1; echo ${PIPESTATUS[0]}"));
    assertThat(outcome.out().lines().skip(1)).containsExactly("0");
    assertThat(outcome.err()).isEmpty();
  }

  /** As the unit starts it: with tracefs mounted, which is root's, no capability is needed for it. */
  @Test
  void capabilities_ofTheUnit_suffice() throws Exception {
    String capabilities = Files.readAllLines(Path.of("src/main/dist/taskhistory.service")).stream()
        .filter(line -> line.startsWith("CapabilityBoundingSet=")).findFirst().orElseThrow().toLowerCase(Locale.ROOT)
        .replaceFirst(".*=", "").replace("cap_", "+").replace(' ', ',');
    List<String> command =
        new ArrayList<>(List.of("setpriv", "--bounding-set=-all," + capabilities, "--inh-caps=-all"));
    command.addAll(Machinery.command("run", "--data-dir", directory.toString(), "--listen", "127.0.0.1:0",
        "--trace-instance", instance));
    ready(start(command));
    assertThat(ask("status").out()).contains("trace running, the spine").contains("proc running").contains(" lost 0 ");
    Process child = new ProcessBuilder("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sleep", "1000")
        .start();
    started.add(child);
    await().untilAsserted(() -> assertThat(ask("show", Long.toString(child.pid()), "--json").out())
        .as("details of what is not root's").contains("\"argv\":[\"sleep\",\"1000\"]"));
    assertThat(Files.readString(parent.resolve("err"))).isEmpty();
  }

  @Test
  void release_endsTheRecordingThatNobodyUses() throws Exception {
    Process service = start("--source", "trace");
    ready(service);
    Outcome refused = ask("run", "--release", "--trace-instance", instance);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("in use by another service").contains(Long.toString(service.pid()));
    service.destroyForcibly().waitFor();
    assertThat(TraceInstances.path(instance)).as("it goes on").isDirectory();
    assertThat(ask("run", "--release", "--trace-instance", instance)).isEqualTo(new Outcome(
        0, "removed the trace instance " + instance + "; the kernel records no longer\n", ""));
    assertThat(TraceInstances.path(instance)).doesNotExist();
    assertThat(ask("run", "--release", "--json", "--trace-instance", instance)).isEqualTo(new Outcome(
        0, "{\"trace_instance\":\"" + instance + "\",\"released\":false}\n", ""));
  }

  @Test
  void doctor_saysThatItCanRunHere() throws Exception {
    Outcome outcome = ask("doctor");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("ok       proc connector").endsWith("The service can run here.\n");
    assertThat(directory).doesNotExist();
  }
}
