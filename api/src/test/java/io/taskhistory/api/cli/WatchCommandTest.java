package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.taskhistory.api.cli.Machinery.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command makes of a stream: this end of it, over real connections. */
class WatchCommandTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
  private static final String FORK = "id: 1\nevent: fork\ndata: {\"time\":\"2023-08-11T10:45:38.271000000Z\",\"task\":\"b-70-1\","
      + "\"tid\":70,\"tgid\":70,\"comm\":\"bash\",\"thread\":false,\"creator\":\"b-60-1\"}\n\n";
  private static final String EXEC = "id: 2\nevent: exec\ndata: {\"time\":\"2023-08-11T10:45:39.000000000Z\",\"task\":\"b-70-1\","
      + "\"tid\":70,\"name\":\"a\\\\033\",\"provenance\":\"observed\",\"history\":\"swapper/0=>init=>sshd=>bash=>a\\\\033\","
      + "\"complete\":true,\"exe\":\"/bin/a\",\"argv\":[\"a\\u001b[31m\",\"two words\"],\"uid\":1000}\n\n";
  private static final String MARK = "event: watermark\nid: 3\ndata: {\"time\":\"2023-08-11T10:45:40.000000000Z\"}\n\n";
  private static final String EXIT = "id: 4\nevent: exit\ndata: {\"time\":\"2023-08-11T10:45:41.000000000Z\",\"task\":\"b-70-1\","
      + "\"tid\":70,\"tgid\":70,\"comm\":\"a\\\\033\",\"exit\":{\"signal\":9,\"signal_name\":\"SIGKILL\"}}\n\n";
  private static final String GAP = "id: 5\nevent: gap\ndata: {\"time\":\"2023-08-11T10:45:43.000000000Z\",\"source\":\"trace\","
      + "\"from\":\"2023-08-11T10:45:42Z\",\"to\":\"2023-08-11T10:45:43.000000000Z\",\"lost\":null,\"cause\":\"overflow\"}\n\n";

  @TempDir
  private Path directory;

  /** A request that was made: its query and the event that it goes on after. */
  private record Asked(String query, String after) {}

  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private volatile List<String> answers = List.of();
  private volatile int statusOfStatus = 200;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool(task -> {
      Thread thread = new Thread(task, "stream");
      thread.setDaemon(true);
      return thread;
    }));
    server.createContext("/api/v1/events", this::answer);
    server.createContext("/api/v1/status", exchange -> respond(exchange, statusOfStatus, "{\"boot\":\"b\",\"detail\":\"not for you\"}"));
    server.start();
    Files.writeString(directory.resolve("endpoint"), "http://127.0.0.1:" + server.getAddress().getPort() + "\n");
    Files.writeString(directory.resolve("token"), TOKEN + "\n");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static void respond(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /** The n-th request gets the n-th answer, and after the last of them nothing more on a connection that stays. */
  private void answer(HttpExchange exchange) throws IOException {
    asked.add(new Asked(String.valueOf(exchange.getRequestURI().getRawQuery()),
        String.valueOf(exchange.getRequestHeaders().getFirst("Last-Event-ID"))));
    int index = asked.size() - 1;
    String answer = answers.get(Math.min(index, answers.size() - 1));
    if (answer.startsWith("{")) {
      respond(exchange, 400, answer);
      return;
    }
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    out.write(answer.getBytes(StandardCharsets.UTF_8));
    out.flush();
    if (index < answers.size() - 1) {
      exchange.close();
    }
  }

  private Outcome watch(boolean interactive, int width, String... args) {
    return run(interactive, width, "watch", args);
  }

  private Outcome run(boolean interactive, int width, String command, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<String> all = new ArrayList<>(List.of("--data-dir", directory.toString(), command));
    all.addAll(List.of(args));
    int code = CommandLines.execute(
        new Terminal(new PrintStream(out, false, StandardCharsets.UTF_8), interactive, true, () -> width),
        new PrintStream(err, true, StandardCharsets.UTF_8), Map.of("NO_COLOR", "1"), all.toArray(String[]::new));
    return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void events_inAPipe_areFields() {
    answers = List.of(FORK + EXEC + MARK + EXIT + GAP);
    assertThat(watch(false, 80, "--count", "4")).isEqualTo(new Outcome(0, """
        2023-08-11T10:45:38.271000000Z\tfork\t70\t\tbash\tfrom 60
        2023-08-11T10:45:39.000000000Z\texec\t70\t1000\ta\\033\tswapper/0=>init=>sshd=>bash=>a\\033
        2023-08-11T10:45:41.000000000Z\texit\t70\t\ta\\033\tby SIGKILL
        2023-08-11T10:45:43.000000000Z\tgap\t\t\t\ttrace lost events, nobody knows how many from 2023-08-11T10:45:42Z to \
        2023-08-11T10:45:43.000000000Z (overflow)
        """, ""));
  }

  @Test
  void events_asJson_areWhole() {
    answers = List.of(FORK + MARK + EXEC);
    String out = watch(true, 80, "--json", "--count", "2").out();
    assertThat(out.lines()).hasSize(2);
    assertThat(out).startsWith("{\"event\":\"fork\",\"id\":\"1\",\"time\":\"2023-").contains("\"creator\":\"b-60-1\"}\n")
        .contains("\"argv\":[\"a\\u001B[31m\",\"two words\"]").doesNotContain("\u001b");
  }

  @Test
  void events_onATerminal_fitIntoIt() {
    answers = List.of(FORK + EXEC + EXIT + GAP);
    for (int width : new int[] {40, 60, 80, 200}) {
      String out = watch(true, width, "--count", "4").out();
      assertThat(out.lines()).hasSize(4).allMatch(line -> Cells.width(line) <= Math.max(width, 56));
      assertThat(out).doesNotContain("\u001b");
      asked.clear();
    }
    assertThat(watch(true, 80, "--count", "4").out())
        .contains("10:45:39.000Z  exec       70 1000     a\\033           …=>init=>sshd=>bash=>a\\033\n");
    assertThat(watch(true, 200, "--count", "4").out())
        .contains(" swapper/0=>init=>sshd=>bash=>a\\033  'a?[31m' 'two words'\n");
  }

  @Test
  void watermarks_areShownWhereTheyAreWanted() {
    answers = List.of(FORK + MARK + EXEC);
    assertThat(watch(false, 80, "--kind", "exec,watermark", "--count", "3").out()).contains("\twatermark\t");
    assertThat(asked).containsExactly(new Asked("kind=exec%2Cgap", "null"));
  }

  @Test
  void filters_areAskedFor() {
    answers = List.of(FORK);
    watch(false, 80, "--kind", "FORK", "--comm", "a b", "--exe", "/x", "--lineage", "sshd=>*", "--uid", "33", "--root",
        "4711", "--after", "7-8", "-n", "1");
    assertThat(asked).containsExactly(
        new Asked("kind=fork%2Cgap&comm=a%20b&exe=%2Fx&lineage=sshd%3D%3E*&uid=33&root=4711", "7-8"));
  }

  @Test
  void service_thatRestarts_isWaitedFor_andGoneOnWith() {
    answers = List.of(FORK + EXEC + "id: 9\nevent: exit\ndata: {\"cut", EXIT, GAP);
    Outcome outcome = watch(false, 80, "--count", "4");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out().lines()).hasSize(4);
    assertThat(asked).extracting(Asked::after).containsExactly("null", "2", "4");
    assertThat(outcome.err()).isEqualTo("""
        taskhistory: the service has ended the stream; waiting for it
        taskhistory: the service is back; going on after 2
        taskhistory: the service has ended the stream; waiting for it
        taskhistory: the service is back; going on after 4
        """);
  }

  @Test
  void question_thatIsRefused_exits2() {
    answers = List.of("{\"detail\":\"lineage: item 2 is \\u001b[31mempty\"}");
    Outcome outcome = watch(false, 80, "--lineage", "a=>=>b");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).isEqualTo("taskhistory: lineage: item 2 is ?[31mempty\n");
    assertThat(asked).hasSize(1);
  }

  @Test
  void user_whoIsNotToldTheStatus_isToldEventsAllTheSame() {
    answers = List.of(FORK + EXEC);
    statusOfStatus = 403;
    Outcome outcome = watch(true, 80, "--count", "2");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out().lines()).hasSize(2);
    assertThat(outcome.out()).contains("exec       70 1000     a\\033");
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void service_thatFails_exits1_andOneThatForbids2() {
    answers = List.of(FORK);
    statusOfStatus = 500;
    assertThat(watch(true, 80)).isEqualTo(new Outcome(1, "", "taskhistory: not for you\n"));
    statusOfStatus = 403;
    assertThat(run(true, 80, "status")).isEqualTo(new Outcome(2, "", "taskhistory: not for you\n"));
  }

  @Test
  void service_thatDoesNotRun_exits1AtOnce() throws IOException {
    Files.delete(directory.resolve("endpoint"));
    assertThat(watch(false, 80).err()).contains("no service has left its address");
    assertThat(watch(false, 80).code()).isEqualTo(1);
  }

  @Test
  void answer_thatIsSomethingElse_isSaid() {
    answers = List.of("event: fork\ndata: [1]\n\n");
    assertThat(watch(false, 80).err()).isEqualTo("taskhistory: the service sends something else than taskhistory does\n");
  }

  @Test
  void interrupt_endsItWith0_andCounts() throws Exception {
    answers = List.of(FORK + EXEC + EXIT);
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Process process = new ProcessBuilder(Machinery.command("--data-dir", directory.toString(), "watch"))
        .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      await().atMost(PATIENCE).until(() -> Files.readString(out).lines().count() == 3);
      assertThat(new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor()).isZero();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(Files.readString(err)).isEqualTo("taskhistory: 3 events: 1 fork, 1 exec, 1 exit\n");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void reader_thatGoes_endsItQuietly() throws Exception {
    answers = List.of(FORK.repeat(20_000));
    List<String> command = Machinery.command("--data-dir", directory.toString(), "watch");
    command.replaceAll(word -> "'" + word + "'");
    Outcome outcome = Machinery.run(List.of("bash", "-c",
        String.join(" ", command) + " | head -n 1; exit ${PIPESTATUS[0]}"));
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out().lines()).hasSize(1);
    assertThat(outcome.err()).isEmpty();
  }
}
