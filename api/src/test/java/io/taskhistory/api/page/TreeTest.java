package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.ARROW_DOWN;
import static io.taskhistory.api.page.Chromium.ENTER;
import static io.taskhistory.api.page.Chromium.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The live tree. */
class TreeTest extends SceneTest {

  private static final String AT_THE_TOP =
      "return [...document.querySelectorAll('.row')].map(e => [e.getBoundingClientRect().top, e])"
          + ".filter(([top]) => Math.abs(top - document.querySelector('#tree').getBoundingClientRect().top) < 2)"
          + ".map(([, e]) => e.querySelector('.tid').innerText).join()";

  private Scene scene;

  @BeforeEach
  void prepare() {
    scene = page.scene;
  }

  @Test
  void tree_showsProcessesBelowTheirCreators() {
    page.open("#/tree");
    soon(() -> assertThat(browser.texts(".row .name")).startsWith("init", "sshd", "bash"));
    assertThat(browser.js("return document.querySelector('#tree').getAttribute('role')").asText()).isEqualTo("tree");
    assertThat(browser.js("return [...document.querySelectorAll('[role=treeitem]:not([hidden])')].slice(0, 3)"
        + ".map(e => e.getAttribute('aria-level')).join()").asText()).isEqualTo("1,2,3");
    browser.click("#tree-kernel");
    soon(() -> assertThat(browser.text("#tree-summary")).doesNotContain("hidden"));
    assertThat(browser.texts(".row.kernel-thread .tid")).containsExactly("2", "10");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void tree_byKeyboard_leadsToATask() {
    page.open("#/tree");
    soon(() -> assertThat(browser.texts(".row .name")).contains("sshd"));
    browser.type("/sshd" + ARROW_DOWN + ENTER);
    soon(() -> assertThat(browser.text("#task h1")).contains("sshd").contains("3767"));
    assertThat(browser.texts(".row[aria-selected=true] .tid")).containsExactly("3767");
  }

  @Test
  void tree_ofTwentyThousand_keepsFewElementsAndReachesTheLast() {
    Entry shell = scene.entry(scene.writer().root(), 190 * Scene.SECOND, 3787, "many", Provenance.OBSERVED);
    for (int pid = 10_000; pid < 30_000; pid++) {
      scene.process(pid, 191 * Scene.SECOND, shell, null);
    }
    scene.commit(201 * Scene.SECOND);
    page.open("#/tree");
    soon(() -> assertThat(browser.text("#tree-summary")).contains("20,0"));
    browser.js("document.querySelector('#tree').scrollTop = 1e9");
    soon(() -> assertThat(browser.texts(".row .tid")).contains("29999"));
    assertThat(browser.js("return document.querySelectorAll('.row').length").asInt()).isLessThan(100);
  }

  @Test
  void tree_whileTasksCome_keepsItsPlace() {
    Entry shell = scene.entry(scene.writer().root(), 190 * Scene.SECOND, 3787, "many", Provenance.OBSERVED);
    for (int pid = 10_000; pid < 10_500; pid++) {
      scene.process(pid, 192 * Scene.SECOND, shell, null);
    }
    scene.commit(201 * Scene.SECOND);
    page.open("#/tree");
    soon(() -> assertThat(browser.text("#tree-summary")).contains("508 processes"));
    browser.js("document.querySelector('#tree').scrollTop = 100 * document.querySelector('.row').offsetHeight");
    soon(() -> assertThat(browser.js(AT_THE_TOP).asText()).isEqualTo("10092"));
    for (int pid = 20_000; pid < 20_050; pid++) {
      scene.process(pid, 191 * Scene.SECOND, shell, null); // each of them above
    }
    scene.commit(202 * Scene.SECOND);
    soon(() -> assertThat(browser.text("#tree-summary")).contains("558 processes"));
    assertThat(browser.js(AT_THE_TOP).asText()).isEqualTo("10092");
  }

  @Test
  void tree_whileItIsLookedAt_showsWhatIsStartedExecdAndEnded() {
    page.open("#/tree");
    soon(() -> assertThat(browser.texts(".row .name")).contains("sshd"));
    Task shell = scene.reader().task(3787).orElseThrow();
    Task child = scene.process(6000, 205 * Scene.SECOND, shell.entry(), shell);
    scene.commit(206 * Scene.SECOND);
    soon(() -> assertThat(levelOf(6000)).isEqualTo(levelOf(3787) + 1));
    Entry exec = scene.entry(shell.entry(), 207 * Scene.SECOND, 6000, "newcomer", Provenance.OBSERVED);
    child.enter(exec);
    child.rename(RawText.of("newcomer"));
    scene.writer().save(child);
    scene.commit(208 * Scene.SECOND);
    soon(() -> assertThat(browser.texts(".row .name")).contains("newcomer"));
    scene.end(child, 209 * Scene.SECOND, 0);
    scene.commit(210 * Scene.SECOND);
    soon(() -> assertThat(browser.texts(".row .tid")).doesNotContain("6000").contains("3787"));
  }

  private int levelOf(int tid) {
    return browser.js("return [...document.querySelectorAll('.row:not([hidden])')]"
        + ".filter(row => row.querySelector('.tid').innerText === arguments[0])"
        + ".map(row => Number(row.getAttribute('aria-level')))[0] ?? 0", Integer.toString(tid)).asInt();
  }
}
