package io.taskhistory.api.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.taskhistory.api.Scene;
import io.taskhistory.api.http.ApiServer;
import io.taskhistory.api.http.Bounds;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person at a browser sees and can do, with names among the tasks that try to be markup. */
class PageTest {

  private static final String TOKEN = "a-token-for-tests";
  private static final String MARKUP = "<script>alert(1)";
  private static final String RIGHT_TO_LEFT = "a\u202etxt.exe";
  private static final String LINES = "two\nlines";
  private static final String ARROW_DOWN = "\ue015";
  private static final String ENTER = "\ue007";
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  private static Optional<Browser> started = Optional.empty();

  private final Scene scene = new Scene();
  private Browser browser;
  private ApiServer server;
  private String url;

  @BeforeAll
  static void startBrowser() {
    started = Browser.start();
  }

  @AfterAll
  static void stopBrowser() {
    started.ifPresent(Browser::close);
  }

  @BeforeEach
  void serve() throws IOException {
    assumeThat(started).as("chromium and chromedriver are on the PATH").isPresent();
    browser = started.orElseThrow();
    hostile(5001, MARKUP);
    hostile(5002, RIGHT_TO_LEFT);
    hostile(5003, LINES);
    scene.commit(200 * Scene.SECOND);
    serve(0);
    browser.screen(1400, 800, false);
    browser.complaints();
  }

  private void hostile(int pid, String name) {
    RawText text = RawText.of(name);
    Entry entry = scene.entry(scene.writer().root(), 190 * Scene.SECOND, pid, name, Provenance.OBSERVED);
    entry.detail(new Details(text, text, List.of(text, RawText.of("<img src=x onerror=alert(1)>")), false, text, 1000,
        1000, 1000, 1000, 1000, 3, RawText.EMPTY, text, RawText.EMPTY, pid));
    scene.writer().save(entry);
    scene.process(pid, 189 * Scene.SECOND, entry, null);
  }

  private void serve(int port) throws IOException {
    ServerSocketChannel listening = ServerSocketChannel.open();
    listening.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    listening.bind(new InetSocketAddress("127.0.0.1", port));
    url = "http://127.0.0.1:" + listening.socket().getLocalPort() + "/";
    server = new ApiServer(
        scene.reader(), scene.collector, Bounds.of(scene.store.upkeep()), "test", listening, TOKEN);
    server.start();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      browser.open("about:blank");
      server.close();
    }
  }

  @Test
  void link_withToken_takesItOutOfTheAddress() {
    browser.open(url + "#token=" + TOKEN);
    soon(() -> assertThat(browser.text("#tree-summary")).contains("processes"));
    assertThat(browser.js("return location.href").asText()).isEqualTo(url + "#/tree");
    assertThat(browser.js("return localStorage.length + document.cookie.length").asInt()).isZero();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void page_withoutToken_saysWhereToFindIt() {
    browser.open(url);
    soon(() -> assertThat(browser.text("#gate")).contains("Token needed").contains("/var/lib/taskhistory/token"));
    browser.type("wrong" + ENTER);
    soon(() -> assertThat(browser.text("#gate")).contains("refused"));
    browser.type(TOKEN + ENTER);
    soon(() -> assertThat(browser.texts(".row .name")).contains("sshd"));
    assertThat(browser.text("#gate")).isEmpty();
    assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("401"));
  }

  @Test
  void tree_showsProcessesBelowTheirCreators() {
    open("#/tree");
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
    open("#/tree");
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
    open("#/tree");
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
    open("#/tree");
    soon(() -> assertThat(browser.text("#tree-summary")).contains("508 processes"));
    browser.js("document.querySelector('#tree').scrollTop = 100 * document.querySelector('.row').offsetHeight");
    String atTheTop = "return [...document.querySelectorAll('.row')].map(e => [e.getBoundingClientRect().top, e])"
        + ".filter(([top]) => Math.abs(top - document.querySelector('#tree').getBoundingClientRect().top) < 2)"
        + ".map(([, e]) => e.querySelector('.tid').innerText).join()";
    soon(() -> assertThat(browser.js(atTheTop).asText()).isEqualTo("10092"));
    for (int pid = 20_000; pid < 20_050; pid++) {
      scene.process(pid, 191 * Scene.SECOND, shell, null); // each of them above
    }
    scene.commit(202 * Scene.SECOND);
    soon(() -> assertThat(browser.text("#tree-summary")).contains("558 processes"));
    assertThat(browser.js(atTheTop).asText()).isEqualTo("10092");
  }

  @Test
  void task_showsItsChainAndWhatIsToDoubt() {
    open("#/task/4000");
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
  void task_thatWasKilled_namesWhoDidIt() {
    scene.endInEveryWay();
    open("#/task/" + (Scene.ENDED + 1));
    soon(() -> assertThat(browser.text("#task .badges")).contains("killed by SIGTERM (15)"));
    assertThat(browser.texts("#task .facts .lineage"))
        .containsExactly("swapper/0 → init → sshd → bash → a \"=>\\012\\033[31m? (not complete)");
    browser.click("#task .facts a[href*='-4000-']");
    soon(() -> assertThat(browser.text("#task h1")).contains("a \"=>\\012\\033[31m?").contains("4000"));
    open("#/task/" + (Scene.ENDED + 2));
    soon(() -> assertThat(browser.text("#task .badges"))
        .contains("killed by SIGSEGV (11), made by the kernel (SEGV_MAPERR), core dumped"));
    open("#/task/" + (Scene.ENDED + 4));
    soon(() -> assertThat(browser.text("#task .badges")).contains("killed by the OOM killer"));
    open("#/task/" + (Scene.ENDED + 7));
    soon(() -> assertThat(browser.text("#task .facts")).contains("itself"));
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void task_asOfATimeBeforeItsExec_isWhatItWasThen() {
    open("#/task/3787?at=mono:135");
    soon(() -> assertThat(browser.texts(".entry .name")).containsExactly("swapper/0", "init", "sshd"));
    browser.click(".time-travel button:last-of-type");
    soon(() -> assertThat(browser.texts(".entry .name")).endsWith("bash"));
    open("#/task/3787?at=mono:1");
    soon(() -> assertThat(browser.text("#task .notice")).contains("nobody held tid 3787"));
  }

  @Test
  void search_byName_leadsToTheTaskOfThatMoment() {
    open("#/search?comm=sshd");
    soon(() -> assertThat(browser.texts(".found .lineage")).containsExactly("swapper/0 → init → sshd"));
    assertThat(browser.js("return document.querySelector('[name=comm]').value").asText()).isEqualTo("sshd");
    browser.click(".found a");
    soon(() -> assertThat(browser.text("#task h1")).contains("sshd").contains("3767"));
    assertThat(browser.js("return location.hash").asText()).contains("mono%3A126").contains(Scene.BOOT);
    open("#/search?uid=x");
    soon(() -> assertThat(browser.text("#search-results .notice")).contains("whole number"));
  }

  @Test
  void hostileNames_stayText() {
    open("#/tree");
    soon(() -> assertThat(browser.texts(".row .name")).contains("a\\342\\200\\256txt.exe", "two\\012lines", MARKUP));
    for (int pid = 5001; pid <= 5003; pid++) {
      open("#/task/" + pid);
      String tid = Integer.toString(pid);
      soon(() -> assertThat(browser.text("#task h1")).contains(tid));
      browser.click(".entry:last-child summary");
      soon(() -> assertThat(browser.text(".arguments")).contains("<img src=x onerror=alert(1)>"));
    }
    open("#/search?uid=1000");
    soon(() -> assertThat(browser.texts(".found .exec .name")).hasSize(3));
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
    browser.open(url);
    assertThat(browser.js("return import('./format.js').then(format => format.readable(arguments[0]))", escaped)
        .asText()).isEqualTo(readable);
  }

  @Test
  void markup_putThereByMistake_isRefusedByTheBrowser() {
    open("#/tree");
    assertThat(browser.js("try { document.body.innerHTML = '<p>'; return 'taken' } catch (e) { return e.name }")
        .asText()).isEqualTo("TypeError");
    assertThat(browser.complaints()).isNotEmpty();
  }

  @Test
  void service_thatGoesAndComesBack_isToldOfMeanwhile() throws IOException {
    open("#/task/3787");
    soon(() -> assertThat(browser.text("#task h1")).contains("bash"));
    int port = URI.create(url).getPort();
    server.close();
    soon(() -> assertThat(browser.text("#banner")).contains("does not answer"));
    assertThat(browser.text("#task h1")).contains("bash");
    serve(port);
    soon(() -> assertThat(browser.text("#banner")).isEmpty());
  }

  @Test
  void strip_showsHowWellTheServiceFollows() {
    open("#/tree");
    soon(() -> assertThat(browser.texts(".item-value")).contains("proc", "2 events, 1 gap"));
    open("#/status");
    soon(() -> assertThat(browser.text("#status")).contains("1,234", "the receive buffer was full"));
    assertThat(browser.complaints()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"360, false", "360, true", "900, false", "900, true", "1400, false", "1400, true"})
  void everyView_fitsTheScreen(int width, boolean dark) throws IOException {
    browser.screen(width, 800, dark);
    Task shell = scene.reader().task(3787).orElseThrow();
    for (String route : List.of("tree", "task/" + shell.id(), "task/4000", "search?uid=0", "status")) {
      open("#/" + route);
      String shown = route.startsWith("task") ? "#task h1" : route.startsWith("search") ? ".found a" : ".item-value";
      soon(() -> assertThat(browser.text(shown)).isNotEmpty());
      assertThat(browser.js("return document.documentElement.scrollWidth").asInt()).isLessThanOrEqualTo(width);
      String name = route.replaceAll("\\W+", "-") + "-" + width + (dark ? "-dark" : "-light") + ".png";
      browser.screenshot(SCREENSHOTS.resolve(name));
    }
    assertThat(browser.complaints()).isEmpty();
  }

  private void open(String route) {
    browser.open(url + "#token=" + TOKEN + "&" + route.substring(1));
  }

  private static void soon(ThrowingRunnable assertion) {
    await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50)).untilAsserted(assertion);
  }
}
