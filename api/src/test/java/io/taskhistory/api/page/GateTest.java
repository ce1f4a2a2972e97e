package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.ENTER;
import static io.taskhistory.api.page.Chromium.soon;
import static io.taskhistory.api.page.ScenePage.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How the page gets its token, and what becomes of it while the service is away. */
class GateTest extends SceneTest {

  @Test
  void link_withToken_takesItOutOfTheAddress() {
    browser.open(page.url() + "#token=" + TOKEN);
    soon(() -> assertThat(browser.text("#tree-summary")).contains("processes"));
    assertThat(browser.js("return location.href").asText()).isEqualTo(page.url() + "#/tree");
    assertThat(browser.js("return localStorage.length + document.cookie.length").asInt()).isZero();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void page_withoutToken_saysWhereToFindIt() {
    browser.open(page.url());
    soon(() -> assertThat(browser.text("#gate")).contains("Token needed").contains("/var/lib/taskhistory/token"));
    browser.type("wrong" + ENTER);
    soon(() -> assertThat(browser.text("#gate")).contains("refused"));
    browser.type(TOKEN + ENTER);
    soon(() -> assertThat(browser.texts(".row .name")).contains("sshd"));
    assertThat(browser.text("#gate")).isEmpty();
    assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("401"));
  }

  @Test
  void service_thatGoesAndComesBack_isToldOfMeanwhile() {
    page.open("#/task/3787");
    soon(() -> assertThat(browser.text("#task h1")).contains("bash"));
    page.stop();
    soon(() -> assertThat(browser.text("#banner")).contains("does not answer"));
    assertThat(browser.text("#task h1")).contains("bash");
    page.restart();
    soon(() -> assertThat(browser.text("#banner")).isEmpty());
  }

  @Test
  void markup_putThereByMistake_isRefusedByTheBrowser() {
    page.open("#/tree");
    assertThat(browser.js("try { document.body.innerHTML = '<p>'; return 'taken' } catch (e) { return e.name }")
        .asText()).isEqualTo("TypeError");
    assertThat(browser.complaints()).isNotEmpty();
  }
}
