package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.ENTER;
import static io.taskhistory.api.page.Chromium.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import java.time.Year;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tree and tasks as they were. */
class TimeTravelTest extends SceneTest {

  @Test
  void tree_atATime_showsWhoLivedThenAndSaysSo() {
    page.open("#/tree?at=mono:158&boot=" + Scene.BOOT);
    soon(() -> assertThat(browser.texts(".row .tid")).contains("4001", "3900").doesNotContain("5001"));
    assertThat(browser.text("#time-says")).startsWith("You are looking at the past");
    assertThat(browser.text("#tree-summary")).startsWith("As it was");
    assertThat(browser.js("return document.body.classList.contains('past')").asBoolean()).isTrue();
    browser.click(".row .name");
    soon(() -> assertThat(browser.text("#task .badges")).contains("as it was then"));
    assertThat(page.hash()).contains("at=mono%3A158").contains("boot=" + Scene.BOOT);
    browser.click("#time-now");
    soon(() -> assertThat(browser.texts(".row .tid")).contains("5001").doesNotContain("4001"));
    assertThat(browser.text("#time")).isEmpty();
    assertThat(browser.js("return document.body.classList.contains('past')").asBoolean()).isFalse();
    assertThat(browser.complaints()).isEmpty();
  }

  /** What lived then must not be taken for what lives now, whatever happens meanwhile. */
  @Test
  void past_whereThePresentCannotBeRead_isNotShownAsNow() {
    page.open("#/tree?at=mono:158&boot=" + Scene.BOOT);
    soon(() -> assertThat(browser.texts(".row .tid")).contains("4001"));
    browser.js("window.asked = 0; const real = window.fetch; window.fetch = (url, how) => String(url).includes('/tree')"
        + " && window.asked++ < 3 ? new Promise(done => setTimeout(() => done(new Response('{}', { status: 503 })), 300))"
        + " : real(url, how)");
    browser.click("#time-now");
    soon(() -> assertThat(browser.js("return window.asked").asInt()).isPositive());
    assertThat(browser.js("return window.asked > 1 || document.querySelector('#tree').classList.contains('loading')")
        .asBoolean()).isTrue();
    page.happen("meanwhile");
    soon(() -> assertThat(browser.js("return window.asked").asInt()).isEqualTo(2));
    assertThat(browser.texts(".row .tid")).isEmpty();
    soon(() -> assertThat(browser.text("#tree-empty")).contains("503"));
    soon(() -> assertThat(browser.texts(".row .tid")).contains("5001").doesNotContain("4001", "6001"));
    assertThat(browser.text("#tree-summary")).doesNotContain("As it was");
  }

  @Test
  void times_asPeopleWriteThem_areReplacedByWhatTheyMean() {
    for (String address : List.of("#/tree?at=", "#/task/3787?at=", "#/railway/3787?from=", "#/search?comm=sshd&from=")) {
      page.open(address + "-10min");
      soon(() -> assertThat(page.hash()).contains("=" + Year.now(ZoneOffset.UTC)).endsWith("Z"));
    }
    page.open("#/tree?at=2023-08-11+10:45:50");
    soon(() -> assertThat(page.hash()).contains("at=2023-08-11T"));
  }

  @Test
  void steps_goBackAndOnInTime() {
    page.open("#/tree?at=mono:162&boot=" + Scene.BOOT);
    soon(() -> assertThat(browser.texts(".row .tid")).contains("4000").doesNotContain("4001"));
    browser.click("[data-step='-1000']");
    browser.type("[[");
    soon(() -> assertThat(browser.texts(".row .tid")).contains("4001"));
    assertThat(page.hash()).contains("mono%3A159");
    browser.type("}");
    soon(() -> assertThat(page.hash()).contains("mono%3A219"));
    browser.type("n");
    soon(() -> assertThat(page.hash()).isEqualTo("#/tree"));
  }

  @Test
  void slider_goesBackFromNow() {
    page.open("#/tree");
    soon(() -> assertThat(browser.texts(".row .name")).contains("sshd"));
    browser.click("#time-toggle");
    browser.js("const slider = document.querySelector('#time-slider'); slider.value = 500;"
        + "slider.dispatchEvent(new Event('input')); slider.dispatchEvent(new Event('change'))");
    soon(() -> assertThat(page.hash()).startsWith("#/tree?at=2"));
    assertThat(browser.js("return document.querySelector('#time-slider').getAttribute('aria-valuetext')").asText())
        .endsWith("ago");
    browser.click("#time-at");
    browser.js("document.querySelector('#time-at').value = 'mono:1'");
    browser.type(ENTER);
    soon(() -> assertThat(page.hash()).contains("mono%3A1"));
  }

  @Test
  void task_asOfATimeBeforeItsExec_isWhatItWasThen() {
    page.open("#/task/3787?at=mono:135");
    soon(() -> assertThat(browser.texts(".entry .name")).containsExactly("swapper/0", "init", "sshd"));
    browser.click("#time-now");
    soon(() -> assertThat(browser.texts(".entry .name")).endsWith("bash"));
    page.open("#/task/3787?at=mono:1");
    soon(() -> assertThat(browser.text("#task .notice")).contains("nobody held tid 3787"));
    browser.click("#task .notice button");
    soon(() -> assertThat(browser.texts(".entry .name")).endsWith("bash"));
  }

  @Test
  void children_ofThePast_leadToThemselvesThen() {
    page.open("#/task/3787?at=mono:158&boot=" + Scene.BOOT);
    soon(() -> assertThat(browser.texts(".children li"))
        .anySatisfy(child -> assertThat(child).startsWith("live").contains("4001"))
        .anySatisfy(child -> assertThat(child).startsWith("not yet").contains("3900")));
    browser.js("[...document.querySelectorAll('.children a')].find(a => a.innerText.includes('4001')).click()");
    soon(() -> assertThat(browser.text("#task h1")).contains("4001"));
    assertThat(page.hash()).contains("at=mono%3A158");
  }
}
