package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.store.HistoryWriter;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchHandlerTest {

  private static Running host;

  @BeforeAll
  static void start() {
    host = new Running();
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static List<String> names(String query) {
    return host.json("/search?" + query).path("items").findValuesAsText("name");
  }

  @Test
  void search_forNothing_isAllExecsOldestFirst() {
    assertThat(names("size=1000")).startsWith("oldinit", "init", "sshd", "bash").endsWith("?");
  }

  @Test
  void search_byEachProperty_findsThem() {
    assertThat(names("comm=sshd")).containsExactly("sshd");
    assertThat(names("comm=a%5c040%22=%3e%5c012%5c03331m")).isEmpty();
    assertThat(names("comm=a%5c040%22=%3e%5c012%5c033%5b31m%5c077")).hasSize(1);
    assertThat(names("exe=/usr/sbin/sshd")).containsExactly("sshd");
    assertThat(names("uid=0")).containsExactly("sshd");
    assertThat(names("from=2023-08-11T10:45:49Z")).startsWith("bash");
    assertThat(names("from=mono:126&to=mono:140")).containsExactly("sshd");
    assertThat(names("to=2020-01-01T00:00:00Z")).isEmpty();
    assertThat(names("from=2020-01-01T00:00:00Z")).startsWith("oldinit");
  }

  @Test
  void search_byLineage_findsThem() {
    assertThat(names("lineage=sshd=%3Ebash=%3E*")).hasSize(2);
    assertThat(names("lineage=/usr/sbin/sshd=%3Ebash")).containsExactly("bash");
    assertThat(names("lineage=init=%3Ebash")).isEmpty();
    assertThat(names("lineage=init=%3E**=%3Ebash&comm=bash")).containsExactly("bash");
    assertThat(host.get("/search?lineage=a=%3E=%3Eb").body()).contains("bad-parameter").contains("lineage");
  }

  @Test
  void search_atATime_isWhatHadHappenedByThen() {
    assertThat(names("at=mono:126")).containsExactly("oldinit", "init", "sshd");
    assertThat(names("at=mono:140&boot=bbbb")).containsExactly("init", "sshd", "bash");
    assertThat(names("boot=aaaa")).containsExactly("oldinit");
    assertThat(host.get("/search?at=mono:1&to=mono:2").statusCode()).isEqualTo(400);
  }

  @Test
  void item_tellsWhoAndHow() {
    JsonNode exec = host.json("/search?comm=sshd").path("items").get(0);
    assertThat(exec.path("task").asText()).isEqualTo(Scene.KEY + "-3767-120000000000");
    assertThat(exec.path("pid").asInt()).isEqualTo(3767);
    assertThat(exec.path("history").asText()).isEqualTo("swapper/0=>init=>sshd");
    assertThat(exec.path("boot").asText()).isEqualTo(Scene.BOOT);
    assertThat(exec.path("uid").asLong()).isZero();
  }

  @Test
  void search_pageByPage_isTheWhole() {
    List<String> paged = new ArrayList<>();
    String cursor = "&cursor="; // as a script that goes through pages has it at first
    do {
      JsonNode page = host.json("/search?size=2" + cursor);
      paged.addAll(page.path("items").findValuesAsText("name"));
      cursor = page.path("next").isNull() ? null : "&cursor=" + page.path("next").asText();
    } while (cursor != null);
    assertThat(paged).isEqualTo(names("size=1000"));
  }

  /** A page of a thousand of these would be a hundred megabytes. */
  @Test
  void search_ofProcessesWithLongHistories_hasShorterPages() {
    try (Running busy = new Running()) {
      HistoryWriter writer = busy.scene.writer();
      Entry last = writer.root();
      for (int i = 0; i < 3000; i++) {
        last = new Entry(last, 200 * Scene.SECOND + i, 5000, RawText.of("again-and-again"), Provenance.OBSERVED);
        writer.save(last);
      }
      writer.commit(300 * Scene.SECOND);
      String query = "/search?comm=again-and-again&size=1000";
      int found = 0;
      String cursor = "";
      do {
        HttpResponse<String> answer = busy.get(query + cursor);
        assertThat(answer.body().length()).isLessThan(3 << 20);
        JsonNode page = Running.parse(answer.body());
        found += page.path("items").size();
        cursor = page.path("next").isNull() ? "" : "&cursor=" + page.path("next").asText();
      } while (!cursor.isEmpty());
      assertThat(found).isEqualTo(3000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "cursor=x", "cursor=1-2", "size=0", "size=1001", "uid=root", "uid=-1", "from=x", "to=x", "comm=%5c9",
      "name=bash"})
  void search_malformed_is400(String query) {
    assertThat(host.get("/search?" + query).statusCode()).isEqualTo(400);
  }
}
