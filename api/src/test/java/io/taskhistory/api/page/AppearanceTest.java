package io.taskhistory.api.page;

import static io.taskhistory.api.page.Chromium.soon;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Task;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every view on screens of three widths, light and dark: it fits, whoever cannot see it can use it, and no policy is broken. */
class AppearanceTest extends SceneTest {

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final String AXE = axe();
  private static final String BROKEN_POLICIES =
      "if (!window.broken) { window.broken = []; document.addEventListener('securitypolicyviolation',"
          + " e => window.broken.push(e.violatedDirective + ' ' + e.blockedURI)); } return window.broken";


  @BeforeEach
  void prepare() {
    page.scene.endInEveryWay();
    page.scene.commit(200 * Scene.SECOND);
  }

  private static String axe() {
    try (InputStream script = AppearanceTest.class.getResourceAsStream("/axe.min.js")) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The views by a name for their pictures, each with what shows that it is there. */
  private Map<String, List<String>> views() {
    Task shell = page.scene.reader().task(3787).orElseThrow();
    return new TreeMap<>(Map.of(
        "tree", List.of("#/tree", ".row .name"),
        "tree-past", List.of("#/tree?at=mono:158&boot=" + Scene.BOOT, ".row .name"),
        "railway", List.of("#/railway/3767?from=2023-08-11T10:45:20Z&to=2023-08-11T10:46:40Z", ".gutter a"),
        "task", List.of("#/task/" + shell.id(), "#task pre.history"),
        "task-doubts", List.of("#/task/4000", "#task .gaps"),
        "task-killed", List.of("#/task/" + (Scene.ENDED + 1), "#task .facts .lineage"),
        "search", List.of("#/search?uid=0", ".found a"),
        "search-wrong", List.of("#/search?uid=x", ".field-problem"),
        "status", List.of("#/status", "#status .facts"),
        "enrich", List.of("#/enrich?log=" + EnrichTest.encoded(EnrichTest.RECORD), ".records .added")));
  }

  @ParameterizedTest
  @CsvSource({"360, false", "360, true", "800, false", "800, true", "1400, false", "1400, true"})
  void everyView_fitsTheScreenAndCanBeUsedByAll(int width, boolean dark) throws IOException {
    browser.screen(width, 800, dark);
    page.open("#/status");
    List<String> broken = new ArrayList<>();
    browser.js(BROKEN_POLICIES);
    for (Map.Entry<String, List<String>> view : views().entrySet()) {
      page.open(view.getValue().get(0));
      soon(() -> assertThat(browser.texts(view.getValue().get(1))).isNotEmpty());
      check(view.getKey() + "-" + width + (dark ? "-dark" : "-light"), width, broken);
    }
    page.open("#/stream");
    soon(() -> assertThat(browser.text("#stream-state")).isEqualTo("live"));
    page.happen("newcomer");
    page.scene.writer().gap("proc", 201 * Scene.SECOND, 202 * Scene.SECOND, 12, Gap.Cause.OVERFLOW);
    page.scene.commit(220 * Scene.SECOND);
    soon(() -> assertThat(browser.texts(".event")).hasSizeGreaterThanOrEqualTo(4));
    check("stream-" + width + (dark ? "-dark" : "-light"), width, broken);
    browser.js("document.querySelector('#help-open').click()");
    check("help-" + width + (dark ? "-dark" : "-light"), width, broken);
    browser.js("document.querySelector('#help-close').click()");
    assertThat(broken).isEmpty();
    assertThat(browser.js(BROKEN_POLICIES)).isEmpty();
    assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("400"));
  }

  private void check(String name, int width, List<String> broken) throws IOException {
    browser.screenshot(SCREENSHOTS.resolve(name + ".png"));
    int wide = browser.js("return document.documentElement.scrollWidth").asInt();
    if (wide > width) {
      broken.add(name + " is " + wide + " wide");
    }
    JsonNode violations = browser.js("if (!window.axe) { " + AXE + " }\n"
        + "return axe.run(document, { resultTypes: ['violations'] }).then(found => found.violations.flatMap("
        + "rule => rule.nodes.map(node => `${rule.id}: ${node.target} ${node.failureSummary}`)))");
    violations.forEach(violation -> broken.add(name + " " + violation.asText()));
  }
}
