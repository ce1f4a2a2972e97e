package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.ENTER;
import static io.taskhistory.api.page.Chromium.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import org.junit.jupiter.api.Test;

/** Past execs. */
class SearchTest extends SceneTest {

  @Test
  void search_byName_leadsToTheTaskOfThatMoment() {
    page.open("#/search?comm=sshd");
    soon(() -> assertThat(browser.texts(".found .lineage")).containsExactly("swapper/0 → init → sshd"));
    assertThat(browser.js("return document.querySelector('[name=comm]').value").asText()).isEqualTo("sshd");
    browser.click(".found a");
    soon(() -> assertThat(browser.text("#task h1")).contains("sshd").contains("3767"));
    assertThat(page.hash()).contains("mono%3A126").contains(Scene.BOOT);
    assertThat(browser.text("#time-says")).contains("past");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void search_byLineage_findsWhatRanBelow() {
    page.open("#/search");
    soon(() -> assertThat(browser.text("#search-form")).contains("How a lineage is written"));
    browser.click("#search-form [name=lineage]");
    browser.type("sshd=>*" + ENTER);
    soon(() -> assertThat(browser.texts(".found .exec .name")).containsExactly("bash"));
    assertThat(page.hash()).contains("lineage=sshd");
    browser.js("document.querySelector('#search-form .syntax').open = true");
    browser.click("#search-form .syntax li:nth-child(1) button");
    assertThat(browser.js("return document.querySelector('#search-form [name=lineage]').value").asText())
        .isEqualTo("sshd=>bash=>*");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void search_thatIsNotUnderstood_saysSoAtTheField() {
    page.open("#/search?uid=x");
    soon(() -> assertThat(browser.text(".field-problem")).contains("whole number"));
    assertThat(browser.js("return document.querySelector('[name=uid][aria-invalid]') !== null").asBoolean()).isTrue();
    page.open("#/search?lineage=" + EnrichTest.encoded("sshd=>=>bash"));
    soon(() -> assertThat(browser.text("[name=lineage] + .field-problem")).startsWith("lineage"));
    assertThat(browser.texts(".field-problem")).hasSize(1);
  }

  @Test
  void search_forMany_showsThemPageByPage() {
    Entry root = page.scene.writer().root();
    for (int pid = 6000; pid < 6150; pid++) {
      Entry entry = page.scene.entry(root, 191 * Scene.SECOND + pid, pid, "often", Provenance.OBSERVED);
      page.scene.process(pid, 190 * Scene.SECOND, entry, null);
    }
    page.scene.commit(202 * Scene.SECOND);
    page.open("#/search?comm=often");
    soon(() -> assertThat(browser.texts(".found li")).hasSize(100));
    browser.click("#search-results .tail button");
    soon(() -> assertThat(browser.texts(".found li")).hasSize(150));
    assertThat(browser.text("#search-results .tail")).contains("150 execs, oldest first");
  }
}
