package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.http.Running;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code enrich} of what audit recorded, answered by the service's own rule. */
class EnrichServedTest {

  private static final String BASH = "name=swapper/0;pid=1;start=20230811194329=>name=init;pid=1;start=20230811194343=>"
      + "name=sshd;pid=3767;start=20230811104535=>name=bash;pid=3787;start=20230811104549";

  private record Outcome(String out, String err) {}

  @TempDir
  private static Path directory;

  private static Running host;

  @BeforeAll
  static void start() throws IOException {
    host = new Running();
    Files.writeString(directory.resolve("endpoint"), host.url() + "\n");
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static Outcome enrich(String text, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of("--data-dir", directory.toString(), "enrich"));
    all.addAll(List.of(args));
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
    try {
      int code = CommandLines.execute(new Terminal(new PrintStream(out, false, StandardCharsets.UTF_8), false, true),
          new PrintStream(err, true, StandardCharsets.UTF_8), Map.of(), all.toArray(String[]::new));
      assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
      return new Outcome(out.toString(StandardCharsets.ISO_8859_1), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setIn(before);
    }
  }

  /** An event in two records, among lines that are none. */
  private static String event(int serial, String last) {
    return "type=SYSCALL msg=audit(1691750750.500:" + serial + "): arch=c000003e syscall=62 success=yes exit=0"
        + " ppid=3767 pid=3787 comm=\"bash\"\n\u00ff\u0000\n" + "type=PROCTITLE msg=audit(1691750750.500:" + serial
        + "): proctitle=62" + last;
  }

  private static String added(int serial) {
    return "type=UNKNOWN[1340] msg=audit(1691750750.500:" + serial + "): history=\"" + BASH + "\"\n";
  }

  @Test
  void auditLog_hasARecordAnEvent() {
    Outcome outcome = enrich(event(1, "\n") + event(2, "\n"));
    assertThat(outcome.out.replace(added(1), "").replace(added(2), "")).isEqualTo(event(1, "\n") + event(2, "\n"));
    assertThat(outcome.out).contains(added(1), added(2));
    assertThat(outcome.err).startsWith("taskhistory: 6 lines, 2 events: 2 histories added, 0 ambiguous");
  }

  @Test
  void auditLog_withoutALastEndOfLine_keepsItsBytes() {
    assertThat(enrich(event(1, "")).out.replace(added(1), "").replace("\n" + added(1).strip(), ""))
        .isEqualTo(event(1, ""));
  }

  @Test
  void auditLog_long_isEnrichedWhole() {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      log.append(event(i, "\n"));
    }
    Outcome outcome = enrich(log.toString(), "--limit=0");
    assertThat(outcome.err).startsWith("taskhistory: 60,000 lines, 20,000 events: 20,000 histories added");
    assertThat(outcome.out.replaceAll("type=UNKNOWN\\[1340\\][^\n]*\n", "")).isEqualTo(log.toString());
  }

  private static String laurel(String time, String fields) {
    return "{\"ID\":\"" + time + ":348501\",\"SYSCALL\":{\"arch\":\"0xc000003e\"," + fields
        + "\"SYSCALL\":\"execve\",\"ARGV\":[\"0x4\"]},\"PROCTITLE\":{\"ARGV\":[\"a\"]}";
  }

  @Test
  void laurel_hasOneMoreRecord_byTheRuleForAudit() {
    // Taken at entry of the call, some milliseconds before bash was there: what came of it counts.
    String exec = laurel("1691750748.997", "\"syscall\":59,\"success\":\"yes\",\"exit\":0,\"ppid\":3767,\"pid\":3787,"
        + "\"comm\":\"bash\",");
    String other = laurel("1691750750.500", "\"syscall\":62,\"success\":\"yes\",\"exit\":0,\"pid\":3787,"
        + "\"comm\":\"bash\",");
    String user = "{\"ID\":\"1691750750.500:348502\",\"USER_LOGIN\":{\"pid\":3787,\"uid\":0}";
    String history = ",\"HISTORY\":{\"history\":\"" + BASH + "\"}}\n";
    Outcome outcome = enrich(exec + "}\n" + other + "}\nnoise\n" + user + "}\n", "--json", "--preset", "laurel");
    assertThat(outcome.out).isEqualTo(exec + history + other + history + "noise\n" + user + history);
    assertThat(outcome.err).isEqualTo(
        "{\"lines\":4,\"events\":3,\"added\":3,\"ambiguous\":0,\"unknown\":0,\"unparsable\":1}\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "{\"ID\":\"x\",\"SYSCALL\":{\"pid\":3787}}", "{\"ID\":\"1691750750.500:1\",\"SYSCALL\":{\"pid\":\"1\\n\"}}",
      "{\"SYSCALL\":{\"pid\":3787}}", "{\"ID\":\"1691750750.500:1\",\"CWD\":{\"cwd\":\"/\"}}",
      "{\"ID\":\"1691750750.500:1\",\"SYSCALL\":{\"pid\":77,\"comm\":\"%ff\\u0001\\\"\"}}",
      "{\"ID\":\"1691750750.500:1\",\"SYSCALL\":{\"pid\":3787},\"HISTORY\":{}}"})
  void laurel_lineThatHasNone_goesThroughAsItIs(String line) {
    assertThat(enrich(line + "\n", "--preset", "laurel").out).isEqualTo(line + "\n");
  }
}
