package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.api.http.Running;
import io.taskhistory.history.Task;
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

/** {@code enrich} of lines of JSON and of the kernel log, answered by the HTTP interface. */
class EnrichLinesTest {

  private static final String SSHD = "swapper/0=>init=>sshd";
  private static final String BASH = "swapper/0=>init=>sshd=>bash";
  private static final String TASK = "bbbbbbbb2222-3787-130000000000";
  private static final String OBJECT = "{\"history\":\"" + BASH + "\",\"task\":\"" + TASK + "\",\"complete\":true}";

  private record Outcome(int code, String out, String err) {}

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
      return new Outcome(code, out.toString(StandardCharsets.ISO_8859_1), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setIn(before);
    }
  }

  private static String line(String line, String... args) {
    Outcome outcome = enrich(line + "\n", args);
    assertThat(outcome.code).isZero();
    assertThat(outcome.out).endsWith("\n");
    return outcome.out.substring(0, outcome.out.length() - 1);
  }

  @Test
  void falco_hasItAmongItsOutputFields() {
    String head = "{\"hostname\":\"h\",\"output\":\"x\",\"output_fields\":{\"evt.time\":1691750750000000000,"
        + "\"proc.name\":\"bash\",\"proc.pid\":3787";
    String tail = "},\"priority\":\"Notice\",\"time\":\"2023-08-11T10:45:50.000000000Z\"}";
    assertThat(line(head + tail, "--json", "--preset", "falco")).isEqualTo(head + ",\"taskhistory.history\":\"" + BASH
        + "\",\"taskhistory.task\":\"" + TASK + "\",\"taskhistory.complete\":true" + tail);
  }

  @Test
  void tetragon_hasItBesideItsEvent() {
    String line = "{\"process_exec\":{\"process\":{\"exec_id\":\"aA==\",\"pid\":3787,\"binary\":\"/usr/bin/bash\","
        + "\"start_time\":\"2023-08-11T10:45:49.000000000Z\"},\"parent\":{\"pid\":1,\"process\":{\"pid\":2}}},"
        + "\"node_name\":\"n\",\"time\":\"2023-08-11T10:45:49.000000000Z\"";
    assertThat(line(line + "}", "--preset", "tetragon")).isEqualTo(line + ",\"task_history\":" + OBJECT + "}");
  }

  @Test
  void osquery_hasItAmongItsColumns_asText() {
    String head = "{\"name\":\"process_events\",\"unixTime\":1691750999,\"columns\":{\"pid\":\"3787\",\"path\":"
        + "\"/usr/bin/bash\",\"time\":\"1691750750\"";
    String tail = "},\"action\":\"added\"}";
    assertThat(line(head + tail, "--preset", "osquery")).isEqualTo(head + ",\"task_history\":\"" + BASH
        + "\",\"task_history_task\":\"" + TASK + "\",\"task_history_complete\":\"1\"" + tail);
  }

  @Test
  void ecs_hasItUnderItsOwnName_flatOrNot() {
    for (String process : List.of("\"process\":{\"pid\":3787,\"name\":\"bash\"}", "\"process.pid\":3787")) {
      String line = "{\"@timestamp\":\"2023-08-11T10:45:50.123Z\"," + process + " ";
      assertThat(line(line + "} ", "--preset", "ecs")).isEqualTo(line + ",\"taskhistory\":" + OBJECT + "} ");
    }
  }

  @Test
  void journald_hasItAsFieldsOfAUser() {
    String boot = ",\"_BOOT_ID\":\"bbbbbbbb222233334444555555555555\"";
    String earlier = ",\"_BOOT_ID\":\"aaaaaaaa222233334444555555555555\"";
    String added = ",\"TASK_HISTORY\":\"" + BASH + "\",\"TASK_HISTORY_TASK\":\"" + TASK
        + "\",\"TASK_HISTORY_COMPLETE\":\"1\"";
    for (String time : List.of("\"_SOURCE_MONOTONIC_TIMESTAMP\":\"141000000\"" + boot,
        "\"__REALTIME_TIMESTAMP\":\"1691750750000000\"" + boot,
        "\"__MONOTONIC_TIMESTAMP\":\"141000000\",\"__REALTIME_TIMESTAMP\":\"1\"" + boot)) {
      String line = "{\"_PID\":\"3787\",\"MESSAGE\":[120,10]," + time;
      assertThat(line(line + "}", "--preset", "journald")).isEqualTo(line + added + "}");
    }
    assertThat(line("{\"_PID\":\"1\",\"__MONOTONIC_TIMESTAMP\":\"60000000\"" + earlier + "}", "--preset", "journald"))
        .contains("=>oldinit\"");
  }

  @Test
  void fields_ofOnesOwn() {
    String line = "{\"a\":[{\"p\":1},{\"p\":3787}],\"t\":1691750750.5";
    assertThat(line(line + "}", "--json", "--pid-field", "a.1.p", "--time-field", "t"))
        .isEqualTo(line + ",\"taskhistory\":" + OBJECT + "}");
    assertThat(line("{\"p\":3787,\"t\":141000000}", "--pid-field", "p", "--time-field", "t", "--time-format", "mono-us",
        "--style", "kernel")).contains("=>name=bash;pid=3787;start=20230811104549\"");
    assertThat(line("{\"p\":3787,\"t\":1691750750000}", "--pid-field", "p", "--time-field", "t", "--style", "domain"))
        .contains("<kernel> init /usr/sbin/sshd bash");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "1691750750", "1691750750.0", "1691750750000", "1691750750000000", "1691750750000000000",
      "\"1691750750\"", "\"2023-08-11T10:45:50Z\"", "\"2023-08-11T12:45:50.000+02:00\"", "\"2023-08-11 10:45:50Z\""})
  void times_areToldApart(String time) {
    assertThat(line("{\"p\":3787,\"t\":" + time + "}", "--pid-field", "p", "--time-field", "t")).contains("=>bash\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "noise", "", "{", "[1]", "{}", "7", "{\"p\":3787,\"t\":1691750750} x", "{\"p\":3787}", "{\"t\":1691750750}",
      "{\"p\":\"x\",\"t\":1691750750}", "{\"p\":3787,\"t\":\"x\"}", "{\"p\":0,\"t\":1691750750}",
      "{\"p\":-1,\"t\":1691750750}", "{\"p\":77,\"t\":1691750750}", "{\"p\":3787,\"t\":1}",
      "{\"p\":3787,\"t\":99999999999999999999}", "{\"p\":3787,\"t\":9223372036854775807}", "{\"p\":{},\"t\":{}}",
      "{\"p\":3787,\"t\":1.5e9}", "{\"p\":null,\"t\":null}", "{\"p\":3787,\"t\":1691750750,\"taskhistory\":1}",
      "{\"p\":3787.5,\"t\":\"2023-13-11T10:45:50Z\"}", "\u00ff\u0000", "{\"p\":3787,\"t\":1691750750,\"x\":\"\u00ff\"}",
      "{\"p\":3787,\"p\":[],\"t\":{\"t\":1}}"})
  void line_thatCannotBeAskedAbout_goesThroughAsItIs(String line) {
    assertThat(line(line, "--pid-field", "p", "--time-field", "t")).isEqualTo(line);
  }

  @Test
  void line_deepOrLong_goesThroughAsItIs() {
    String deep = "{\"p\":3787,\"t\":1691750750,\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    String wide = "{\"p\":3787,\"t\":1691750750,\"x\":\"" + "y".repeat(500_000) + "\"";
    String tooLong = "{\"p\":3787,\"t\":1691750750,\"x\":\"" + "y".repeat(3_000_000) + "\"}";
    Outcome outcome = enrich(deep + "\n" + wide + "}\n" + tooLong + "\n" + "{\"p\":3787,\"t\":1691750750}",
        "--json", "--pid-field", "p", "--time-field", "t");
    assertThat(outcome.out).isEqualTo(deep + "\n" + wide + ",\"taskhistory\":" + OBJECT + "}\n" + tooLong + "\n"
        + "{\"p\":3787,\"t\":1691750750,\"taskhistory\":" + OBJECT + "}");
    assertThat(outcome.err).isEqualTo(
        "{\"lines\":4,\"events\":2,\"added\":2,\"ambiguous\":0,\"unknown\":0,\"unparsable\":2}\n");
  }

  @Test
  void time_coarse_isNeverAWrongHistory() {
    // bash is exec'd in the middle of what this second can mean; in the line the name tells, or nothing does.
    assertThat(line("{\"process\":{\"pid\":3787,\"name\":\"bash\"},\"@timestamp\":\"2023-08-11T10:45:48Z\"}",
        "--preset", "ecs")).contains("\"" + BASH + "\"");
    assertThat(line("{\"process\":{\"pid\":3787,\"name\":\"sshd\"},\"@timestamp\":\"2023-08-11T10:45:48Z\"}",
        "--preset", "ecs")).contains("\"" + SSHD + "\"");
    Outcome nameless =
        enrich("{\"process\":{\"pid\":3787},\"@timestamp\":\"2023-08-11T10:45:48Z\"}", "--preset", "ecs");
    assertThat(nameless.out).doesNotContain("taskhistory");
    assertThat(nameless.err).contains("1 ambiguous");
    // Exact: the history then, even right before the exec.
    assertThat(line("{\"process.pid\":3787,\"@timestamp\":\"2023-08-11T10:45:48.999999000Z\"}", "--preset", "ecs"))
        .contains("\"" + SSHD + "\"");
    // Not born yet, by the clock of whoever wrote the line.
    assertThat(line("{\"process.pid\":3787,\"@timestamp\":\"2023-08-11T10:45:38.999500000Z\"}", "--preset", "ecs"))
        .contains("\"" + SSHD + "\"");
  }

  @Test
  void life_shorterThanATimeIsExact_isFound() {
    Task brief = host.scene.process(
        5000, 170 * Scene.SECOND + 1, host.scene.reader().task(3787).orElseThrow().entry(), null);
    host.scene.end(brief, 170 * Scene.SECOND + Scene.SECOND / 2, 0);
    host.scene.commit(180 * Scene.SECOND);
    String line = "{\"columns\":{\"pid\":\"5000\",\"time\":\"";
    assertThat(line(line + "1691750779\"}}", "--preset", "osquery")).contains("\"" + BASH + "\"");
    assertThat(line(line + "1691750778\"}}", "--preset", "osquery")).doesNotContain("task_history");
    assertThat(line(line + "1691750780\"}}", "--preset", "osquery")).doesNotContain("task_history");
  }

  @Test
  void lines_many_stayInOrder() {
    StringBuilder in = new StringBuilder();
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 50_000; i++) {
      String line = "{\"n\":" + i + ",\"process\":{\"pid\":" + (i % 3 == 0 ? 77 : 3787)
          + "},\"@timestamp\":\"2023-08-11T10:45:50.123Z\"";
      in.append(line).append("}\r\n");
      expected.append(line).append(i % 3 == 0 ? "" : ",\"taskhistory\":" + OBJECT).append("}\r\n");
    }
    Outcome outcome = enrich(in.toString(), "--json", "--preset", "ecs");
    assertThat(outcome.out).isEqualTo(expected.toString());
    assertThat(outcome.err).startsWith("{\"lines\":50000,\"events\":50000,\"added\":33333,");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "[  141.000123] bash[3787]: segfault at 0 ip 00007f", "<6>[  141.000123] traps: bash[3787] trap divide error",
      "[  141.000123][ T3787] Out of memory: Killed process 3787 (bash) total-vm:1kB",
      "kern  :err   : [  141.000123] CPU: 1 UID: 0 PID: 3787 Comm: bash Not tainted 6.18",
      "[  141.000123] CPU: 1 PID: 3787 Comm: bash", "[  141.000123] INFO: task bash:3787 blocked for more than 120 s",
      "[  141.000123] oom-kill:constraint=X,task_memcg=/x,task=bash,pid=3787,uid=0",
      "[  141.000123] bash (3787): drop_caches: 3", "[  130.995000] sshd[3787]: segfault at 0",
      "6,339,141000123,-;bash[3787]: segfault at 0", "4,340,141000123,-,caller=T3787;bash[3787]: x"})
  void kernelLog_thatNamesATask_hasItsHistoryInALineBelow(String line) {
    String name = line.contains("sshd") ? "sshd" : "bash";
    String head = line.substring(0, Math.max(line.indexOf("] ") + 2, line.indexOf(';') + 1)).replace("[ T3787] ", " ");
    assertThat(line(line, "--kmsg")).isEqualTo(
        line + "\n" + head + "taskhistory: " + name + "[3787]: " + (name.equals("sshd") ? SSHD : BASH));
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "[  141.000123] zsh[3787]: segfault at 0", "[  141.000123] xbash[3787]: segfault", "[  141.0] bash[3787]: x",
      "[  141.000123] bash[77]: segfault", "[  141.000123] PID: 3787 Comm: bashful", "[  141.000123] usb 1-1: bash",
      "[   50.000123] bash[3787]: segfault", "bash[3787]: segfault", "[  141.000123] bash[9999999999]: x",
      "6,339,141000123;bash[3787]: x", "[  141.000123] [3787]: x", "\u00ff\u0000", ""})
  void kernelLog_thatNamesNoTaskThatIsKnown_goesThroughAsItIs(String line) {
    assertThat(line(line, "--kmsg")).isEqualTo(line);
  }

  @Test
  void kernelLog_continued_isNotTornApart() {
    assertThat(enrich("6,1,141000123,-;bash[3787]: x\n SUBSYSTEM=usb\n DEVICE=c1\n6,2,141000124,-;y", "--kmsg").out)
        .isEqualTo("6,1,141000123,-;bash[3787]: x\n SUBSYSTEM=usb\n DEVICE=c1\n"
            + "6,1,141000123,-;taskhistory: bash[3787]: " + BASH + "\n6,2,141000124,-;y");
    assertThat(enrich("[  141.000123] bash[3787]: x", "--kmsg").out)
        .isEqualTo("[  141.000123] bash[3787]: x\n[  141.000123] taskhistory: bash[3787]: " + BASH);
    assertThat(enrich("[  600.000000] oldinit[1]: x\n", "--kmsg", "--boot", "aaaa").out)
        .contains("taskhistory: oldinit[1]: swapper/0=>oldinit\n");
  }

  @Test
  void kernelLog_ofAHostileName_isEscaped() {
    String line = enrich("6,1,155000000,-;a \"=>\\x0a\\x1b[31m?[4000]: segfault\n", "--kmsg").out;
    assertThat(line.lines().skip(1)).singleElement().satisfies(added -> assertThat(added)
        .startsWith("6,1,155000000,-;taskhistory: a\\040\\042\\075\\076\\012\\033\\13331m\\077[4000]: " + BASH)
        .endsWith("(not complete)").matches("[ -~]*"));
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "--json", "--json --pid-field p", "--time-format epoch", "--preset none", "--kmsg --json", "--kmsg --preset ecs",
      "--all --kmsg", "--style names", "--preset laurel --style kernel", "--preset laurel --pid-field p", "--limit 100",
      "--boot a", "--preset ecs --time-format x"})
  void use_wrong_exits2(String line) {
    Outcome outcome = enrich("", line.split(" "));
    assertThat(outcome.code).isEqualTo(2);
    assertThat(outcome.err).startsWith("taskhistory: ").contains("See taskhistory enrich --help.");
  }

  @Test
  void help_saysWhatJsonIsHere() {
    assertThat(enrich("", "--help").out.replaceAll("\\s+", " "))
        .contains("--preset", "With --json each line read is an object of JSON", "--kmsg");
  }
}
