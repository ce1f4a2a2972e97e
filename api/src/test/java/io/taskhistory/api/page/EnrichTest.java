package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.soon;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** An audit record that is pasted in. */
class EnrichTest extends SceneTest {

  /** Of the shell, some seconds after its exec; the clock was set back before. */
  static final String RECORD = "type=SYSCALL msg=audit(1691750760.271:108): arch=c000003e syscall=62 success=yes"
      + " exit=0 ppid=3767 pid=3787 auid=1000 uid=0 comm=\"bash\" exe=\"/usr/bin/bash\" key=(null)\n"
      + "type=PROCTITLE msg=audit(1691750760.271:108): proctitle=\"-bash\"\n";


  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void record_comesBackWithItsHistory() {
    page.open("#/enrich");
    soon(() -> assertThat(browser.text("#enrich h1")).isNotEmpty());
    browser.js("document.querySelector('#enrich-log').value = arguments[0]", RECORD);
    browser.click("#enrich-form button.primary");
    soon(() -> assertThat(browser.text(".records .added")).contains("Added: swapper/0 → init → sshd → bash")
        .contains("type=UNKNOWN[1340] msg=audit(1691750760.271:108): history=\"name=swapper/0;pid=1;"));
    assertThat(browser.text("#enrich-result")).contains("1 history added to 1 event");
    assertThat(browser.texts(".records li")).hasSize(3);
    assertThat(page.hash()).startsWith("#/enrich?log=type%3DSYSCALL");
    soon(() -> assertThat(browser.texts(".records .added a")).isNotEmpty());
    browser.click(".records .added a");
    soon(() -> assertThat(browser.text("#task h1")).contains("bash").contains("3787"));
    assertThat(page.hash()).contains("bbbbbbbb2222-3787-130000000000").contains("at=1691750760.271");
    assertThat(browser.complaints()).isEmpty();
  }

  /** The kernel stamps by a clock that ticks: what a process did first can bear a time from before its start. */
  @Test
  void record_stampedBeforeTheTaskBegan_leadsToThatTaskAllTheSame() {
    String early = RECORD.replace("1691750760.271", "1691750738.993").replace("bash", "sshd");
    page.open("#/enrich?log=" + encoded(early));
    soon(() -> assertThat(browser.texts(".records .added a")).hasSize(1));
    browser.click(".records .added a");
    soon(() -> assertThat(browser.text("#task h1")).contains("3787"));
    assertThat(page.hash()).contains("bbbbbbbb2222-3787-130000000000");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void record_inAnAddress_isEnrichedWhenThatIsOpened() {
    page.open("#/enrich?log=" + encoded(RECORD.replace("pid=3787", "pid=3999")));
    soon(() -> assertThat(browser.text("#enrich-result")).contains("0 histories added")
        .contains("nobody is known to have held the pid"));
    assertThat(browser.texts(".records .added")).isEmpty();
  }

  @Test
  void record_thatIsHostile_staysText() {
    page.open("#/enrich?log=" + encoded("<img src=x onerror=alert(1)>\u202e\n" + RECORD));
    soon(() -> assertThat(browser.text(".records li")).isEqualTo("<img src=x onerror=alert(1)>\\342\\200\\256"));
    assertThat(browser.js("return document.querySelectorAll('img').length").asInt()).isZero();
    assertThat(browser.complaints()).isEmpty();
  }
}
