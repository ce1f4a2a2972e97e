package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.auditd.AuditState;
import io.taskhistory.api.auditd.Auditd;
import io.taskhistory.api.auditd.Killing;
import io.taskhistory.api.auditd.Killing.Kill;
import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.cli.Machinery.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The plugin of a real auditd beside the service, and what the audit tools make of its log. */
class AudispTest extends TracedTest {

  private static final Pattern EVENT = Pattern.compile("msg=audit\\(([0-9.]+:[0-9]+)\\)");
  private static final String MARK = "type=DAEMON_ERR ";

  private AuditState state;
  private Killing killing;

  @BeforeEach
  void takeAudit() throws Exception {
    state = new AuditState();
    killing = new Killing(directory);
    state.add(killing.rule());
  }

  @AfterEach
  void giveAuditBack() throws Exception {
    if (state != null) {
      state.close();
    }
  }

  private Auditd auditd(String... options) throws Exception {
    Auditd auditd = new Auditd(Files.createDirectories(directory.resolve("audit")), state, all(options));
    auditd.await("type=DAEMON_START");
    return auditd;
  }

  private String[] all(String... options) {
    return Stream.concat(
        Stream.of("--data-dir=" + home().resolve("data")), List.of(options).stream())
        .toArray(String[]::new);
  }

  /** How the record of a killer begins that killed so. */
  private static String syscall(int pid) {
    return " pid=" + pid + " ";
  }

  private static Set<String> events(List<String> lines) {
    return lines.stream().map(EVENT::matcher).filter(Matcher::find).map(found -> found.group(1))
        .collect(Collectors.toSet());
  }

  private static List<String> withoutMarks(List<String> lines) {
    return lines.stream().filter(line -> !line.startsWith(MARK)).toList();
  }

  private static Outcome tool(String... command) throws Exception {
    Outcome outcome = Machinery.run(List.of(command));
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.err()).isEmpty();
    return outcome;
  }

  private static void assertToolsFindAll(Auditd auditd) throws Exception {
    Set<String> events = events(Auditd.lines(auditd.log()));
    Set<String> enriched = events(withoutMarks(Auditd.lines(auditd.enriched())));
    assertThat(enriched).containsAll(events);
    assertThat(events(tool("ausearch", "-if", auditd.enriched().toString(), "--raw").out().lines().toList()))
        .containsAll(events);
    long marks = Auditd.lines(auditd.enriched()).stream().filter(line -> line.startsWith(MARK)).count();
    assertThat(interpreted(auditd.enriched())).isEqualTo(interpreted(auditd.log()) + marks);
    assertThat(reported(auditd.enriched())).isEqualTo(reported(auditd.log()) + marks);
  }

  /** How many events ausearch takes the records for: what is said of a login and its SYSCALL count as two. */
  private static long interpreted(Path log) throws Exception {
    return tool("ausearch", "-if", log.toString(), "-i").out().lines().filter("----"::equals).count();
  }

  private static long reported(Path log) throws Exception {
    return tool("aureport", "-if", log.toString()).out().lines().filter(line -> line.startsWith("Number of events: "))
        .mapToLong(line -> Long.parseLong(line.replaceFirst(".*: ", ""))).findFirst().orElseThrow();
  }

  @Test
  void service_down_recordsPassMarked_untilItIsThere() throws Exception {
    try (Auditd auditd = auditd()) {
      Kill first = killing.kill("assassin", "saint");
      auditd.await(syscall(first.killer()));
      assertThat(Auditd.lines(auditd.enriched())).first().asString()
          .startsWith(MARK).contains("op=not-enriched state=begin reason=unreachable from=");
      auditd.stop();
      assertThat(Auditd.lines(auditd.enriched())).last().asString().contains("op=not-enriched state=end lines=");
      assertThat(withoutMarks(Auditd.lines(auditd.enriched()))).as("as auditd wrote them")
          .containsAll(Auditd.lines(auditd.log()));
      assertToolsFindAll(auditd);
      assertThat(tool("ausearch", "-if", auditd.enriched().toString(), "-m", "DAEMON_ERR").out())
          .contains("state=begin").contains("state=end");
    }
  }

  @Test
  void hangUp_opensAnotherLog_andThePluginLivesOn() throws Exception {
    try (Auditd auditd = auditd()) {
      Path moved = auditd.enriched().resolveSibling("moved");
      Files.move(auditd.enriched(), moved);
      auditd.signal("HUP");
      await().until(() -> Files.exists(auditd.enriched()));
      Kill kill = killing.kill("assassin", "saint");
      auditd.await(syscall(kill.killer()));
      assertThat(String.join("\n", Auditd.lines(moved))).contains("DAEMON_START")
          .doesNotContain(syscall(kill.killer()));
      assertThat(auditd.plugins()).hasSize(1);
      Path other = auditd.enriched().resolveSibling("other.log");
      Files.writeString(directory.resolve("audit/options"), "--output=" + other + "\n");
      auditd.signal("HUP");
      await().until(() -> Files.exists(other));
      assertThat(auditd.plugins()).hasSize(1);
      auditd.stop();
    }
  }

  @Test
  void plugin_killed_isStartedAgainAndGoesOn() throws Exception {
    try (Auditd auditd = auditd()) {
      ProcessHandle plugin = ProcessHandle.of(auditd.plugins().get(0)).orElseThrow();
      plugin.destroyForcibly();
      plugin.onExit().join();
      Kill kill = killing.kill("assassin", "saint");
      auditd.await(syscall(kill.killer()));
      assertThat(auditd.plugins()).hasSize(2);
      assertThat(auditd.await("op=drop")).contains("reason=plugin-killed");
      auditd.stop();
      assertThat(auditd.complaints()).doesNotContain("Exception");
    }
  }
}
