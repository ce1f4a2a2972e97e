package io.taskhistory.api.page;

import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;
import org.awaitility.core.ThrowingRunnable;

/** The one browser that all tests of the page share: starting it takes longer than most of them. */
final class Chromium {

  static final String ARROW_UP = "\ue013";
  static final String ARROW_LEFT = "\ue012";
  static final String ARROW_RIGHT = "\ue014";
  static final String ARROW_DOWN = "\ue015";
  static final String ENTER = "\ue007";
  static final String ESCAPE = "\ue00c";
  static final String TAB = "\ue004";

  private static final Optional<Browser> STARTED = start();

  private Chromium() {}

  private static Optional<Browser> start() {
    Optional<Browser> browser = Browser.start();
    browser.ifPresent(started -> Runtime.getRuntime().addShutdownHook(new Thread(started::close, "browser-end")));
    return browser;
  }

  /** The browser, on a wide light screen, with no complaint left of the test before; skips where there is none. */
  static Browser browser() {
    assumeThat(STARTED).as("chromium and chromedriver are on the PATH").isPresent();
    Browser browser = STARTED.orElseThrow();
    browser.open("about:blank");
    browser.screen(1400, 800, false);
    browser.complaints();
    return browser;
  }

  static void soon(ThrowingRunnable assertion) {
    await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50)).untilAsserted(assertion);
  }
}
