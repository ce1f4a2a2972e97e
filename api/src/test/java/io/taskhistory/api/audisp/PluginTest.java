package io.taskhistory.api.audisp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.audisp.NotEnrichedException.Reason;
import io.taskhistory.api.service.DataDirectory;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin between a pipe and a log, with somebody in place of the service who does as he is told. */
class PluginTest {

  private static final String HISTORY = "type=UNKNOWN[1340] msg=audit(1.000:1): history=\"name=init\"\n";

  @TempDir
  private Path directory;

  private PipedOutputStream dispatcher = new PipedOutputStream();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private volatile Enricher service = (records, hurry) -> ByteBuffer.wrap(
      Records.bytes(Records.text(records, records.length) + HISTORY));
  private volatile Settings settings;
  private volatile boolean over;
  private volatile boolean asked;
  private Plugin plugin;
  private CompletableFuture<Void> running;

  @BeforeEach
  void start() throws IOException {
    start(settings("taskhistory.log", 1));
  }

  private void start(Settings initial) throws IOException {
    settings = initial;
    plugin = new Plugin(new PipedInputStream(dispatcher, 1 << 20), () -> settings,
        all -> (records, hurry) -> service.enrich(records, hurry), complaints::add);
    running = CompletableFuture.runAsync(() -> {
      try {
        plugin.run();
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @AfterEach
  void end() throws IOException {
    over = true;
    dispatcher.close();
    running.orTimeout(60, TimeUnit.SECONDS).join();
  }

  private Settings settings(String name, int queue) {
    return new Settings(directory.resolve(name), 1, 6, queue, false, null, new DataDirectory(directory));
  }

  private void send(String records) throws IOException {
    dispatcher.write(Records.bytes(records));
    dispatcher.flush();
  }

  private List<String> lines(String name) throws IOException {
    Path log = directory.resolve(name);
    return Files.exists(log) ? Files.readAllLines(log, StandardCharsets.ISO_8859_1) : List.of();
  }

  private List<String> lines() throws IOException {
    return lines("taskhistory.log");
  }

  /** Of the log and all before it, oldest first. */
  private List<String> allLines() throws IOException {
    List<String> all = new ArrayList<>();
    for (int number = 5; number >= 1; number--) {
      all.addAll(lines("taskhistory.log." + number));
    }
    all.addAll(lines());
    return all;
  }

  private void awaitLine(String name, String line) {
    await().untilAsserted(() -> assertThat(lines(name)).contains(line.strip()));
  }

  private void serviceFails(Reason reason) {
    service = (records, hurry) -> {
      throw new NotEnrichedException(reason, "out of order");
    };
  }

  @Test
  void records_areEnriched_withoutWaitingForMore() throws IOException {
    send(Records.login(1));
    awaitLine("taskhistory.log", Records.login(1));
    assertThat(lines()).containsExactly(Records.login(1).strip(), HISTORY.strip());
  }

  @Test
  void endOfInput_isTheEnd_andNothingIsMissing() throws IOException {
    send(Records.logins(1, 1000));
    end();
    assertThat(String.join("\n", lines()) + "\n").isEqualTo(Records.logins(1, 1000) + HISTORY);
    assertThat(complaints).isEmpty();
    assertThat(plugin.isDone()).isTrue();
  }

  @Test
  void service_thatFails_isMarkedWhereItBeginsAndWhereItEnds() throws IOException {
    Enricher working = service;
    serviceFails(Reason.UNREACHABLE);
    send(Records.logins(1, 3));
    awaitLine("taskhistory.log", Records.login(2));
    send(Records.login(3));
    awaitLine("taskhistory.log", Records.login(3));
    service = working;
    AtomicInteger serial = new AtomicInteger(4);
    await().untilAsserted(() -> {
      send(Records.login(serial.getAndIncrement()));
      assertThat(lines()).contains(HISTORY.strip());
    });
    List<String> lines = lines();
    assertThat(lines.subList(0, 4)).satisfiesExactly(
        mark -> assertThat(mark).isEqualTo("type=DAEMON_ERR msg=audit(1691750739.271:4000000000): op=not-enriched"
            + " state=begin reason=unreachable from=1691750739.271:1 res=failed"),
        one -> assertThat(one + "\n").isEqualTo(Records.login(1)),
        two -> assertThat(two + "\n").isEqualTo(Records.login(2)),
        three -> assertThat(three + "\n").isEqualTo(Records.login(3)));
    List<String> marks = Records.marks(lines);
    assertThat(marks).hasSize(2);
    long plain = lines.stream().takeWhile(line -> !line.contains("state=end")).count() - 1;
    assertThat(marks.get(1)).startsWith("op=not-enriched state=end lines=" + plain + " bytes=")
        .contains(" from=1691750739.271:1 to=").endsWith(" res=success");
    assertThat(complaints).hasSize(2).first().asString().contains("out of order");
  }

  /** A service that does not answer; to wait for its answer has no end of its own here. */
  private ByteBuffer stuck(BooleanSupplier hurry) throws InterruptedException, NotEnrichedException {
    asked = true;
    while (!hurry.getAsBoolean() && !over) {
      Thread.sleep(1);
    }
    throw new NotEnrichedException(Reason.SLOW, "stuck");
  }

  @Test
  void service_thatIsStuck_isNotWaitedForWhereLinesWouldBeDropped() throws IOException {
    service = (records, hurry) -> stuck(hurry);
    String most = Records.logins(1, 12_000);
    assertThat(most.length()).as("it fits into the queue, and fills half of it").isBetween(700_000, 1 << 20);
    send(Records.login(0));
    await().until(() -> asked);
    send(most);
    awaitLine("taskhistory.log", Records.login(0));
    end();
    assertThat(Records.withoutMarks(lines())).isEqualTo(Records.login(0) + most);
    assertThat(Records.marks(lines())).hasSize(2);
  }

  @Test
  void queue_thatIsFull_dropsLinesAndCountsThem() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    service = (records, hurry) -> {
      stuck.await();
      throw new NotEnrichedException(Reason.SLOW, "stuck");
    };
    int sent = 60_000;
    for (int from = 0; from < sent; from += 100) {
      send(Records.logins(from, from + 100));
    }
    await().until(() -> plugin.isQuiet());
    stuck.countDown();
    send(Records.login(sent));
    end();
    long kept = 0;
    long dropped = 0;
    for (String line : allLines()) {
      kept += line.contains("USER_LOGIN") ? 1 : 0;
      dropped += line.contains("op=drop reason=queue-full")
          ? Long.parseLong(line.replaceFirst(".* lines=(\\d+) .*", "$1")) : 0;
    }
    assertThat(dropped).isPositive();
    assertThat(kept + dropped).isEqualTo(sent + 1);
    assertThat(lines()).last().asString().contains("state=end");
  }

  @Test
  void log_isRotatedWhereNoEventIsOpen_andEachBeginsWithItsMark() throws IOException {
    end();
    dispatcher = new PipedOutputStream();
    start(settings("taskhistory.log", 16));
    serviceFails(Reason.REFUSED);
    int sent = 30_000;
    for (int from = 0; from < sent; from += 100) {
      send(Records.logins(from, from + 100));
    }
    end();
    for (String name : List.of("taskhistory.log.1", "taskhistory.log")) {
      assertThat(lines(name)).first().asString().contains("op=not-enriched state=begin reason=refused");
    }
    assertThat(Records.withoutMarks(allLines())).isEqualTo(Records.logins(0, sent));
  }

  @Test
  void hangUp_opensTheLogThatIsMeantNow() throws IOException {
    send(Records.login(1));
    awaitLine("taskhistory.log", Records.login(1));
    Files.move(directory.resolve("taskhistory.log"), directory.resolve("moved"));
    plugin.hangUp();
    await().untilAsserted(() -> assertThat(directory.resolve("taskhistory.log")).exists());
    send(Records.login(2));
    awaitLine("taskhistory.log", Records.login(2));
    settings = settings("other.log", 1);
    plugin.hangUp();
    await().untilAsserted(() -> assertThat(directory.resolve("other.log")).exists());
    send(Records.login(3));
    awaitLine("other.log", Records.login(3));
    assertThat(lines("moved")).containsExactly(Records.login(1).strip(), HISTORY.strip());
    assertThat(lines()).containsExactly(Records.login(2).strip(), HISTORY.strip());
    assertThat(complaints).isEmpty();
  }

  @Test
  void stop_writesWhatHasCome() throws Exception {
    send(Records.logins(1, 100));
    plugin.stop();
    assertThat(plugin.isDone()).isTrue();
    assertThat(String.join("\n", lines()) + "\n").isEqualTo(Records.logins(1, 100) + HISTORY);
  }

  @Test
  void stop_whileTheServiceIsStuck_writesWhatHasCome() throws Exception {
    service = (records, hurry) -> stuck(hurry);
    send(Records.logins(1, 100));
    plugin.stop();
    assertThat(Records.withoutMarks(lines())).isEqualTo(Records.logins(1, 100));
    assertThat(Records.marks(lines())).hasSize(2);
  }
}
