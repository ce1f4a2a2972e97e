package io.taskhistory.api.auditd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.api.cli.Machinery;
import io.taskhistory.collector.audit.TestAudit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** An audit daemon with its log, its settings and our plugin below a directory of a test's. */
public final class Auditd implements AutoCloseable {

  private static final Path PROGRAM = Path.of("/usr/sbin/auditd");
  private static final Path PLUGIN = Path.of("src/main/dist/taskhistory-audisp.conf");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path home;
  private final TestAudit audit;
  private final Thread guard = new Thread(this::kill, "auditd-guard");
  private final Process process;

  /** Starts it, and the plugin with {@code options}; returns when it gets what the kernel says. */
  public Auditd(Path home, TestAudit audit, String... options) throws Exception {
    assumeThat(PROGRAM).as("this needs auditd (apt-get install auditd)").isExecutable();
    assumeThat(audit.control().status().pid()).as("no audit daemon runs").isZero();
    this.home = home;
    this.audit = audit;
    Path plugins = Files.createDirectories(home.resolve("plugins.d"));
    configure(options);
    write(home.resolve("auditd.conf"), "rw-r-----", """
        local_events = yes
        write_logs = yes
        log_file = %s
        log_group = root
        log_format = ENRICHED
        flush = NONE
        max_log_file = 100
        num_logs = 2
        max_log_file_action = IGNORE
        name_format = NONE
        priority_boost = 0
        space_left = 2
        space_left_action = IGNORE
        admin_space_left = 1
        admin_space_left_action = IGNORE
        disk_full_action = IGNORE
        disk_error_action = IGNORE
        plugin_dir = %s
        q_depth = 20000
        overflow_action = IGNORE
        max_restarts = 10
        """.formatted(log(), plugins));
    write(home.resolve("taskhistory"), "rwxr-x---", "#!/bin/sh\necho $$ >>" + pids() + "\n"
        + "exec env --default-signal=HUP,TERM '" + String.join("' '", Machinery.command()) + "' \"$@\" 2>>"
        + errors() + "\n");
    write(plugins.resolve(PLUGIN.getFileName().toString()), "rw-r-----", Files.readString(PLUGIN)
        .replaceAll("path = .*", "path = " + home.resolve("taskhistory"))
        .replaceAll("@.*", "@" + home.resolve("options")));
    process = new ProcessBuilder(PROGRAM.toString(), "-n", "-c", home.toString())
        .redirectErrorStream(true).redirectOutput(home.resolve("auditd.out").toFile()).start();
    Runtime.getRuntime().addShutdownHook(guard);
    try {
      Awaitility.await().atMost(PATIENCE).until(() -> audit.control().status().pid() == process.pid());
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private static void write(Path file, String permissions, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  /** Writes down what the plugin is told when it starts, or is told to read again. */
  public void configure(String... options) throws IOException {
    List<String> lines = new ArrayList<>(List.of("--output=" + enriched(), "--max-log-file=1000"));
    lines.addAll(List.of(options));
    Files.write(home.resolve("options"), lines);
  }

  /** The log of auditd itself. */
  public Path log() {
    return home.resolve("audit.log");
  }

  /** The log of the plugin. */
  public Path enriched() {
    return home.resolve("taskhistory.log");
  }

  private Path pids() {
    return home.resolve("pids");
  }

  private Path errors() {
    return home.resolve("plugin.err");
  }

  /** What the plugin complained of. */
  public String complaints() throws IOException {
    return Files.exists(errors()) ? Files.readString(errors()) : "";
  }

  /** The lines of a log; none where it is not there. */
  public static List<String> lines(Path log) {
    try {
      return Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList() : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The pids that the plugin has had, the present one last. */
  public List<Long> plugins() {
    return lines(pids()).stream().map(Long::valueOf).toList();
  }

  /** Waits until a line with {@code text} is in the enriched log. */
  public String await(String text) {
    try {
      return Awaitility.await().atMost(PATIENCE)
          .until(() -> lines(enriched()).stream().filter(line -> line.contains(text)).findFirst().orElse(""),
              line -> !line.isEmpty());
    } catch (RuntimeException e) {
      throw new AssertionError("no " + text + ": " + describe(), e);
    }
  }

  private String describe() {
    return List.of(home.resolve("auditd.out"), errors(), log(), enriched()).stream()
        .map(file -> file.getFileName() + ":\n" + String.join("\n", lines(file))).collect(Collectors.joining("\n"));
  }

  public void signal(String signal) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor()).isZero();
  }

  /** Stops it, which stops the plugin; waits for both. */
  public void stop() throws Exception {
    process.destroy();
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("auditd stops").isTrue();
    Awaitility.await().atMost(PATIENCE)
        .until(() -> plugins().stream().noneMatch(pid -> ProcessHandle.of(pid).isPresent()));
    Awaitility.await().atMost(PATIENCE).until(() -> audit.control().status().pid() == 0);
  }

  @Override
  public void close() {
    try {
      process.destroy();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    Runtime.getRuntime().removeShutdownHook(guard);
    killPlugins();
  }

  /** Should the test's process end before it closes this. */
  private void kill() {
    process.destroyForcibly();
    killPlugins();
  }

  private void killPlugins() {
    plugins().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
  }
}
