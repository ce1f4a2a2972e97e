package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.ARROW_DOWN;
import static io.taskhistory.api.page.Chromium.ENTER;
import static io.taskhistory.api.page.Chromium.soon;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.Scene;
import io.taskhistory.history.Task;
import org.junit.jupiter.api.Test;

/** Tasks as lanes over time. */
class RailwayTest extends SceneTest {

  /** Where a name stands on the drawing, from its left edge. */
  private static final String X_OF_NAME = "return Number([...document.querySelectorAll('.tracks .name')]"
      + ".find(text => text.textContent === arguments[0])?.getAttribute('x') ?? -1)";


  /** Of sshd, from when it was started until the last of its family has. */
  private String address() {
    return "#/railway/3767?from=2023-08-11T10:45:20Z&to=2023-08-11T10:46:40Z";
  }

  @Test
  void railway_hasALaneForEachOfTheFamily() {
    page.open(address());
    soon(() -> assertThat(browser.texts(".gutter a")).hasSize(6));
    assertThat(browser.texts(".gutter a").get(0)).contains("sshd 3767");
    assertThat(browser.texts(".gutter a").get(1)).contains("bash 3787");
    assertThat(browser.texts(".gutter a").subList(2, 6)).anyMatch(lane -> lane.contains("? 4001"))
        .anyMatch(lane -> lane.contains("a \"=>\\012\\033[31m? 4000")).filteredOn(lane -> lane.contains("bash 3900"))
        .hasSize(2);
    assertThat(drawn(".tracks .station")).isEqualTo(4);
    assertThat(drawn(".tracks .terminus")).isEqualTo(2);
    assertThat(drawn(".tracks .hatched")).isEqualTo(1);
    assertThat(browser.js("return [...document.querySelectorAll('.tracks .exit')].map(e => e.textContent).join()")
        .asText()).isEqualTo("exit 3,SIGSEGV");
    assertThat(browser.js("return document.querySelector('.tracks .hatched title').textContent").asText())
        .isEqualTo("proc: an uncounted number of events lost, the receive buffer was full");
    assertThat(browser.complaints()).isEmpty();
  }

  private int drawn(String selector) {
    return browser.js("return document.querySelectorAll(arguments[0]).length", selector).asInt();
  }

  @Test
  void railway_isTheSameAsATable() {
    page.open(address());
    soon(() -> assertThat(browser.texts(".gutter a")).hasSize(6));
    browser.click(".lane-table summary");
    soon(() -> assertThat(browser.texts(".lane-table tbody tr")).hasSize(6));
    assertThat(browser.texts(".lane-table tbody tr").get(1)).contains("bash 3787", "sshd 3767", "still running");
    assertThat(browser.texts(".lane-table tbody tr")).anyMatch(row -> row.contains("killed by SIGSEGV (11)"));
    browser.click(".lane-table tbody tr:nth-child(2) a");
    soon(() -> assertThat(browser.text("#task h1")).contains("bash").contains("3787"));
  }

  @Test
  void railway_isZoomedAndMovedByKeysWheelAndButtons() {
    page.open(address());
    soon(() -> assertThat(browser.texts(".gutter a")).hasSize(6));
    assertThat(browser.text(".range")).contains("(1 min)");
    double bash = xOfBash();
    browser.click("[aria-label=Nearer]");
    soon(() -> assertThat(browser.text(".range")).contains("(40 s)"));
    soon(() -> assertThat(xOfBash()).isNotEqualTo(bash));
    soon(() -> assertThat(page.hash()).contains("from=2023-08-11T10%3A45%3A40.000"));
    browser.js("document.querySelector('.lanes').focus()");
    browser.type("-");
    soon(() -> assertThat(browser.text(".range")).contains("(1 min)"));
    browser.js("const plot = document.querySelector('.plot'); const box = plot.getBoundingClientRect();"
        + "plot.dispatchEvent(new WheelEvent('wheel', { deltaY: -400, ctrlKey: true, cancelable: true, bubbles: true,"
        + " clientX: box.left + box.width / 2, clientY: box.top + 10 }))");
    soon(() -> assertThat(browser.text(".range")).matches("(?s).*\\(\\d+(\\.\\d)? s\\)"));
    String before = browser.text(".range");
    browser.click("[aria-label=Earlier]");
    soon(() -> assertThat(browser.text(".range")).isLessThan(before));
    browser.js("document.querySelector('.lanes').focus()");
    browser.type("0");
    soon(() -> assertThat(browser.text(".range")).as("to what the service knows").contains("(1 min)"));
    soon(() -> assertThat(browser.texts(".gutter a")).hasSizeGreaterThanOrEqualTo(6));
    assertThat(browser.complaints()).isEmpty();
  }

  /** The service's time counts, however this computer's clock stands. */
  @Test
  void railway_thatFollows_endsWhereTheServiceKnowsNoMore() {
    page.open("#/status");
    browser.js("Date.now = () => Date.parse('2023-08-11T10:46:00Z')");
    browser.js("location.hash = '#/railway/3787'");
    soon(() -> assertThat(browser.texts(".gutter a")).anyMatch(lane -> lane.contains("bash 3787")));
    page.happen("newcomer");
    soon(() -> assertThat(browser.js("return [...document.querySelectorAll('.tracks .name')].map(t => t.textContent).join()")
        .asText()).contains("newcomer"));
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void time_thatIsNone_isSaid() {
    page.open("#/railway/3767?from=yesterday");
    soon(() -> assertThat(browser.text("#railway")).contains("There is no such time").contains("yesterday"));
    browser.click("#railway button");
    soon(() -> assertThat(browser.texts(".gutter a")).isNotEmpty());
    page.open("#/railway/3767?from=mono:120&to=1691750800");
    soon(() -> assertThat(browser.text(".range")).contains("10:45:29").contains("10:46:40"));
    assertThat(browser.complaints()).isEmpty();
  }

  private double xOfBash() {
    return browser.js(X_OF_NAME, "bash").asDouble();
  }

  @Test
  void railway_byKeyboard_tellsOfEachLaneAndLeadsToItsTask() {
    page.open(address());
    soon(() -> assertThat(browser.texts(".gutter a")).hasSize(6));
    browser.js("document.querySelector('.lanes').focus()");
    soon(() -> assertThat(browser.text(".readout")).contains("sshd 3767", "execs: sshd"));
    browser.type(ARROW_DOWN);
    soon(() -> assertThat(browser.text(".readout")).contains("bash 3787", "still running"));
    browser.type(ENTER);
    soon(() -> assertThat(browser.text("#task h1")).contains("bash").contains("3787"));
  }

  @Test
  void railway_ofThousands_keepsFewElementsAndReachesTheLast() {
    Task shell = page.scene.reader().task(3787).orElseThrow();
    for (int pid = 10_000; pid < 13_000; pid++) {
      page.scene.process(pid, 190 * Scene.SECOND + pid * 1_000_000L, shell.entry(), shell);
    }
    page.scene.commit(210 * Scene.SECOND);
    page.open("#/railway/3787?from=2023-08-11T10:45:20Z&to=2023-08-11T10:47:20Z");
    soon(() -> assertThat(browser.text("#railway .rail-head")).contains("3,00"));
    browser.js("document.querySelector('.lanes').scrollTop = 1e9");
    soon(() -> assertThat(browser.texts(".gutter a")).anyMatch(lane -> lane.contains("12999")));
    assertThat(drawn(".tracks *")).isLessThan(400);
    assertThat(browser.complaints()).isEmpty();
  }
}
