package io.taskhistory.api.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;

/**
 * Prints how long frames take while the tree has 20,000 tasks and a railway 5,000 lanes, in a headless browser on the
 * same machine: while one scrolls, while tasks come and go, while one zooms.
 */
public final class PageBenchmark {

  private static final int TASKS = 20_000;
  private static final int LANES = 5_000;

  /** Calls a step for each of 120 frames; tells how long they took, and of tasks of more than 50 ms. */
  private static final String FRAMES = """
      const long = [];
      const observer = new PerformanceObserver(list => list.getEntries().forEach(e => long.push(Math.round(e.duration))));
      observer.observe({ entryTypes: ['longtask'] });
      return new Promise(resolve => {
        const times = [];
        let last = performance.now();
        const frame = () => {
          const now = performance.now();
          times.push(now - last);
          last = now;
          if (times.length > 120) {
            observer.disconnect();
            const sorted = times.slice(1).sort((a, b) => a - b);
            resolve({ median: sorted[60].toFixed(1), p95: sorted[114].toFixed(1), most: sorted[119].toFixed(1),
              long: long.join(' ') || 'none' });
          } else {
            %s
            requestAnimationFrame(frame);
          }
        };
        requestAnimationFrame(frame);
      });
      """;

  private PageBenchmark() {}

  public static void main(String[] args) throws Exception {
    try (ScenePage page = new ScenePage()) {
      Task shell = page.scene.reader().task(3787).orElseThrow();
      Entry many = page.scene.entry(shell.entry(), 190 * Scene.SECOND, 3787, "many", Provenance.OBSERVED);
      for (int pid = 10_000; pid < 10_000 + TASKS; pid++) {
        page.scene.process(pid, 200 * Scene.SECOND + pid * 1_000_000L, many, shell);
      }
      page.scene.commit(240 * Scene.SECOND);
      tree(page, shell);
      railway(page);
    }
  }

  private static void tree(ScenePage page, Task shell) throws InterruptedException {
    page.open("#/tree");
    Chromium.soon(() -> {
      if (!page.browser.text("#tree-summary").contains("20,0")) {
        throw new AssertionError("the tree is not there yet");
      }
    });
    Thread.sleep(1000);
    print(page, "tree of 20,000, nothing happens", "");
    print(page, "tree of 20,000, scrolled", "document.querySelector('#tree').scrollTop += 500;");
    Thread feeder = new Thread(() -> {
      for (int pid = 40_000; pid < 40_400; pid++) {
        page.scene.process(pid, 241 * Scene.SECOND, shell.entry(), shell);
        page.scene.commit(241 * Scene.SECOND + pid);
        sleep(5);
      }
    }, "feeder");
    feeder.start();
    print(page, "tree of 20,000, 200 forks a second", "");
    print(page, "tree of 20,000, scrolled meanwhile", "document.querySelector('#tree').scrollTop -= 500;");
    feeder.join();
  }

  private static void railway(ScenePage page) throws InterruptedException {
    page.open("#/railway/3787?from=2023-08-11T10:46:45Z&to=2023-08-11T10:47:10Z");
    Chromium.soon(() -> {
      if (!page.browser.text("#railway .rail-head").contains("lanes")) {
        throw new AssertionError("the railway is not there yet");
      }
    });
    Thread.sleep(1000);
    System.out.println(page.browser.text("#railway .rail-head").replace('\n', ' '));
    print(page, "railway of " + LANES + " lanes, scrolled", "document.querySelector('.lanes').scrollTop += 200;");
    print(page, "railway of " + LANES + " lanes, zoomed", "document.querySelector('.plot').dispatchEvent(new WheelEvent("
        + "'wheel', { deltaY: times.length > 60 ? -10 : 10, ctrlKey: true, cancelable: true }));");
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void print(ScenePage page, String what, String step) {
    JsonNode frames = page.browser.js(FRAMES.formatted(step));
    System.out.printf("%-42s frame median %5s ms, p95 %5s ms, longest %5s ms; tasks over 50 ms: %s%n", what,
        frames.get("median").asText(), frames.get("p95").asText(), frames.get("most").asText(),
        frames.get("long").asText());
  }
}
