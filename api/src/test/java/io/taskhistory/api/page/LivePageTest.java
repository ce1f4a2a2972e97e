package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.ENTER;
import static io.taskhistory.api.page.Chromium.soon;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.live.LiveService;
import io.taskhistory.api.live.LiveTest;
import io.taskhistory.collector.children.Child;
import io.taskhistory.collector.children.Programs;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page of a service that follows this machine, with real tasks. */
class LivePageTest extends LiveTest {

  /** What the kernel calls it. */
  private static final String ACTOR =
      Programs.actor().getFileName().toString().substring(0, Math.min(15, Programs.actor().getFileName().toString().length()));

  private Browser browser;
  private LiveService service;

  @BeforeEach
  void start() {
    browser = Chromium.browser();
    service = new LiveService(directory.resolve("home"));
  }

  @AfterEach
  void stop() {
    if (service != null) {
      browser.open("about:blank");
      service.close();
    }
  }

  private void open(String route) {
    browser.open(service.url() + "/#token=" + service.token() + "&" + route.substring(1));
  }

  private String hash() {
    return browser.js("return location.hash").asText();
  }

  private static String quoted(Instant time) {
    return EnrichTest.encoded(time.toString());
  }

  /** Started, looked at in the tree, killed by another, looked at again: then as it was before. */
  @Test
  void task_fromItsStartToItsEnd_isFollowed() throws Exception {
    Child actor = act("fork", "{", "exec", actor("pagevictim"), "x", "say", "started", "pause", "}", "say", "forked",
        "pause");
    int victim = actor.said("started")[0];
    open("#/tree");
    soon(() -> assertThat(browser.texts("#tree-summary")).isNotEmpty());
    browser.type("/pagevictim" + ENTER);
    soon(() -> assertThat(browser.texts(".row .tid")).contains(Integer.toString(victim)));
    JsonNode alive = service.task(victim);
    Instant before = Instant.parse(alive.get("watermark").asText());

    Child killer = keep(Child.run(Path.of("/bin/sh"), "-c", "kill -TERM " + victim + "; read x"));
    soon(() -> assertThat(browser.texts(".row .tid")).doesNotContain(Integer.toString(victim)));
    open("#/task/" + alive.get("task").asText());
    soon(() -> assertThat(browser.text("#task .badges")).contains("killed by SIGTERM (15)"));
    soon(() -> assertThat(browser.texts("#task .facts a")).anyMatch(link -> link.equals("sh " + killer.pid())));

    open("#/tree?at=" + quoted(before));
    browser.js("document.querySelector('#tree-filter').value = 'pagevictim';"
        + "document.querySelector('#tree-filter').dispatchEvent(new Event('input'))");
    soon(() -> assertThat(browser.texts(".row .tid")).contains(Integer.toString(victim)));
    open("#/task/" + victim + "?at=" + quoted(before));
    soon(() -> assertThat(browser.text("#task h1")).contains("pagevictim"));
    assertThat(browser.texts(".entry .name")).endsWith(ACTOR, "pagevictim");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void railway_ofAFamily_hasItsLanesStationsAndEnds() {
    Child actor = act("fork", "{", "exec", actor("pagelane"), "x", "exit", "7", "}", "reap",
        "fork", "{", "exec", actor("pagelane"), "x", "say", "up", "pause", "}", "pause");
    int second = actor.said("up")[0];
    open("#/railway/" + actor.pid());
    soon(() -> assertThat(browser.texts(".gutter a")).hasSize(3).anyMatch(lane -> lane.contains("pagelane " + second)));
    assertThat(browser.texts(".gutter a").get(0)).contains(ACTOR + " " + actor.pid());
    soon(() -> assertThat(browser.js("return [...document.querySelectorAll('.tracks .exit')].map(e => e.textContent)"
        + ".join()").asText()).isEqualTo("exit 7"));
    assertThat(browser.js("return document.querySelectorAll('.tracks .station').length").asInt()).isGreaterThanOrEqualTo(3);
    browser.click(".lane-table summary");
    soon(() -> assertThat(browser.texts(".lane-table tbody tr")).hasSize(3)
        .anyMatch(row -> row.contains("exited with code 7")).anyMatch(row -> row.contains("still running")));
    open("#/railway/" + actor.pid() + "?from=-10min");
    soon(() -> assertThat(browser.text(".range")).contains("(10 min)"));
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void search_byLineage_leadsToTheTaskAtThatTime() {
    act("fork", "{", "exec", actor("pageouter"), "x", "fork", "{", "exec", actor("pageinner"), "x", "say", "in", "pause",
        "}", "pause", "}", "pause").said("in");
    open("#/search?lineage=" + EnrichTest.encoded(ACTOR + " => pageouter => *"));
    soon(() -> assertThat(browser.texts(".found .exec .name")).containsExactly("pageinner"));
    browser.click(".found a");
    soon(() -> assertThat(browser.text("#task h1")).contains("pageinner"));
    assertThat(hash()).contains("at=mono");
    assertThat(browser.texts(".entry .name")).endsWith(ACTOR, "pageouter", "pageinner");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void stream_overARestart_goesOnWhereItWas() throws Exception {
    open("#/stream?kind=exec&comm=pagestream");
    soon(() -> assertThat(browser.text("#stream-state")).isEqualTo("live"));
    Child first = act("exec", actor("pagestream"), "x", "say", "first", "pause");
    first.said("first");
    soon(() -> assertThat(browser.texts(".event .what")).singleElement().asString().contains("pagestream " + first.pid()));
    String listen = service.url().substring("http://".length());
    service.stop();
    soon(() -> assertThat(browser.text("#stream-state")).contains("trying again"));
    Child second = act("exec", actor("pagestream"), "x", "say", "second", "pause");
    second.said("second");
    service = new LiveService(directory.resolve("home"), "--listen", listen);
    soon(() -> assertThat(browser.texts(".event.is-exec .what")).hasSize(2));
    assertThat(browser.texts(".event.is-exec .what").get(0)).contains("pagestream " + second.pid());
  }

  @Test
  void auditRecord_ofARealTask_comesBackWithItsHistory() {
    Child actor = act("exec", actor("pageaudit"), "x", "say", "up", "pause");
    actor.said("up");
    // Stamps are cut to milliseconds: one of a while later is not from before the exec.
    Instant now = Instant.now().plusMillis(20);
    String stamp = String.format("%d.%03d", now.getEpochSecond(), now.getNano() / 1_000_000);
    String record = "type=SYSCALL msg=audit(" + stamp + ":77): arch=c000003e syscall=2 success=yes exit=0 ppid="
        + ProcessHandle.current().pid() + " pid=" + actor.pid() + " comm=\"pageaudit\" exe=\"/x\"\n";
    service.awaitWatermark(now.plusMillis(50));
    open("#/enrich?log=" + EnrichTest.encoded(record));
    soon(() -> assertThat(browser.text(".records .added")).contains(ACTOR + " → pageaudit"));
    soon(() -> assertThat(browser.texts(".records .added a")).hasSize(1)); // asked for once the records are there
    browser.click(".records .added a");
    soon(() -> assertThat(browser.text("#task h1")).contains("pageaudit").contains(Integer.toString(actor.pid())));
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void hostileNames_fromExecToThePage_stayText() {
    int one = act("name", "<img\\040src=x>", "say", "one", "pause").said("one")[0];
    int two = act("name", "\\342\\200\\256a\\012b", "say", "two", "pause").said("two")[0];
    open("#/task/" + one);
    soon(() -> assertThat(browser.text("#task h1")).startsWith("<img src=x>"));
    open("#/task/" + two);
    soon(() -> assertThat(browser.text("#task h1")).startsWith("\\342\\200\\256a\\012b"));
    assertThat(browser.js("return document.querySelectorAll('img').length").asInt()).isZero();
    assertThat(browser.complaints()).isEmpty();
  }
}
