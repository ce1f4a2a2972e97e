package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import io.taskhistory.api.ask.PastTree;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PastTreeTest {

  private Running host;

  @BeforeEach
  void start() {
    host = new Running();
  }

  @AfterEach
  void stop() {
    host.close();
  }

  private static List<String> shape(JsonNode page) {
    List<String> shape = new ArrayList<>();
    page.path("items").forEach(node -> shape.add(node.path("depth").asInt() + ":" + node.path("tid").asInt()));
    return shape;
  }

  private JsonNode node(String path, int tid) {
    for (JsonNode node : host.json(path).path("items")) {
      if (node.path("tid").asInt() == tid) {
        return node;
      }
    }
    throw new AssertionError(tid + " is not in " + path);
  }

  private Task task(int tid) {
    return host.scene.reader().task(tid).orElseThrow();
  }

  @Test
  void tree_atATime_isOfThoseWhoLivedThen_asTheyWereThen() {
    assertThat(shape(host.json("/tree?at=mono:145"))).containsExactly("0:1", "1:3767", "2:3787", "3:3900", "0:2", "1:10");
    assertThat(shape(host.json("/tree?at=mono:155"))).containsExactly(
        "0:1", "1:3767", "2:3787", "3:3900", "3:4000", "3:4001", "0:2", "1:10");
    assertThat(shape(host.json("/tree?at=mono:20&boot=aaaa"))).containsExactly("0:1");
    JsonNode shell = node("/tree?at=mono:135", 3787);
    assertThat(shell.path("name").asText()).as("before it had exec'd").isEqualTo("sshd");
    assertThat(shell.path("threads").isNull()).isTrue();
    assertThat(shell.path("parent_is").asText()).isEqualTo("creator");
    JsonNode ended = node("/tree?at=mono:145", 3900);
    assertThat(ended.path("state").asText()).isEqualTo("ended");
    assertThat(ended.path("end").asText()).isEqualTo("2023-08-11T10:46:09.000000000Z");
  }

  @Test
  void process_whoseCreatorHadEndedThen_standsBelowItsReaper_andWasBelowItsCreatorBefore() {
    Task odd = task(4000);
    host.scene.end(task(3787), 190 * Scene.SECOND, 0);
    odd.reapedBy(task(1).id());
    host.scene.writer().save(odd);
    host.scene.commit(200 * Scene.SECOND);
    JsonNode before = node("/tree?at=mono:189", 4000);
    assertThat(before.path("parent").asText()).isEqualTo(Scene.KEY + "-3787-130000000000");
    assertThat(before.path("parent_is").asText()).isEqualTo("creator");
    JsonNode after = node("/tree?at=mono:191", 4000);
    assertThat(after.path("parent").asText()).isEqualTo(Scene.KEY + "-1-0");
    assertThat(after.path("parent_is").asText()).isEqualTo("reaper");
    JsonNode orphan = node("/tree?at=mono:191", 3900);
    assertThat(orphan.get("parent").isNull()).as("its reaper is not known to have lived then").isTrue();
    assertThat(orphan.get("parent_is").isNull()).isTrue();
    assertThat(node("/tree?from=mono:191&to=mono:195", 4000).get("parent").isNull())
        .as("a reaper is not the place of one who can have stood elsewhere").isTrue();
  }

  @Test
  void process_thatAThreadCreated_standsBelowTheThreadsProcess_alsoOnceThatHasEnded() {
    Task thread = task(3788);
    Task child = Task.leader(host.scene.writer().boot(), 5000, 185 * Scene.SECOND, task(3787).entry());
    child.createdBy(thread.tid(), thread.start());
    host.scene.writer().save(child);
    host.scene.end(thread, 190 * Scene.SECOND, 0);
    host.scene.commit(200 * Scene.SECOND);
    assertThat(node("/tree?at=mono:195", 5000).path("parent").asText()).isEqualTo(Scene.KEY + "-3787-130000000000");
    assertThat(node("/tree?at=mono:195", 5000).path("parent_is").asText()).isEqualTo("creator");
  }

  @Test
  void tree_withinATime_isOfAllWhoLivedInIt_withWhatTheyDid() {
    assertThat(shape(host.json("/tree?from=mono:141&to=mono:175"))).containsExactly(
        "0:1", "1:3767", "2:3787", "3:3900", "3:4000", "3:4001", "3:3900", "0:2", "1:10");
    assertThat(shape(host.json("/tree?from=mono:161.5&to=mono:169"))).doesNotContain("3:3900", "3:4001");
    assertThat(shape(host.json("/tree?root=3767&depth=1&from=mono:141"))).containsExactly("0:3767", "1:3787");
    JsonNode odd = node("/tree?from=mono:141&to=mono:175", 4000);
    assertThat(odd.path("execs")).hasSize(1);
    assertThat(odd.path("execs").get(0).path("provenance").asText()).isEqualTo("snapshot");
    assertThat(node("/tree?from=mono:100&to=mono:127", 3767).path("execs").get(0).path("exe").asText())
        .isEqualTo("/usr/sbin/sshd");
    assertThat(node("/tree?from=mono:127&to=mono:128", 3767).path("execs")).isEmpty();
    assertThat(node("/tree?from=mono:100&to=mono:161", 3900).path("execs")).as("its creator's are not its own").isEmpty();
    assertThat(node("/tree?from=mono:100&to=mono:161", 3900).path("exit").path("code").asInt()).isEqualTo(3);
    assertThat(odd.has("exit")).isFalse();
  }

  @Test
  void pages_areTheWhole_whileTasksComeAndGo() {
    for (String query : List.of("/tree?at=mono:165", "/tree?from=mono:141&to=mono:175", "/tree?at=mono:165&root=3767")) {
      List<String> whole = shape(host.json(query));
      List<String> paged = new ArrayList<>();
      String cursor = "";
      int tid = 6000;
      do {
        JsonNode page = host.json(query + "&size=2" + cursor);
        paged.addAll(shape(page));
        cursor = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
        long now = host.scene.collector.watermark + Scene.SECOND;
        Task busy = host.scene.process(tid++, now, task(3787).entry(), task(3767));
        host.scene.commit(now + 1);
        host.scene.end(busy, now + 2, 0);
        host.scene.commit(now + 3);
      } while (cursor != null);
      assertThat(paged).as(query).isEqualTo(whole);
    }
  }

  /** Each execs again and again, a program with a path as long as there can be. */
  private void execAgainAndAgain(int processes, int times) {
    byte[] path = new byte[4000];
    Arrays.fill(path, (byte) 0xff);
    RawText exe = RawText.of(path);
    Details none = Details.UNKNOWN;
    Details details = new Details(exe, exe, null, false, none.cwd(), -1, -1, -1, -1, -1, -1, none.tty(), none.cgroup(),
        none.container(), -1);
    for (int i = 0; i < processes; i++) {
      Task shell = task(3787);
      Task task = host.scene.process(10_000 + i, 200 * Scene.SECOND + i, shell.entry(), shell);
      for (int j = 0; j < times; j++) {
        Entry entry = new Entry(task.entry(), 201 * Scene.SECOND + j, task.tid(), RawText.of("x"), Provenance.OBSERVED);
        entry.detail(details);
        host.scene.writer().save(entry);
        task.enter(entry);
      }
      host.scene.writer().save(task);
    }
    host.scene.commit(300 * Scene.SECOND);
  }

  @Test
  void page_ofProcessesThatExecAgainAndAgain_endsEarly_andNobodyIsLeftOut() {
    execAgainAndAgain(12, 50);
    List<String> paged = new ArrayList<>();
    String cursor = "";
    int pages = 0;
    do {
      HttpResponse<String> answer = host.get("/tree?from=mono:190&to=mono:299" + cursor);
      assertThat(answer.body().length()).isLessThan(12 << 20);
      JsonNode page = Running.parse(answer.body());
      paged.addAll(shape(page));
      pages++;
      cursor = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
    } while (cursor != null);
    assertThat(pages).isGreaterThan(1);
    assertThat(paged).isEqualTo(shape(host.json("/tree?at=mono:299")));
  }

  @Test
  void reader_whoTakesNothing_keepsNobodyFromAnotherTree() throws IOException {
    execAgainAndAgain(8, 50);
    try (Socket slow = new Socket()) {
      slow.setReceiveBufferSize(4096);
      slow.connect(new InetSocketAddress("127.0.0.1", host.port()));
      slow.getOutputStream().write(("GET /api/v1/tree?from=mono:190&to=mono:299 HTTP/1.1\r\nHost: 127.0.0.1:"
          + host.port() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      assertThat(slow.getInputStream().read()).as("it is being answered").isEqualTo('H');
      for (int i = 0; i < 3; i++) {
        assertThat(host.get("/tree?at=mono:299&size=1").statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void tree_ofTooManyTasks_isRefused() {
    var entry = host.scene.entry(task(1).entry(), 200 * Scene.SECOND, 1, "busy", Provenance.OBSERVED);
    for (int i = 0; i <= PastTree.MOST; i++) {
      host.scene.process(10_000 + i, 300 * Scene.SECOND + i, entry, null);
    }
    host.scene.commit(400 * Scene.SECOND);
    var answer = host.get("/tree?from=mono:300&to=mono:400");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("urn:taskhistory:problem:too-many-tasks");
    assertThat(host.get("/tree?at=mono:299").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "400 | /tree?at=mono:1&from=mono:1", "400 | /tree?from=mono:2&to=mono:1", "400 | /tree?boot=aaaa",
      "400 | /tree?from=2023-08-01T00:00:10Z&to=2023-08-11T19:43:40Z", "400 | /tree?from=x", "404 | /tree?at=1999-01-01T00:00:00Z",
      "404 | /tree?at=mono:145&root=4000", "404 | /tree?from=mono:141&to=mono:142&root=77",
      "404 | /tree?from=mono:1&boot=cccc", "400 | /tree?at=mono:145&cursor=x",
      "400 | /tree?at=mono:145&cursor=bbbbbbbb2222-4000-149000000000"})
  void tree_malformed_isRefused(int status, String path) {
    assertThat(host.get(path).statusCode()).isEqualTo(status);
  }

  @Test
  void tree_ofAnotherBoot_isAskedForByItsNameOrTime() {
    assertThat(shape(host.json("/tree?from=mono:0&boot=aaaa"))).containsExactly("0:1");
    assertThat(shape(host.json("/tree?to=2023-08-01T00:00:10Z"))).containsExactly("0:1");
    assertThat(shape(host.json("/tree?from=2023-08-01T00:00:10Z&boot=bbbb"))).contains("1:3767");
  }
}
