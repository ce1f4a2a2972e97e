package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.ARROW_DOWN;
import static io.taskhistory.api.page.Chromium.ENTER;
import static io.taskhistory.api.page.Chromium.ESCAPE;
import static io.taskhistory.api.page.Chromium.TAB;
import static io.taskhistory.api.page.Chromium.soon;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page with a keyboard alone. */
class KeysTest extends SceneTest {

  @BeforeEach
  void prepare() {
    page.open("#/tree");
    soon(() -> assertThat(browser.texts(".row .name")).contains("sshd"));
  }

  private String focused() {
    return browser.js("const e = document.activeElement; return e.id || e.name || e.textContent.trim()").asText();
  }

  @Test
  void everyView_isReachedByOneKey() {
    browser.type("s");
    soon(() -> assertThat(browser.texts("#search-form")).isNotEmpty());
    browser.type("/");
    soon(() -> assertThat(focused()).isEqualTo("comm"));
    browser.type("t?"); // into the field
    assertThat(browser.js("return document.querySelector('#search-form [name=comm]').value").asText()).isEqualTo("t?");
    browser.js("document.activeElement.blur()");
    browser.type("l");
    soon(() -> assertThat(browser.texts("#stream-form")).isNotEmpty());
    browser.type("e");
    soon(() -> assertThat(browser.texts("#enrich-form")).isNotEmpty());
    browser.type("i");
    soon(() -> assertThat(browser.text("#status h1")).isEqualTo("Status"));
    browser.type("t");
    soon(() -> assertThat(browser.texts("#tree")).isNotEmpty());
  }

  @Test
  void help_opensAndClosesAndSwitchesKeysOff() {
    browser.type("?");
    soon(() -> assertThat(browser.text("#help")).contains("A second back or on"));
    browser.type(ESCAPE);
    soon(() -> assertThat(browser.text("#help")).isEmpty());
    browser.click("#help-open");
    browser.click("#help-off");
    browser.click("#help-close");
    browser.type("s");
    assertThat(page.hash()).isEqualTo("#/tree");
    browser.click("#help-open");
    browser.click("#help-off");
    browser.click("#help-close");
    browser.type("s");
    soon(() -> assertThat(page.hash()).isEqualTo("#/search"));
  }

  @Test
  void walk_fromTheTreeThroughATaskToItsRailwayAndBack() {
    browser.type("/bash" + ARROW_DOWN + ENTER);
    soon(() -> assertThat(browser.text("#task h1")).contains("bash").contains("3787"));
    browser.type("r");
    soon(() -> assertThat(browser.text(".gutter a")).contains("bash 3787"));
    browser.js("document.querySelector('.lanes').focus()");
    browser.type(ARROW_DOWN);
    soon(() -> assertThat(browser.text(".readout")).contains("3900"));
    browser.type(ENTER);
    soon(() -> assertThat(browser.text("#task h1")).contains("3900"));
  }

  @Test
  void tab_goesThroughWhatCanBeUsedInTheOrderOfThePage() {
    browser.js("document.querySelector('.brand').focus()");
    StringBuilder way = new StringBuilder();
    for (int i = 0; i < 14; i++) {
      browser.type(TAB);
      way.append(focused()).append(' ');
    }
    assertThat(way.toString()).startsWith(
        "nav-tree Search Stream Enrich Status time-toggle jump-task Open help-open tree-filter tree-kernel tree-paused"
            + " tree-fold tree-unfold ");
  }
}
