package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.collector.audit.AuditRecordConsumer;
import io.taskhistory.collector.audit.AuditRecords;
import io.taskhistory.collector.audit.TestAudit;
import io.taskhistory.collector.children.Child;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the kernel's audit says of processes that come, change, signal and go within a tick gets the right histories. */
class EnrichTest extends AskingTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern SERIAL = Pattern.compile("msg=audit\\(\\d+\\.\\d{3}:(\\d+)\\): ");
  private static final Pattern LAST = Pattern.compile("name=([^;=\"]+);pid=(\\d+);start=\\d{14}\"$");
  private static final Map<Integer, String> TYPES = Map.of(1006, "LOGIN", 1300, "SYSCALL", 1302, "PATH", 1307, "CWD",
      1309, "EXECVE", 1318, "OBJ_PID", 1320, "EOE", 1321, "BPRM_FCAPS", 1327, "PROCTITLE");

  /** A shell that starts others and kills them, at once or a moment later. */
  private static final String SCRIPT = "i=0; while [ $i -lt 60 ]; do sleep 77 & v=$!; [ $((i % 3)) = 0 ] || /bin/true;"
      + " kill -9 $v; wait $v; (kill -0 $PPID; exec /bin/true); i=$((i + 1)); done 2>/dev/null; exec /bin/echo done";

  /** Records in the form of a log, as auditd writes it. */
  private static final class Log implements AuditRecordConsumer {

    private final List<String> lines = new ArrayList<>();

    @Override
    public void record(int type, byte[] bytes, int from, int to) {
      String name = TYPES.getOrDefault(type, "UNKNOWN[" + type + "]");
      lines.add("type=" + name + " msg=" + new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void lost(long count) {
      throw new AssertionError(count + " records are lost");
    }

    /** Those of the events of one login uid, without EOE, which auditd keeps to itself. */
    String ofUser(long auid) {
      Set<String> serials = new HashSet<>();
      lines.stream().filter(line -> line.startsWith("type=SYSCALL ") && line.contains(" auid=" + auid + " "))
          .forEach(line -> serials.add(serial(line)));
      StringBuilder log = new StringBuilder();
      lines.stream().filter(line -> serials.contains(serial(line)) && !line.startsWith("type=EOE"))
          .forEach(line -> log.append(line).append('\n'));
      return log.toString();
    }
  }

  private static String serial(String line) {
    Matcher matcher = SERIAL.matcher(line);
    return matcher.find() ? matcher.group(1) : "";
  }

  private static String value(String line, String field) {
    Matcher matcher = Pattern.compile("[ ]" + field + "=\"?([^ \"\u001d]+)").matcher(line);
    return matcher.find() ? matcher.group(1) : "";
  }

  private static String record() {
    try (TestAudit audit = new TestAudit(); AuditRecords records = AuditRecords.listener(AuditRecords.DEFAULT_BUFFER)) {
      records.open();
      String said = TestAudit.auditctl("-a", "always,exit", "-F", "arch=b64", "-S", "execve,kill", "-F",
          "auid=" + audit.auid(), "-k", "watched");
      assertThat(said).isEmpty();
      Log log = new Log();
      try (Child child = audit.run(Path.of("/usr/bin/env"), "sh", "-c", SCRIPT)) {
        assertThat(child.line()).isEqualTo("done");
      }
      Awaitility.await().atMost(PATIENCE).until(() -> {
        records.await(100_000_000);
        records.drain(log, Integer.MAX_VALUE);
        String all = String.join("\n", log.lines);
        return all.contains("argc=2 a0=\"/bin/echo\" a1=\"done\"")
            && all.lastIndexOf("type=EOE") > all.indexOf("a0=\"/bin/echo\"");
      });
      return log.ofUser(audit.auid());
    }
  }

  @Test
  void records_ofShellsThatKillEachOther_getTheRightHistories() throws Exception {
    String log = record();
    String enriched = service().enrich(log);
    String summary = enriched.substring(enriched.lastIndexOf("#taskhistory "));
    List<String> lines = enriched.substring(0, enriched.length() - summary.length()).lines().toList();
    assertThat(String.join("\n", lines.stream().filter(line -> !line.contains("UNKNOWN[1340]")).toList()) + "\n")
        .isEqualTo(log);

    Map<String, String> calls = new HashMap<>();
    Map<String, String> victims = new HashMap<>();
    int rightOnes = 0;
    for (String line : lines) {
      switch (value(" " + line, "type")) {
        case "SYSCALL" -> calls.put(serial(line), line);
        case "OBJ_PID" -> victims.put(serial(line), line);
        case "UNKNOWN[1340]" -> {
          boolean isVictims = line.contains(" opid=");
          String about = isVictims ? victims.get(serial(line)) : calls.get(serial(line));
          assertRight(line, about, isVictims);
          rightOnes++;
        }
        default -> { }
      }
    }
    assertThat(calls).hasSizeGreaterThan(200);
    assertThat(victims).hasSizeGreaterThan(100);
    // A tick can come very late on a busy machine; then there is no answer rather than a wrong one.
    assertThat(rightOnes).as(summary).isGreaterThan((calls.size() + victims.size()) * 95 / 100);
    // To audit userspace a LOGIN is an event of its own, though it comes with a SYSCALL record.
    long events = calls.size() + lines.stream().filter(line -> line.startsWith("type=LOGIN ")).count();
    assertThat(summary).contains("\"events\":" + events + ",", "\"unparsable\":0}");
    assertThat(service().enrich(String.join("\n", lines) + "\n")).contains("\"added\":0,").startsWith(lines.get(0));
    assertReadable(log, lines);
  }

  private static void assertRight(String added, String about, boolean isVictims) {
    String comm = value(about, isVictims ? "ocomm" : "comm");
    String pid = value(about, isVictims ? "opid" : "pid");
    Matcher last = LAST.matcher(added);
    assertThat(last.find()).as(added).isTrue();
    assertThat(last.group(1)).as("%s%n%s", about, added).isEqualTo(comm);
    boolean isExec = !isVictims && value(about, "syscall").equals("59") && value(about, "success").equals("yes");
    if (isExec || !comm.equals("sh")) {
      assertThat(last.group(2)).as("%s%n%s", about, added).isEqualTo(pid);
    }
    assertThat(added).contains("name=swapper/0;pid=1;", "pid=" + ProcessHandle.current().pid() + ";");
  }

  /** Audit userspace finds all events in it that it found before, and complains of nothing. */
  private void assertReadable(String log, List<String> enriched) throws Exception {
    assumeThat(Path.of("/usr/sbin/ausearch")).as("ausearch reads it (apt-get install auditd)").isExecutable();
    Path before = Files.writeString(directory.resolve("before.log"), log);
    Path after = Files.writeString(directory.resolve("after.log"), String.join("\n", enriched) + "\n");
    for (List<String> how : List.of(List.of("ausearch"), List.of("ausearch", "-i"), List.of("ausearch", "-i", "-k",
        "watched"), List.of("ausearch", "-sc", "kill"))) {
      List<String> was = events(run(how, before));
      List<String> is = events(run(how, after));
      assertThat(is).hasSameSizeAs(was).hasSizeGreaterThan(100);
      assertThat(is).filteredOn(event -> event.contains("history=")).hasSizeGreaterThan(was.size() * 95 / 100);
    }
    for (String what : List.of("--summary", "--executable", "--syscall", "--pid", "--event")) {
      String was = run(List.of("aureport", "-i", what), before);
      String is = run(List.of("aureport", "-i", what), after);
      if (!what.equals("--summary")) {
        assertThat(is).isEqualTo(was);
      }
    }
    assertThat(number(run(List.of("aureport", "--summary"), after), "Number of events"))
        .isEqualTo(number(run(List.of("aureport", "--summary"), before), "Number of events"));
  }

  private static String number(String report, String of) {
    return report.lines().filter(line -> line.startsWith(of)).findFirst().orElseThrow();
  }

  private static List<String> events(String found) {
    return List.of(found.split("(?m)^----$"));
  }

  private static String run(List<String> program, Path log) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(program);
    command.set(0, "/usr/sbin/" + program.get(0));
    command.addAll(List.of("-if", log.toString()));
    Path errors = log.resolveSibling("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile())
        .redirectInput(Path.of("/dev/null").toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertThat(process.waitFor()).as("%s: %s", command, Files.readString(errors)).isZero();
    assertThat(Files.readString(errors)).as("%s", command).isEmpty();
    return out;
  }
}
