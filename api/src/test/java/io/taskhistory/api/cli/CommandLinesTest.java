package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.api.http.Running;
import io.taskhistory.history.Provenance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLinesTest {

  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

  /** What a command wrote and ended with. */
  private record Outcome(int code, String out, String err) {}

  @TempDir
  private Path directory;

  private Running host;

  @BeforeEach
  void start() throws IOException {
    host = new Running(TOKEN);
    Files.writeString(directory.resolve("endpoint"), host.url() + "\n");
    Files.writeString(directory.resolve("token"), TOKEN + "\n");
  }

  @AfterEach
  void stop() {
    host.close();
  }

  private Outcome run(boolean interactive, Map<String, String> environment, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of("--data-dir", directory.toString()));
    all.addAll(List.of(args));
    int code = CommandLines.execute(
        new Terminal(new PrintStream(out, false, StandardCharsets.UTF_8), interactive, true),
        new PrintStream(err, true, StandardCharsets.UTF_8), environment, all.toArray(String[]::new));
    return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private Outcome piped(String... args) {
    return run(false, Map.of(), args);
  }

  private Outcome onTerminal(String... args) {
    return run(true, Map.of("NO_COLOR", "1"), args);
  }

  @Test
  void show_inAPipe_isTheNames() {
    assertThat(piped("show", "3787")).isEqualTo(new Outcome(0, "swapper/0=>init=>sshd=>bash\n", ""));
  }

  @ParameterizedTest
  @CsvSource({"names, swapper/0=>init=>sshd=>bash", "domain, <kernel> init /usr/sbin/sshd bash",
      "KERNEL, name=swapper/0;pid=1;start=20230811194329=>name=init;pid=1;start=20230811194343=>name=sshd;pid=3767;"
          + "start=20230811104535=>name=bash;pid=3787;start=20230811104549"})
  void show_inAStyle_isExactlyThat(String style, String text) {
    assertThat(onTerminal("show", "3787", "--style", style).out).isEqualTo(text + "\n");
    assertThat(piped("show", "3787", "--style", style).out).isEqualTo(text + "\n");
  }

  @Test
  void show_asJson_isTheServicesAnswer() {
    assertThat(piped("show", "3787", "--json").out).startsWith("{\"task\":\"bbbbbbbb2222-3787-").endsWith("}\n");
    assertThat(piped("--json", "show", "3787").out).isEqualTo(piped("show", "3787", "--style", "json").out);
  }

  @Test
  void show_onATerminal_isForPeople() {
    String out = onTerminal("show", "3787").out;
    assertThat(out).startsWith("swapper/0 → init → sshd → bash\n\nbash  pid 3787, live\n")
        .contains("  started    2023-08-11 10:45:39.000Z by sshd (3767)\n")
        .contains("  known      complete: every exec back to the boot was seen\n")
        .contains("  2023-08-11 10:45:35.000Z     3767  sshd       resolved  /usr/sbin/sshd\n")
        .contains("  children, 4\n", "     4000  a \"=>\\012\\033[31m?\n", "3900  bash, ended 2023-08-11 10:46:09.000Z\n")
        .contains("taskhistory tree 3787 ", "taskhistory search --lineage 'sshd=>bash' ");
    assertThat(onTerminal("show", "3788").out).contains("worker  tid 3788 of pid 3787, live");
    assertThat(onTerminal("show", "4001").out)
        .contains("  ended      2023-08-11 10:46:10.000Z by SIGSEGV, core dumped\n")
        .contains("a name is not known (?)");
    assertThat(onTerminal("show", "3900", "--at", "mono:150").out)
        .contains("  ended      2023-08-11 10:46:09.000Z with code 3\n");
    assertThat(onTerminal("show", "10").out).contains("kernel thread");
    assertThat(onTerminal("show", "3767").out).contains("  user       0, login none\n")
        .contains("  from       directory /, cgroup /system.slice/ssh.service\n")
        .contains("  runs       /usr/sbin/sshd\n").contains("  arguments  sshd: 'a \"=>\\012\\033[31m?'\n");
  }

  @Test
  void show_ofAnotherBootsUser_writesTheNumberAlone() {
    assertThat(onTerminal("show", "3767").out).contains("user       0,").doesNotContain("root (0)");
  }

  @Test
  void show_ofANameWithAnArrow_isNotTakenForTwo() {
    host.scene.process(5000, 178 * Scene.SECOND, host.scene.entry(host.scene.reader().task(3787).orElseThrow().entry(),
        178 * Scene.SECOND, 5000, "a → sshd", Provenance.OBSERVED), null);
    host.scene.commit(181 * Scene.SECOND);
    assertThat(onTerminal("show", "5000").out).startsWith(
        "swapper/0 → init → sshd → bash → a\\040\\342\\206\\222\\040sshd\n");
  }

  @Test
  void show_ofSeveral_isOneAfterTheOther() {
    Outcome both = piped("show", "3787", "3767");
    assertThat(both).isEqualTo(new Outcome(0, "swapper/0=>init=>sshd=>bash\nswapper/0=>init=>sshd\n", ""));
    Outcome one = piped("show", "3787", "77", "3767", "--json");
    assertThat(one.code).isEqualTo(3);
    assertThat(one.out.lines()).hasSize(2).allMatch(line -> line.startsWith("{"));
    assertThat(one.err).contains("no task with tid 77 is known");
  }

  @Test
  void show_byName_isAllThatLive() {
    assertThat(piped("show", "--comm", "bash").out).isEqualTo("swapper/0=>init=>sshd=>bash\n".repeat(2));
    assertThat(piped("show", "--comm", "a\\040\\042\\075\\076\\012\\033\\13331m\\077").out).endsWith("31m\\077\n");
    Outcome none = piped("show", "--comm", "nginx");
    assertThat(none.code).isEqualTo(3);
    assertThat(none.err).contains("no live process has the name nginx; taskhistory search --comm");
  }

  @Test
  void show_withALimit_leavesTheOldestOut() {
    assertThat(piped("show", "3787", "--style", "kernel", "--limit", "256").out.length()).isLessThan(256);
    assertThat(piped("show", "3787", "--limit", "100").err).contains("--limit has to be 256 or more, or 0");
  }

  @ParameterizedTest
  @CsvSource(quoteCharacter = '"', value = {
      "0, by SIGKILL from bash (3787) swapper/0=>init=>sshd=>bash",
      "2, \" by SIGSEGV, made by the kernel (SEGV_MAPERR), core dumped\"",
      "3, \" by SIGALRM, made in an interrupt (SI_KERNEL)\"",
      "4, \" by SIGKILL, made by the kernel (SI_KERNEL), killed by the OOM killer\"",
      "5, by SIGINT from a task that is not known", "6, by SIGQUIT from bbbbbbbb2222-4999-1", "7, by SIGABRT from itself",
      "8, with code 0", "9, nobody saw how"})
  void show_ofAnEndedTask_saysHowAndByWhom(int which, String how) {
    host.scene.endInEveryWay();
    assertThat(onTerminal("show", Integer.toString(Scene.ENDED + which)).out)
        .containsPattern("(?m)^  ended      2023-08-11 10:46:2\\d\\.\\d00Z " + Pattern.quote(how.strip()) + "$");
  }

  @Test
  void show_ofOneKilledByAHostileName_writesItReadably() {
    host.scene.endInEveryWay();
    assertThat(onTerminal("show", Integer.toString(Scene.ENDED + 1)).out)
        .contains(" by SIGTERM from a \"=>\\012\\033[31m? (4000) swapper/0=>init=>sshd=>bash=>a\\040\\042\\075\\076")
        .contains("\\077 (not complete)\n");
  }

  @Test
  void show_ofAHostileName_writesNoControlBytes() {
    host.scene.endInEveryWay();
    for (Outcome outcome : List.of(onTerminal("show", "4000"), piped("show", "4000"), onTerminal("tree"), piped("tree"),
        onTerminal("show", Integer.toString(Scene.ENDED + 1)),
        onTerminal("search"), piped("search"), piped("tree", "--json"))) {
      assertThat(outcome.code).isZero();
      assertThat(outcome.out.chars().filter(c -> c < ' ' && c != '\n' && c != '\t' || c == 127)).isEmpty();
    }
    assertThat(onTerminal("show", "4000").out).contains("\na \"=>\\012\\033[31m?  pid 4000")
        .contains("by bash (3787), as is assumed\n").contains("not complete:\n")
        .contains("gap of proc (overflow), ");
  }

  @Test
  void show_atATime_isWhoeverHeldThePid() {
    assertThat(piped("show", "3787", "--at", "2023-08-11T10:45:48Z").out).isEqualTo("swapper/0=>init=>sshd\n");
    assertThat(piped("show", "1", "--at", "mono:600", "--boot", "aaaa").out).isEqualTo("swapper/0=>oldinit\n");
    Outcome nobody = piped("show", "3787", "--at", "mono:1");
    assertThat(nobody.code).isEqualTo(3);
    assertThat(nobody.err).startsWith("taskhistory: nobody held tid 3787 at ");
  }

  @Test
  void show_ofAnUnknownPid_exits3() {
    Outcome outcome = piped("show", "77");
    assertThat(outcome.code).isEqualTo(3);
    assertThat(outcome.out).isEmpty();
    assertThat(outcome.err).contains("no task with tid 77 is known");
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "show", "show x", "show -1", "show 1 --at x", "show 1 --style xml", "show 1 --boot a", "tree x",
      "run x", "tree --depth x", "search --uid root", "search --size 0", "search --from x", "watch --kind x", "watch --count 0",
      "watch x", "show 1 --comm a", "show --comm a --at 1", "man x", "man show --output /tmp", "",
      "enrich --limit x", "enrich --kmsg --boot zz",
      "--color red tree",
      "run --source audit --audit off", "run --audit x", "run --audit-only uid=1", "run --audit-rules all",
      "run --audit listen --audit-only uid", "run --audit listen --audit-only no=1", "run --release --source audit",
      "run --trace-instance a/b", "run --trace-instance a.b", "run --trace-buffer 0",
      "run --release --source proc", "run --release --trace-instance a/b", "run --trace-buffer 4K",
      "run --trace-buffer 1T", "run --trace-buffer 17G", "run --trace-buffer 99999999999M",
      "run --listen 0.0.0.0:0", "serve --listen 0.0.0.0:0", "run --tls-cert x", "run --tls-client-ca x", "run --server-name x",
      "run --tls-cert /none --tls-key /none", "run --socket-others all", "serve --auth some", "--server unix: status",
      "--server ftp://localhost:1 status", "run --listen 1340", "run --listen [::]:1",
      "run --listen 10.0.0.1:80 --auth none", "run --auth x", "run --receive-buffer 1",
      "run --server http://127.0.0.1:1",
      "--server http://192.0.2.1:80 status",
      "status x"})
  void use_wrong_exits2(String line) {
    Outcome outcome = piped(line.isEmpty() ? new String[0] : line.split(" "));
    assertThat(outcome.code).isEqualTo(2);
    assertThat(outcome.out).isEmpty();
    assertThat(outcome.err).startsWith("taskhistory: ");
  }

  @Test
  void tree_onATerminal_isDrawn() {
    assertThat(onTerminal("tree").out).isEqualTo("""
        1 init
        └─ 3767 sshd
           └─ 3787 bash (2 threads)
              ├─ 4000 a "=>\\012\\033[31m?
              └─ 3900 bash
        2 [swapper/0]
        └─ 10 [swapper/0]
        """);
    assertThat(onTerminal("tree", "3767", "--depth", "1").out).isEqualTo("3767 sshd\n└─ 3787 bash (2 threads)\n");
  }

  @Test
  void tree_inAPipe_isIndented() {
    assertThat(piped("tree", "3767").out)
        .isEqualTo("3767 sshd\n  3787 bash (2 threads)\n    4000 a\\040\\042\\075\\076\\012\\033\\13331m\\077\n"
            + "    3900 bash\n");
    assertThat(piped("tree", "--json").out.lines()).hasSize(7).allMatch(line -> line.startsWith("{"));
    assertThat(piped("tree", "4001").code).isEqualTo(3);
  }

  @Test
  void search_listsExecs() {
    assertThat(piped("search", "--comm", "sshd").out)
        .isEqualTo("2023-08-11T10:45:35.000000000Z\t3767\t0\tsshd\tswapper/0=>init=>sshd\n");
    assertThat(piped("search", "--size", "2").out.lines()).hasSize(2);
    assertThat(piped("search", "--exe", "/usr/sbin/sshd", "--uid", "0", "--from", "mono:126", "--to", "mono:127",
        "--json").out).startsWith("{\"task\":");
    assertThat(piped("search", "--comm", "nothing")).isEqualTo(new Outcome(0, "", ""));
    assertThat(onTerminal("search", "--comm", "bash").out).contains("   3787 ?        bash            swapper/0=>init=>sshd=>bash\n");
  }

  @Test
  void search_byLineageAndTime_findsThose() {
    assertThat(piped("search", "--lineage", "sshd=>bash", "--at", "mono:140").out.lines()).hasSize(1)
        .allMatch(line -> line.endsWith("\tbash\tswapper/0=>init=>sshd=>bash"));
    assertThat(piped("search", "--lineage", "init=>bash").out).isEmpty();
    assertThat(piped("search", "--lineage", "=>").code).isEqualTo(2);
  }

  @Test
  void tree_atATime_isThatOfThen() {
    assertThat(piped("tree", "3767", "--at", "mono:155").out).contains("    3900 bash\n", "    4001 ?\n");
    assertThat(piped("tree", "--at", "mono:600", "--boot", "aaaa").out).isEqualTo("1 oldinit\n");
    assertThat(piped("tree", "--at", "yesterday").code).isEqualTo(2);
  }

  @Test
  void watch_ofWhatWasKept_isShown() {
    String beginning = "aaaaaaaa2222-0-0";
    assertThat(piped("watch", "--after", beginning, "--kind", "exec", "--comm", "sshd", "--count", "1")).isEqualTo(
        new Outcome(0, "2023-08-11T10:45:35.000000000Z\texec\t3767\t0\tsshd\tswapper/0=>init=>sshd\n", ""));
    assertThat(piped("watch", "--after", beginning, "--lineage", "sshd=>bash", "-n", "1", "--json").out)
        .startsWith("{\"event\":\"exec\",\"id\":\"bbbbbbbb2222-").contains("\"history\":\"swapper/0=>init=>sshd=>bash\"");
    assertThat(onTerminal("watch", "--after", beginning, "--kind", "fork", "--root", "3787", "-n", "1").out)
        .contains("  fork ").contains(" from 3767");
    assertThat(onTerminal("watch", "--after", beginning, "--kind", "exit", "-n", "3").out)
        .contains(" with code 3\n", " by SIGSEGV, core dumped\n");
    Outcome wrong = piped("watch", "--after", "yesterday");
    assertThat(wrong.code).isEqualTo(2);
    assertThat(piped("watch", "--lineage", "a=>=>b").code).isEqualTo(2);
    assertThat(piped("watch", "--root", "77").code).isEqualTo(3);
  }

  @Test
  void status_isForPeopleOrPrograms() {
    assertThat(piped("status").out).contains("source     proc running, the spine, events 1234, lost 2 in 1 losses")
        .contains("coverage   85.7 %: 6 of 7 live processes")
        .contains("self-check 800 comparisons in 4 rounds, found 3 (")
        .contains(": process 7 (sh) has ended\n           audit agrees with the spine 50 times, contradicts it 1 times");
    assertThat(piped("status", "--json").out).startsWith("{\"version\":\"1.2.3\"");
  }

  @Test
  void doctor_onBoot_isForPeopleOrPrograms() {
    assertThat(piped("doctor", "--boot").out).contains("parameters   trace_event=sched:sched_process_fork,")
        .contains("bootloader   ").contains("trace_instance=");
    assertThat(piped("doctor", "--boot", "--json").out).startsWith("{\"kernel\":\"")
        .contains("\"started_so_far\":").endsWith("}\n");
  }

  @Test
  void colour_isWhereItIsWanted() {
    assertThat(run(true, Map.of(), "tree").out).contains("\u001b[");
    assertThat(run(true, Map.of("NO_COLOR", "1"), "tree").out).doesNotContain("\u001b[");
    assertThat(run(true, Map.of(), "--color", "never", "tree").out).doesNotContain("\u001b[");
    assertThat(run(false, Map.of(), "tree").out).doesNotContain("\u001b[");
    assertThat(run(false, Map.of("NO_COLOR", "1"), "--color", "always", "status").out).contains("\u001b[");
  }

  @Test
  void help_listsOnlyWhatIsThere() {
    Outcome help = piped("--help");
    assertThat(help.code).isZero();
    assertThat(help.out).contains("run ", "show ", "tree ", "search ", "status ", "doctor ", "watch ", "enrich ", "man ");
    assertThat(piped("show", "--help").out).contains("--style");
    assertThat(piped("--version").out).startsWith("taskhistory ").doesNotContain("$");
    assertThat(piped("run", "--help").out).contains("--source", "--trace-instance", "--trace-buffer", "--release");
    assertThat(piped("completion").out).contains("complete -F _taskhistory taskhistory\n", "--trace-instance", "--boot");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
      "shwo 1 | there is no command 'shwo'; did you mean show?","se 1 | did you mean search or serve?",
      "show 1 --styl x | there is no option '--styl'; did you mean --style?",
      "show 1 --stlye=x | there is no option '--stlye'; did you mean --style?",
      "show 1 --style nams | --style cannot be 'nams'; write one of kernel, names, domain, json; did you mean names?",
      "watch --kind frok | did you mean fork?", "search --uid x | --uid has to be a number, and cannot be 'x'",
      "show | PID is missing", "status --data-dir | --data-dir wants DIR after it",
      "status xyzzy | 'xyzzy' is more than taskhistory status takes",
      "show 1 --at yesterday | write RFC 3339 (2023-08-11T10:45:38.271Z", "man shw | did you mean show?"})
  void use_wrong_isToldWhatWasMeant(String line, String says) {
    Outcome outcome = piped(line.split(" "));
    assertThat(outcome.code).isEqualTo(2);
    assertThat(outcome.err).startsWith("taskhistory: ").contains(says);
  }

  @Test
  void use_wrongWithEscapes_writesNone() {
    assertThat(piped("\u001b[31mshow").err).doesNotContain("\u001b");
    assertThat(piped("show", "--st\u001b[31m").err).doesNotContain("\u001b");
    assertThat(piped("show", "--style", "\u202e\u001b[31m").err).doesNotContain("\u001b", "\u202e");
  }

  @Test
  void service_thatDoesNotRun_exits1WithAHint() throws IOException {
    Files.writeString(directory.resolve("endpoint"), "http://127.0.0.1:1\n");
    Outcome gone = piped("status");
    assertThat(gone.code).isEqualTo(1);
    assertThat(gone.err).contains("cannot reach http://127.0.0.1:1").contains("is the service running?");
    Files.delete(directory.resolve("endpoint"));
    Outcome never = piped("status");
    assertThat(never.code).isEqualTo(1);
    assertThat(never.err).contains("no service has left its address").contains("sudo taskhistory run");
  }

  @Test
  void token_thatIsNotTheServices_exits1AndIsNotShown() throws IOException {
    String other = TOKEN.replace('a', 'b');
    Files.writeString(directory.resolve("token"), other);
    Outcome refused = piped("status");
    assertThat(refused.code).isEqualTo(1);
    assertThat(refused.err).contains("wants another token").doesNotContain(other);
    Files.writeString(directory.resolve("token"), "\u001b[31m not a token");
    assertThat(piped("status").err).contains("holds no token").doesNotContain("\u001b");
  }

  @Test
  void server_named_isAskedInsteadOfTheDirectorys() throws IOException {
    Files.delete(directory.resolve("endpoint"));
    assertThat(piped("--server", host.url(), "status").code).isZero();
    assertThat(piped("--server", "http://localhost:" + host.port(), "status").code).isZero();
  }
}
