package io.taskhistory.api.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs, none of which does any harm. */
class ProgramRunnerTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir
  private Path directory;

  private Path script(String name, String text) throws Exception {
    Path script = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x---"));
    return script;
  }

  @Test
  void program_isToldWhatHappenedAndNothingElse() throws Exception {
    Path told = directory.resolve("told");
    Path script = script("tell", "{ env; pwd; echo \"$# arguments\"; cat; } >" + told + ".new; mv " + told + ".new "
        + told);
    try (ProgramRunner runner = new ProgramRunner()) {
      runner.run(List.of(script.toString()), Map.of("TASKHISTORY_EVENT", "loss", "TASKHISTORY_DETAIL", "$(x) `y` \"z"));
      Awaitility.await().until(() -> Files.exists(told));
    }
    assertThat(Files.readAllLines(told)).contains("TASKHISTORY_EVENT=loss", "TASKHISTORY_DETAIL=$(x) `y` \"z",
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "0 arguments").endsWith("/", "0 arguments")
        .allMatch(line -> line.matches("(TASKHISTORY_\\w+|PATH|PWD|SHLVL|_|OLDPWD)=.*|/|0 arguments"));
  }

  @Test
  void programs_runOneAfterTheOther_andNotForEver() throws Exception {
    Path order = directory.resolve("order");
    Path forEver = script("for-ever", "echo begin >>" + order + "; exec sleep 1000");
    Path next = script("next", "echo next >>" + order);
    try (ProgramRunner runner = new ProgramRunner(Duration.ofMillis(300))) {
      runner.run(List.of(forEver.toString()), Map.of());
      runner.run(List.of(next.toString()), Map.of());
      Awaitility.await().until(() -> Files.exists(order) && Files.readAllLines(order).size() == 2);
    }
    assertThat(Files.readAllLines(order)).containsExactly("begin", "next");
    assertThat(ProcessHandle.current().children().filter(
        child -> child.info().command().orElse("").endsWith("sleep"))).isEmpty();
  }

  /** What halts the machine here is a script that says so. */
  @Test
  void halt_waitsForNobody() throws Exception {
    Path begun = directory.resolve("begun");
    Path halted = directory.resolve("halted");
    Path hanging = script("hang", "echo $$ >" + begun + ".new; mv " + begun + ".new " + begun + "; exec sleep 1000");
    Path halt = script("halt", "echo \"$TASKHISTORY_EVENT $*\" >" + halted + ".new; mv " + halted + ".new " + halted);
    try (SystemLog log = new SystemLog(directory.resolve("log")); Freezer freezer = Freezer.of(List.of(), directory)) {
      try (ProgramRunner runner = new ProgramRunner()) {
        Performer performer = new Performer(runner, log, freezer, List.of(halt.toString(), "0"));
        for (int i = 0; i < 10; i++) {
          performer.perform(Trigger.LOSS, List.of(new Action.Exec(hanging)), "more than can wait");
        }
        Awaitility.await().atMost(LONG).until(() -> Files.exists(begun));
        performer.perform(Trigger.ADMIN_SPACE_LEFT, List.of(Action.Plain.HALT), "as the test wants it");
        Awaitility.await().atMost(LONG).until(() -> Files.exists(halted));
      }
      assertThat(halted).hasContent("admin_space_left 0");
    } finally {
      long pid = Long.parseLong(Files.readString(begun).strip());
      ProcessHandle.current().children().filter(child -> child.pid() == pid).forEach(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void programThatIsNotThere_harmsNobody() throws Exception {
    Path done = directory.resolve("done");
    try (ProgramRunner runner = new ProgramRunner()) {
      runner.run(List.of("/none/such"), Map.of());
      runner.run(List.of(script("do", "echo >" + done).toString()), Map.of());
      Awaitility.await().until(() -> Files.exists(done));
    }
  }
}
