package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One task's page. */
class TaskTest extends SceneTest {

  @Test
  void task_showsItsChainAndWhatIsToDoubt() {
    page.open("#/task/4000");
    soon(() -> assertThat(browser.texts(".entry .name")).containsExactly(
        "swapper/0", "init", "sshd", "bash", "a \"=>\\012\\033[31m?"));
    assertThat(browser.texts(".entry .provenance")).containsExactly(
        "boot", "resolved", "resolved", "resolved", "snapshot");
    assertThat(browser.texts(".entry .at").get(2)).contains("clock was set back");
    assertThat(browser.texts(".reasons > li > strong")).hasSize(3);
    assertThat(browser.text(".gaps")).contains("uncounted", "the receive buffer was full");
    browser.click(".entry:nth-child(3) summary");
    soon(() -> assertThat(browser.text(".entry details[open]")).contains("/usr/sbin/sshd", "never set"));
    browser.click("#task .segments button:nth-child(2)");
    soon(() -> assertThat(browser.text("pre.history")).startsWith("swapper/0=>init=>sshd=>bash=>"));
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void task_withMoreArgumentsThanAnAnswerHas_saysWhereTheyAreLeftOut() {
    Task shell = page.scene.reader().task(3787).orElseThrow();
    RawText argument = RawText.of("x".repeat(Details.MAX_ARGV_BYTES));
    Entry entry = shell.entry();
    for (int i = 0; i < 70; i++) {
      entry = page.scene.entry(entry, 195 * Scene.SECOND + i, 7500, "again", Provenance.OBSERVED);
      entry.detail(new Details(RawText.of("/bin/again"), RawText.of("/bin/again"), List.of(argument), false,
          RawText.of("/"), 0, 0, 0, 0, 0, 1, RawText.EMPTY, RawText.EMPTY, RawText.EMPTY, 7500));
    }
    page.scene.process(7500, 194 * Scene.SECOND, entry, shell);
    page.scene.commit(201 * Scene.SECOND);
    page.open("#/task/7500");
    soon(() -> assertThat(browser.texts(".entry .name")).hasSize(74));
    browser.click(".entry:nth-child(5) summary");
    soon(() -> assertThat(browser.text(".entry:nth-child(5) details[open]")).contains("left out"));
    browser.click(".entry:nth-child(74) summary");
    soon(() -> assertThat(browser.text(".entry:nth-child(74) details[open]")).contains("xxxx").doesNotContain("left out"));
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void task_thatWasKilled_namesWhoDidIt() {
    page.scene.endInEveryWay();
    page.open("#/task/" + (Scene.ENDED + 1));
    soon(() -> assertThat(browser.text("#task .badges")).contains("killed by SIGTERM (15)"));
    assertThat(browser.texts("#task .facts .lineage"))
        .containsExactly("swapper/0 → init → sshd → bash → a \"=>\\012\\033[31m? (not complete)");
    browser.click("#task .facts a[href*='-4000-']");
    soon(() -> assertThat(browser.text("#task h1")).contains("a \"=>\\012\\033[31m?").contains("4000"));
    page.open("#/task/" + (Scene.ENDED + 2));
    soon(() -> assertThat(browser.text("#task .badges"))
        .contains("killed by SIGSEGV (11), made by the kernel (SEGV_MAPERR), core dumped"));
    page.open("#/task/" + (Scene.ENDED + 4));
    soon(() -> assertThat(browser.text("#task .badges")).contains("killed by the OOM killer"));
    page.open("#/task/" + (Scene.ENDED + 7));
    soon(() -> assertThat(browser.text("#task .facts")).contains("itself"));
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void task_thatCreatedMany_showsThemPageByPageAndItsThreadsApart() {
    Task shell = page.scene.reader().task(3787).orElseThrow();
    for (int pid = 7000; pid < 7120; pid++) {
      page.scene.process(pid, 195 * Scene.SECOND + pid, shell.entry(), shell);
    }
    page.scene.commit(201 * Scene.SECOND);
    page.open("#/task/" + shell.id());
    soon(() -> assertThat(browser.texts(".children li")).hasSize(50));
    assertThat(browser.texts("#task h2")).contains("Threads");
    assertThat(browser.texts(".children li a")).contains("worker 3788");
    clickMore();
    soon(() -> assertThat(browser.texts(".children li")).hasSize(100));
    clickMore();
    soon(() -> assertThat(browser.texts(".children li a")).contains("bash 7119"));
    assertThat(browser.complaints()).isEmpty();
  }

  private void clickMore() {
    browser.click("[aria-labelledby=children-title] > button");
  }
}
