package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.cli.Machinery.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script in the root, in a tree of its own where java and mvn only say how they were called. */
class ScriptTest {

  @TempDir
  private Path directory;

  private Path root;
  private Path runtime;

  @BeforeEach
  void layOut() throws IOException {
    root = Files.createDirectories(directory.resolve("the root"));
    Files.createDirectories(root.resolve("api/src/main"));
    Files.createFile(root.resolve("pom.xml"));
    Files.createFile(root.resolve("api/pom.xml"));
    // Tests run in the module's directory.
    Files.copy(Path.of("..", "taskhistory"), root.resolve("taskhistory"));
    executable(root.resolve("taskhistory"));
    runtime = Files.createDirectories(directory.resolve("jdk"));
    Files.createDirectories(runtime.resolve("bin"));
    program(runtime.resolve("bin/java"), "printf '%s\\n' \"$@\"");
    version("17.0.15");
    program(directory.resolve("mvn"), "echo \"built $*\" >&2; mkdir -p '" + root + "/api/target/lib'");
  }

  private void version(String version) throws IOException {
    Files.writeString(runtime.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
  }

  private static void program(Path path, String text) throws IOException {
    Files.writeString(path, "#!/bin/sh\n" + text + "\n");
    executable(path);
  }

  private static void executable(Path path) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Outcome run(Path script, String... args) throws Exception {
    return Machinery.run(Stream.concat(
        Stream.of("env", "-C", "/", "PATH=" + directory + ":/usr/bin:/bin", "JAVA_HOME=" + runtime, script.toString()),
        Stream.of(args)).toList());
  }

  @Test
  void first_buildsAndThenNoMore() throws Exception {
    Outcome first = run(root.resolve("taskhistory"), "show", "1 2");
    assertThat(first.code()).isZero();
    assertThat(first.err()).startsWith("taskhistory: building…\nbuilt ");
    assertThat(first.out()).endsWith("\nio.taskhistory.api.Main\nshow\n1 2\n");
    assertThat(run(root.resolve("taskhistory"), "show", "1").err()).isEmpty();
    Path source = Files.createFile(root.resolve("api/src/main/New.java"));
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(run(root.resolve("taskhistory"), "show", "1").err()).contains("built");
  }

  @Test
  void build_thatFails_exits1AndIsTriedAgain() throws Exception {
    program(directory.resolve("mvn"), "echo broken; exit 1");
    for (int i = 0; i < 2; i++) {
      Outcome outcome = run(root.resolve("taskhistory"), "status");
      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.out()).isEmpty();
      assertThat(outcome.err()).contains("broken").endsWith("taskhistory: the build failed\n");
    }
  }

  @Test
  void script_throughLinks_findsItsRoot() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("one"), Path.of("the root/taskhistory"));
    Path second = Files.createSymbolicLink(directory.resolve("two"), link);
    assertThat(run(second, "status").out()).contains(root + "/api/target/classes:" + root + "/api/target/lib/*");
  }

  @Test
  void flags_fitCommandAndRuntime() throws Exception {
    Path script = root.resolve("taskhistory");
    assertThat(run(script, "--data-dir", "/x", "run").out()).contains("-XX:+ExitOnOutOfMemoryError\n")
        .contains("-XX:TieredStopAtLevel=1\n").doesNotContain("native-access");
    assertThat(run(script, "show", "run").out()).contains("-Xshare:auto\n").doesNotContain("ExitOnOutOfMemoryError");
    version("25.0.1");
    assertThat(run(script, "status").out()).contains("--enable-native-access=ALL-UNNAMED\n");
  }

  /** Else the name of a command that comes after its value would be taken for the command. */
  @Test
  void script_knowsAllCommands() throws IOException {
    String script = Files.readString(root.resolve("taskhistory")).replace("\\\n", "");
    String known = script.substring(script.indexOf("run | show |")).replaceFirst("(?s)\\).*", "");
    assertThat(known.split(" \\|\\s+")).containsExactlyInAnyOrderElementsOf(CommandLines.of(new TaskhistoryCommand(
        new Terminal(System.out, false, true), Map.of())).getSubcommands().keySet());
  }

  @Test
  void script_onATerminal_tellsItsWidth() throws Exception {
    run(root.resolve("taskhistory"), "--version");
    Outcome outcome = Machinery.run(List.of("env", "JAVA_HOME=" + runtime, "PATH=" + directory + ":/usr/bin:/bin",
        "script", "-qec", "stty cols 93; '" + root.resolve("taskhistory") + "' status", "/dev/null"));
    assertThat(outcome.out()).contains("-Dtaskhistory.stdout.terminal=true\r\n", "-Dtaskhistory.columns=93\r\n");
    Outcome piped = Machinery.run(List.of("env", "JAVA_HOME=" + runtime, "PATH=" + directory + ":/usr/bin:/bin",
        "script", "-qec", "stty cols 93; '" + root.resolve("taskhistory") + "' status | cat", "/dev/null"));
    assertThat(piped.out()).as("progress is told on standard error").doesNotContain("stdout.terminal")
        .contains("-Dtaskhistory.stderr.terminal=true\r\n", "-Dtaskhistory.columns=93\r\n");
    assertThat(run(root.resolve("taskhistory"), "status").out()).doesNotContain("terminal", "columns");
  }

  @Test
  void archive_ofClasses_isUsedWhereThereIsOne() throws Exception {
    Path script = root.resolve("taskhistory");
    assertThat(run(script, "status").out()).doesNotContain("SharedArchiveFile");
    Files.createFile(root.resolve("api/target/taskhistory-17.jsa"));
    assertThat(run(script, "status").out()).contains("-XX:SharedArchiveFile=" + root + "/api/target/taskhistory-17.jsa\n");
    version("21.0.1");
    assertThat(run(script, "status").out()).as("another runtime's").doesNotContain("SharedArchiveFile");
  }

  /** As auditd starts it: with no environment, and with signals ignored of which it then sends some. */
  @Test
  void audisp_startedByAuditd_hearsSignalsAndBuildsNothing() throws Exception {
    program(runtime.resolve("bin/java"), "cat /proc/self/status");
    Path tools = Files.createDirectories(directory.resolve("tools"));
    Files.createSymbolicLink(tools.resolve("java"), runtime.resolve("bin/java"));
    List<String> audisp = List.of("env", "-i", "-C", "/", "--ignore-signal=HUP,TERM,USR1", "PATH=" + tools
        + ":/usr/bin:/bin", root.resolve("taskhistory").toString(), "audisp", "@/nowhere");
    Outcome notBuilt = Machinery.run(audisp);
    assertThat(notBuilt.code()).isEqualTo(1);
    assertThat(notBuilt.err()).contains("not built yet; build it by hand: ");
    run(root.resolve("taskhistory"), "--version");
    Outcome outcome = Machinery.run(audisp);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    String ignored = outcome.out().replaceFirst("(?s).*SigIgn:\\s+(\\p{XDigit}+).*", "$1");
    assertThat(Long.parseUnsignedLong(ignored, 16) & (1 << 0 | 1 << 14)).as("HUP and TERM in " + ignored).isZero();
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void java_tooOld_isRefused() throws Exception {
    version("11.0.2");
    Outcome outcome = run(root.resolve("taskhistory"), "status");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).contains("is version 11; install Java 17 or later");
  }

  @Test
  void java_missing_isSaid() throws Exception {
    Path tools = Files.createDirectories(directory.resolve("tools"));
    for (String tool : List.of("sh", "dirname", "readlink", "sed", "find", "env")) {
      program(tools.resolve(tool), "exec /usr/bin/" + tool + " \"$@\"");
    }
    Outcome outcome = Machinery.run(List.of(
        "/usr/bin/env", "-i", "PATH=" + tools, "/bin/sh", root.resolve("taskhistory").toString(), "status"));
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("taskhistory: no java found; install Java 17");
  }
}
