package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.soon;
import static io.taskhistory.api.page.ScenePage.MARKUP;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A task chooses its own name and arguments; here they try to be markup, or to look like something else. */
class HostileNamesTest extends SceneTest {

  @Test
  void hostileNames_stayText() {
    page.open("#/tree");
    soon(() -> assertThat(browser.texts(".row .name")).contains("a\\342\\200\\256txt.exe", "two\\012lines", MARKUP));
    for (int pid = 5001; pid <= 5003; pid++) {
      page.open("#/task/" + pid);
      String tid = Integer.toString(pid);
      soon(() -> assertThat(browser.text("#task h1")).contains(tid));
      browser.click(".entry:last-child summary");
      soon(() -> assertThat(browser.text(".arguments")).contains("<img src=x onerror=alert(1)>"));
    }
    page.open("#/search?uid=1000");
    soon(() -> assertThat(browser.texts(".found .exec .name")).hasSize(3));
    assertUnharmed();
  }

  private void assertUnharmed() {
    assertThat(browser.js("return document.querySelectorAll('script, img').length").asInt()).isOne();
    assertThat(browser.js("return [...document.body.innerText].filter(c => '\\u202e' === c).length").asInt()).isZero();
    assertThat(browser.complaints()).isEmpty();
  }

  /** What cannot deceive is shown as it is, all else as the service wrote it. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "kworker/0\\0720 | kworker/0:0", "caf\\303\\251 | café", "a\\040b | a b", "a\\077 | a?", "\\077 | \\077",
      "a\\012b | a\\012b", "\\342\\200\\256 | \\342\\200\\256", "\\377x | \\377x", "\\303x | \\303x",
      "\\355\\240\\200 | \\355\\240\\200", "a\\134b | a\\134b", "\\302\\240 | \\302\\240", "plain | plain"})
  void escapes_thatAreHarmless_areReadable(String escaped, String readable) {
    browser.open(page.url());
    assertThat(browser.js("return import('./format.js').then(format => format.readable(arguments[0]))", escaped)
        .asText()).isEqualTo(readable);
  }
}
