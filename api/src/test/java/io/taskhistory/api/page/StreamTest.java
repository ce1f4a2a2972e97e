package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events as they come. */
class StreamTest extends SceneTest {

  private Scene scene;

  @BeforeEach
  void prepare() {
    scene = page.scene;
  }

  private void listen(String route) {
    page.open(route);
    soon(() -> assertThat(browser.text("#stream-state")).isEqualTo("live"));
  }

  @Test
  void stream_showsWhatHappens() {
    listen("#/stream");
    page.happen("newcomer");
    soon(() -> assertThat(browser.texts(".event .kind")).containsExactly("exit", "exec", "fork"));
    assertThat(browser.texts(".event .what").get(0)).contains("newcomer 6001", "exited with code 3");
    assertThat(browser.texts(".event .what").get(1)).contains("swapper/0 → init → sshd → bash → newcomer");
    assertThat(browser.texts(".event .what").get(2)).contains("6001", "made by 3787");
    browser.click(".event.is-exec .what a");
    soon(() -> assertThat(browser.text("#task h1")).contains("newcomer").contains("6001"));
    assertThat(page.hash()).contains("at=mono%3A206").contains("boot=bbbbbbbb-2222");
    assertThat(browser.complaints()).isEmpty();
  }

  /** The wall clock showed the time of the first exec once more, after the second. */
  @Test
  void link_whereTheClockWasSetBack_leadsToThatMoment() {
    listen("#/stream?kind=exec");
    Task task = scene.process(6100, 205 * Scene.SECOND, scene.writer().root(), scene.reader().task(1).orElseThrow());
    exec(task, 206, "first");
    ClockLedger.Row setBack = new ClockLedger.Row(208 * Scene.SECOND, Scene.wall("2023-08-11T10:42:59Z"), 0);
    assertThat(scene.writer().boot().clock().observe(setBack)).isTrue();
    scene.writer().clock(setBack);
    exec(task, 230, "second");
    scene.commit(240 * Scene.SECOND);
    soon(() -> assertThat(browser.texts(".event .what")).hasSize(2));
    browser.js("document.querySelectorAll('.event .what a')[1].click()");
    soon(() -> assertThat(browser.text("#task h1")).contains("first").contains("6100"));
    assertThat(browser.complaints()).isEmpty();
  }

  private void exec(Task task, long second, String name) {
    task.enter(scene.entry(task.entry(), second * Scene.SECOND, task.tid(), name, Provenance.OBSERVED));
    task.rename(task.entry().name());
    scene.writer().save(task);
    scene.commit(second * Scene.SECOND);
  }

  @Test
  void filters_leaveOnlyWhatIsAskedFor() {
    listen("#/stream?kind=exec&comm=wanted");
    page.happen("other");
    page.happen("wanted");
    soon(() -> assertThat(browser.texts(".event .what")).singleElement().asString().contains("wanted"));
    browser.click("#stream-clear");
    soon(() -> assertThat(page.hash()).isEqualTo("#/stream"));
    soon(() -> assertThat(browser.text("#stream-state")).isEqualTo("live"));
    page.happen("third");
    soon(() -> assertThat(browser.texts(".event .kind")).containsExactly("exit", "exec", "fork"));
  }

  @Test
  void filter_thatIsNotUnderstood_saysSoAtTheField() {
    page.open("#/stream?uid=x");
    soon(() -> assertThat(browser.text("#stream-form [name=uid] + .field-problem")).contains("uid"));
    assertThat(browser.text("#stream-empty")).contains("Nothing is listened to");
  }

  @Test
  void pause_keepsStillAndContinueGoesOnWhereItWas() {
    listen("#/stream?kind=exec");
    page.happen("before");
    soon(() -> assertThat(browser.texts(".event .what")).hasSize(1));
    browser.click("#stream-pause");
    assertThat(browser.text("#stream-state")).isEqualTo("paused");
    page.happen("meanwhile");
    page.happen("later");
    assertThat(browser.texts(".event .what")).hasSize(1);
    browser.click("#stream-pause");
    soon(() -> assertThat(browser.texts(".event .what")).hasSize(3));
    assertThat(browser.texts(".event .what").get(0)).contains("later");
  }

  @Test
  void stream_afterTheServiceWasAway_hasWhatHappenedMeanwhile() {
    listen("#/stream?kind=exec");
    page.happen("before");
    soon(() -> assertThat(browser.texts(".event .what")).hasSize(1));
    page.stop();
    soon(() -> assertThat(browser.text("#stream-state")).contains("trying again"));
    page.happen("meanwhile");
    page.restart();
    soon(() -> assertThat(browser.texts(".event .what")).hasSize(2));
    assertThat(browser.texts(".event .what").get(0)).contains("meanwhile");
    soon(() -> assertThat(browser.text("#stream-state")).isEqualTo("live"));
  }

  @Test
  void stream_ofMany_keepsABoundedNumber() {
    listen("#/stream?kind=fork");
    Task shell = scene.reader().task(3787).orElseThrow();
    for (int i = 10_000; i < 13_000; i++) {
      scene.process(i, 210 * Scene.SECOND, shell.entry(), shell);
    }
    scene.commit(211 * Scene.SECOND);
    soon(() -> assertThat(browser.text("#stream-count")).contains("the last 2,000; 1,000 older"));
    assertThat(browser.js("return document.querySelectorAll('.event').length").asInt()).isLessThan(100);
  }

  @Test
  void hostileNames_stayText() {
    listen("#/stream");
    page.happen(ScenePage.MARKUP);
    page.happen(ScenePage.RIGHT_TO_LEFT);
    soon(() -> assertThat(browser.texts(".event.is-exec .what"))
        .anyMatch(text -> text.contains(ScenePage.MARKUP)).anyMatch(text -> text.contains("a\\342\\200\\256txt.exe")));
    assertThat(browser.js("return document.querySelectorAll('script, img').length").asInt()).isOne();
    assertThat(browser.complaints()).isEmpty();
  }
}
