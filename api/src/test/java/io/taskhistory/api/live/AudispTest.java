package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.auditd.Auditd;
import io.taskhistory.api.auditd.Killing;
import io.taskhistory.api.auditd.Killing.Kill;
import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.cli.Machinery.Outcome;
import io.taskhistory.collector.audit.TestAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

  private TestAudit audit;
  private Killing killing;
  private Kill last;

  @BeforeEach
  void takeAudit() {
    audit = new TestAudit();
    killing = new Killing(directory, audit);
  }

  @AfterEach
  void giveAuditBack() {
    if (audit != null) {
      audit.close();
    }
  }

  private Auditd auditd(String... options) throws Exception {
    Auditd auditd = new Auditd(Files.createDirectories(directory.resolve("audit")), audit, all(options));
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

  /** What stands in the enriched log for the event of that kill. */
  private static List<String> event(Auditd auditd, Kill kill) {
    String own = auditd.await(syscall(kill.killer()) + "auid=");
    Matcher id = EVENT.matcher(own);
    assertThat(id.find()).isTrue();
    return Auditd.lines(auditd.enriched()).stream().filter(line -> line.contains(id.group())).toList();
  }

  private static void assertHasHistories(List<String> event, LiveService service, Kill kill) {
    assertThat(event).filteredOn(line -> line.startsWith("type=UNKNOWN[1340] ")).extracting(
        line -> line.replaceFirst(".*?\\): ", "")).containsExactlyInAnyOrder(
        "history=\"" + service.kernelText(kill.killer()).strip() + "\"",
        "opid=" + kill.victim() + " history=\"" + service.kernelText(kill.victim()).strip() + "\"");
    assertThat(service.text(kill.killer(), "names").strip()).endsWith("=>above-assassin=>assassin");
    assertThat(service.text(kill.victim(), "names").strip()).endsWith("=>above-saint=>saint");
  }

  @Test
  void kill_byAShell_hasTheHistoriesOfBoth() throws Exception {
    try (LiveService service = traced(); Auditd auditd = auditd("--limit=0")) {
      for (int i = 0; i < 3; i++) {
        Kill kill = killing.kill("assassin", "saint");
        List<String> event = event(auditd, kill);
        assertHasHistories(event, service, kill);
        String serial = event.get(0).replaceFirst(".*?:([0-9]+)\\): .*", "$1");
        assertThat(tool("ausearch", "-if", auditd.enriched().toString(), "-a", serial).out().lines().toList())
            .as("what ausearch joins").containsAll(
                event.stream().filter(line -> line.contains("history=")).toList());
      }
      auditd.stop();
      assertThat(Auditd.lines(auditd.enriched())).noneMatch(line -> line.startsWith(MARK));
      assertToolsFindAll(auditd);
      assertThat(auditd.complaints()).isEmpty();
      service.stop();
    }
  }

  @Test
  void service_startedStuckAndKilled_isUsedWhileItAnswers() throws Exception {
    try (Auditd auditd = auditd("--limit=0")) {
      auditd.await(syscall(killing.kill("assassin", "saint").killer()));
      try (LiveService service = traced()) {
        assertHasHistories(awaitEnriched(auditd), service, last);
        service.signal("STOP");
        Kill unheard = killing.kill("assassin", "saint");
        assertThat(event(auditd, unheard)).as("it is not waited for").noneMatch(line -> line.contains("history="));
        service.signal("CONT");
        assertHasHistories(awaitEnriched(auditd), service, last);
      }
      event(auditd, killing.kill("assassin", "saint"));
      try (LiveService again = traced()) {
        assertHasHistories(awaitEnriched(auditd), again, last);
        auditd.stop();
        again.stop();
      }
      List<String> marks = Auditd.lines(auditd.enriched()).stream().filter(line -> line.startsWith(MARK)).toList();
      assertThat(marks).extracting(line -> line.replaceFirst(".* (state=\\w+) (?:reason=(\\S+))?.*", "$1 $2"))
          .containsExactly("state=begin unreachable", "state=end ", "state=begin slow", "state=end ",
              "state=begin unreachable", "state=end ");
      assertToolsFindAll(auditd);
    }
  }

  /** The event of the first kill from now on that is enriched. */
  private List<String> awaitEnriched(Auditd auditd) {
    return await().atMost(Duration.ofSeconds(60)).until(() -> {
      last = killing.kill("assassin", "saint");
      return event(auditd, last);
    }, event -> event.stream().anyMatch(line -> line.contains("history=")));
  }

  @Test
  void service_down_recordsPassMarked() throws Exception {
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
