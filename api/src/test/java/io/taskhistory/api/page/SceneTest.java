package io.taskhistory.api.page;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of the page share that ask about a scene: a server of its own for each, and the browser. */
abstract class SceneTest {

  ScenePage page;
  Browser browser;

  @BeforeEach
  void serve() {
    page = new ScenePage();
    browser = page.browser;
  }

  @AfterEach
  void end() {
    if (page != null) { // there is no browser
      page.close();
    }
  }
}
