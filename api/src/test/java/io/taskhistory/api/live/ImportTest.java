package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.auditd.Auditd;
import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.cli.Machinery.Outcome;
import io.taskhistory.api.live.Lineage.Step;
import io.taskhistory.collector.audit.TestAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** History from a log that a real auditd recorded, beside a service that followed the same tasks. */
class ImportTest extends TracedTest {

  private static final Pattern PID = Pattern.compile(" pid=([0-9]+) ");

  /** A shell with whatever makes processes: pipelines, orphans, chains of execs, threads, vfork(2), kills. */
  private static final String WORK = """
      for i in 1 2 3 4 5; do /bin/echo $i | /bin/cat | /bin/cat >/dev/null; done
      ( ( sleep 0.3; /bin/true; /bin/false ) & )
      ( ( ( /bin/true & sleep 0.2; /bin/echo >/dev/null ) & ) & )
      /bin/sh -c 'exec /bin/sh -c "exec /bin/true"'
      /bin/sh -c '/bin/true; exit 3'
      sleep 100 & kill -9 $!
      ( while :; do :; done ) & kill -9 $!
      ( /bin/sh -c 'kill -9 $PPID; sleep 0.2; /bin/true'; : )
      /bin/nonesuch 2>/dev/null
      setsid /bin/sh -c '/bin/true; sleep 0.1; exec /bin/true' &
      for i in 1 2 3 4 5 6 7 8; do ( /bin/true & /bin/true & wait; ( /bin/true ) ) & done
      "$JAVA" -Xmx32m -Xshare:auto -XX:TieredStopAtLevel=1 "$SPAWN"
      wait
      sleep 1
      """;

  private static final String SPAWN = """
      public class Spawn {
        public static void main(String[] args) throws Exception {
          for (int i = 0; i < 3; i++) {
            Thread thread = new Thread(() -> {
              try {
                new ProcessBuilder("/bin/sh", "-c", "/bin/true; /bin/true").start().waitFor();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
            thread.start();
            new ProcessBuilder("/bin/true").start().waitFor();
            thread.join();
          }
        }
      }
      """;

  private TestAudit audit;

  @BeforeEach
  void takeAudit() throws Exception {
    audit = new TestAudit();
  }

  @AfterEach
  void giveAuditBack() throws Exception {
    if (audit != null) {
      audit.close();
    }
  }

  private void record(String arch) {
    TestAudit.auditctl("-a", "always,exit", "-F", "arch=" + arch, "-S",
        "fork,vfork,clone,clone3,execve,execveat,exit,exit_group", "-F", "auid=" + audit.auid());
    assertThat(audit.inForce()).as("the rule for what makes and ends processes").hasSize(1);
  }

  /** Runs the work; the pid of its shell. */
  private int work() throws Exception {
    Path spawn = Files.writeString(directory.resolve("Spawn.java"), SPAWN);
    Path script = Files.writeString(directory.resolve("work"), WORK);
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c",
        "echo " + audit.auid() + " >/proc/self/loginuid && exec /bin/bash " + script);
    builder.environment().put("SPAWN", spawn.toString());
    builder.environment().put("JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
    Process shell = builder.redirectInput(Path.of("/dev/null").toFile()).redirectErrorStream(true)
        .redirectOutput(directory.resolve("work.out").toFile()).start();
    assertThat(shell.waitFor(2, TimeUnit.MINUTES)).as("the work ends").isTrue();
    assertThat(shell.exitValue()).as(Files.readString(directory.resolve("work.out"))).isZero();
    return (int) shell.pid();
  }

  /** All processes below the one with that pid, by their task ids in the live service. */
  private static Map<String, Integer> processes(LiveService live, int root) {
    Map<String, Integer> found = new LinkedHashMap<>();
    List<String> tasks = new ArrayList<>(List.of(live.task(root).get("task").asText()));
    found.put(tasks.get(0), root);
    for (int i = 0; i < tasks.size(); i++) {
      for (JsonNode child : live.items("/tasks/" + tasks.get(i) + "/children")) {
        tasks.add(child.get("task").asText());
        if (child.get("tid").asInt() == child.get("tgid").asInt()) {
          found.put(child.get("task").asText(), child.get("tid").asInt());
        }
      }
    }
    return found;
  }

  /** What a history says from the exec of the work's shell on; that is not in the log before. */
  private static List<Step> below(Lineage lineage, int root) {
    int from = 0;
    while (from < lineage.steps().size()
        && !lineage.steps().get(from).equals(Step.of("bash", root))) {
      from++;
    }
    return lineage.steps().subList(from, lineage.steps().size());
  }

  private static Set<Integer> pids(List<Path> logs) throws Exception {
    Set<Integer> pids = new HashSet<>();
    for (Path log : logs) {
      for (String line : Auditd.lines(log)) {
        Matcher pid = PID.matcher(line);
        if (line.startsWith("type=SYSCALL") && pid.find()) {
          pids.add(Integer.parseInt(pid.group(1)));
        }
      }
    }
    return pids;
  }

  private static Outcome run(Path data, String... arguments) throws Exception {
    return Machinery.run(Machinery.command(
        Stream.concat(Stream.of("--data-dir", data.toString()), Stream.of(arguments)).toArray(String[]::new)));
  }

  /**
   * Of whom the log has a record, the import tells what the service saw from the shell on: the same execs by the same
   * pids. Of whom it has none, killed before they did anything, it may know nothing.
   */
  @Test
  void imported_isWhatTheServiceSaw_taskByTask() throws Exception {
    Path logs = Files.createDirectories(directory.resolve("audit"));
    Path imported = Files.createDirectories(directory.resolve("imported"));
    try (LiveService live = traced(); Auditd auditd = new Auditd(logs, audit,
        "--data-dir=" + home().resolve("data"))) {
      record("b64");
      int root = work();
      Awaitility.await().until(() -> Auditd.lines(auditd.log()).stream().anyMatch(
          line -> line.contains("syscall=231") && line.contains(" pid=" + root + " ")));
      live.awaitWatermark(Instant.now());
      auditd.stop();
      Outcome outcome = run(imported.resolve("data"), "import", "--json", auditd.log().toString());
      assertThat(outcome.code()).as(outcome.err()).isZero();
      assertThat(outcome.out()).contains("\"unparsable\":0").contains("\"gaps\":0").contains("\"boots\":1");
      Set<Integer> recorded = pids(List.of(auditd.log()));
      Map<String, Integer> processes = processes(live, root);
      assertThat(processes).hasSizeGreaterThan(80);
      int same = 0;
      try (LiveService past = LiveService.serving(imported)) {
        for (Map.Entry<String, Integer> process : processes.entrySet()) {
          int pid = process.getValue();
          int code = past.ask("/tasks/" + pid).statusCode();
          if (code == 404) {
            assertThat(recorded).as("what is in the log is known: %s", process).doesNotContain(pid);
            continue;
          }
          List<Step> seen = below(live.lineage(process.getKey()), root);
          assertThat(below(past.lineage(pid), root)).as("%s", process).isEqualTo(seen).isNotEmpty();
          same++;
        }
        assertThat(same).isGreaterThanOrEqualTo(processes.size() - 2);
        assertThat(past.status().get("spine").asText()).isEqualTo("audit-log");
        JsonNode task = past.task(root);
        assertThat(task.get("complete").asBoolean()).as("nobody knows who started the shell").isFalse();
        assertThat(task.at("/exit/code").asInt()).isZero();
      }
      Outcome again = run(imported.resolve("data"), "import", "--json", auditd.log().toString());
      assertThat(again.out()).as(again.err()).contains("\"events\":0");
      Outcome refused = run(imported.resolve("data"), "run", "--listen", "127.0.0.1:0", "--auth", "none");
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err()).contains("imported from audit logs");
    }
  }
}
