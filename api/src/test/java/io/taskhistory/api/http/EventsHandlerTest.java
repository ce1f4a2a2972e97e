package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.Scene;
import io.taskhistory.api.http.EventSource.Event;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventsHandlerTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String BEGINNING = "aaaaaaaa2222-0-0";

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<EventSource> sources = new ArrayList<>();
  private Running host;
  private long now = 200 * Scene.SECOND;

  @BeforeEach
  void start() {
    host = new Running();
  }

  @AfterEach
  void stop() {
    sources.forEach(EventSource::close);
    host.close();
  }

  private EventSource open(String query, String... headers) {
    HttpRequest.Builder request = host.request("/api/v1/events" + query);
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<InputStream> answer =
        client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream()).join();
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
    EventSource source = new EventSource(answer.body());
    sources.add(source);
    return source;
  }

  /** A shell that execs and ends, in a commit of its own. */
  private Task live(int tid, String name) {
    return live(tid, name, Details.UNKNOWN);
  }

  private Task live(int tid, String name, Details details) {
    Task shell = host.scene.reader().task(3787).orElseThrow();
    Task task = Task.leader(host.scene.writer().boot(), tid, now, shell.entry());
    task.createdBy(shell.tid(), shell.start());
    host.scene.writer().save(task);
    Entry entry = host.scene.entry(shell.entry(), now + 1, tid, name, Provenance.OBSERVED);
    entry.detail(details);
    host.scene.writer().save(entry);
    task.enter(entry);
    task.rename(entry.name());
    host.scene.writer().save(task);
    host.scene.end(task, now + 2, 7 << 8);
    now += Scene.SECOND;
    host.scene.commit(now);
    return task;
  }

  private static void awaitAtLeast(EventSource source, int events) {
    await().atMost(SOON).until(() -> source.happened().size() >= events);
  }

  private static List<String> kinds(EventSource source) {
    return source.happened().stream().map(Event::kind).toList();
  }

  @Test
  void whatHappens_isTold_asItIsKept_andAsItIsDescribed() {
    EventSource source = open("");
    Task task = live(5000, "ls");
    awaitAtLeast(source, 3);
    assertThat(kinds(source)).containsExactly("fork", "exec", "exit");
    Event exec = source.happened().get(1);
    assertThat(exec.data().path("task").asText()).isEqualTo(task.id().toString());
    assertThat(exec.data().path("history").asText()).isEqualTo("swapper/0=>init=>sshd=>bash=>ls");
    assertThat(exec.data().path("complete").asBoolean()).isTrue();
    assertThat(source.happened().get(0).data().path("creator").asText()).isEqualTo(Scene.KEY + "-3787-130000000000");
    assertThat(source.happened().get(2).data().path("exit").path("code").asInt()).isEqualTo(7);

    Description description = Description.of(host);
    EventSource all = open("?after=" + BEGINNING);
    host.scene.writer().gap("proc", 100 * Scene.SECOND, 101 * Scene.SECOND, 5, Gap.Cause.OVERFLOW);
    host.scene.commit(now += Scene.SECOND);
    await().atMost(SOON).until(() -> kinds(all).contains("gap"));
    await().atMost(SOON).until(() -> all.events().stream().anyMatch(event -> event.kind().equals("watermark")));
    assertThat(all.events()).hasSizeGreaterThan(20).allSatisfy(event -> description.check(
        description.operations().get("getEvents").path("responses").path("200").path("content")
            .path("text/event-stream").path("x-event-data").path(event.kind()), event.data()));
  }

  @Test
  void stream_takenUpAgain_leavesNothingOutAndTellsNothingTwice() {
    for (int i = 0; i < 400; i++) {
      live(5000 + i, "ls");
    }
    EventSource whole = open("?kind=fork,exec,exit&after=" + BEGINNING);
    await().atMost(SOON).until(
        () -> whole.happened().stream().anyMatch(e -> e.kind().equals("exit") && e.data().path("tid").asInt() == 5399));
    List<Event> all = whole.happened();
    assertThat(all.stream().map(Event::id)).doesNotHaveDuplicates();
    for (int place : new int[] {0, 1, 255, 256, 700, all.size() - 2}) {
      EventSource rest = open("?kind=fork,exec,exit&after=" + BEGINNING, "Last-Event-ID", all.get(place).id());
      awaitAtLeast(rest, all.size() - place - 1);
      assertThat(rest.happened()).isEqualTo(all.subList(place + 1, all.size()));
    }
  }

  @Test
  void manyReaders_whoBeginAtAnyTime_areAllToldTheSame() {
    List<EventSource> readers = new ArrayList<>();
    List<Integer> told = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      readers.add(open("?kind=exec&comm=burst"));
      told.add(i);
      live(6000 + i, "burst");
    }
    for (int i = 0; i < 60; i++) {
      EventSource reader = readers.get(i);
      int first = 6000 + told.get(i);
      awaitAtLeast(reader, 60 - i);
      assertThat(reader.happened().stream().map(event -> event.data().path("tid").asInt()))
          .containsExactlyElementsOf(IntStream.range(first, 6060).boxed().toList());
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "kind=exec | exec exec", "kind=exit,fork&comm=sh | fork exit", "comm=ls | fork exec exit",
      "lineage=bash%3D%3Els | exec exit", "lineage=bash&kind=fork | fork fork", "kind=exec&uid=0 | ''",
      "root=3767&kind=exec | exec exec", "root=4000&kind=exec | ''", "kind=exec&exe=/usr/bin/ls | exec"})
  void filter_leavesOutTheRest(String query, String kinds) {
    EventSource source = open("?" + query);
    EventSource end = open("?comm=end&kind=exit");
    live(7000, "ls", new Details(
        RawText.of("/usr/bin/ls"), RawText.UNKNOWN, null, false,
        RawText.UNKNOWN, -1, -1, -1, -1, -1, -1, RawText.UNKNOWN,
        RawText.UNKNOWN, RawText.UNKNOWN, -1));
    live(7001, "sh");
    live(7002, "end");
    awaitAtLeast(end, 1);
    List<String> wanted = kinds.isEmpty() ? List.of() : List.of(kinds.split(" "));
    awaitAtLeast(source, wanted.size());
    assertThat(source.happened().stream().filter(event -> event.data().path("tid").asInt() != 7002).map(Event::kind))
        .containsExactlyElementsOf(wanted);
  }

  @Test
  void place_thatIsNoLongerKept_isToldOfByAGap_andTheOldestFollows() {
    EventSource source = open("?kind=exec&after=cccccccccccc-5-0");
    awaitAtLeast(source, 3);
    assertThat(source.happened().get(0).kind()).isEqualTo("gap");
    assertThat(source.happened().get(0).data().path("cause").asText()).isEqualTo("dropped");
    assertThat(source.happened().get(1).data().path("name").asText()).isEqualTo("oldinit");
  }

  @Test
  void reader_whoTakesNothing_isSentAwayWithAGap_andOthersAreToldAllTheWhile() throws IOException {
    EventSource other = open("?kind=exec&comm=flood");
    try (Socket slow = new Socket()) {
      slow.setReceiveBufferSize(4096);
      slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), host.port()));
      slow.getOutputStream().write(("GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:" + host.port() + "\r\n\r\n")
          .getBytes(StandardCharsets.US_ASCII));
      await().atMost(SOON).until(() -> host.server.streams().now() == 2);
      int flood = 0;
      while (host.server.streams().cutOff() == 0) {
        for (int i = 0; i < 200 && flood < 20_000; i++) {
          live(10_000 + flood++, "flood");
        }
        LockSupport.parkNanos(50_000_000);
      }
      awaitAtLeast(other, flood);
      String text = new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String last = text.substring(text.lastIndexOf("event: "));
      assertThat(last).startsWith("event: gap").contains("\"cause\":\"slow_reader\"");
      String id = text.substring(text.lastIndexOf("id: ") + 4).lines().findFirst().orElseThrow();
      int told = (int) text.lines().filter(line -> line.equals("event: exec")).count();
      EventSource rest = open("?kind=exec&comm=flood", "Last-Event-ID", id);
      awaitAtLeast(rest, flood - told);
      assertThat(rest.happened()).hasSize(flood - told);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"after=x", "kind=execs", "kind=", "lineage=%3D%3E", "uid=x", "root=x", "size=1"})
  void question_malformed_is400(String query) {
    assertThat(host.get("/events?" + query).statusCode()).isEqualTo(400);
  }

  @Test
  void root_unknown_is404_andHeadHasNoEnd() {
    assertThat(host.get("/events?root=77").statusCode()).isEqualTo(404);
    HttpResponse<String> head =
        host.send(host.request("/api/v1/events").method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
  }

  @Test
  void server_thatStops_endsItsStreams() {
    EventSource source = open("");
    await().atMost(SOON).until(() -> !source.events().isEmpty());
    host.server.close();
    await().atMost(SOON).until(source::isOver);
  }
}
