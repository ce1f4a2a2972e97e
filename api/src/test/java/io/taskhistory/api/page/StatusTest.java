package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.soon;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How well the service follows. */
class StatusTest extends SceneTest {

  @Test
  void strip_showsHowWellTheServiceFollows() {
    page.open("#/tree");
    soon(() -> assertThat(browser.texts(".item-value")).contains("proc", "2 events, 1 gap", "fine"));
    page.open("#/status");
    soon(() -> assertThat(browser.text("#status")).contains("1,234", "the receive buffer was full"));
    assertThat(browser.text("#status")).contains("800 comparisons with /proc in 4 rounds", "3 of which are put right",
        "process 7 (sh) has ended", "audit beside the spine", "No audit log was enriched yet");
    assertThat(browser.complaints()).isEmpty();
  }
}
