package io.taskhistory.api.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A headless Chromium that ChromeDriver steers, spoken to in the JSON of W3C WebDriver. */
final class Browser implements AutoCloseable {

  private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
  private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process driver;
  private final Path profile;
  private final String root;
  private final String session;

  private Browser(Path chromium, Path chromedriver) throws IOException {
    profile = Files.createTempDirectory("page-test-");
    driver = new ProcessBuilder(chromedriver.toString(), "--port=0").redirectErrorStream(true).start();
    root = "http://127.0.0.1:" + port(driver) + "/session";
    List<String> args = new ArrayList<>(List.of("--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
        "--user-data-dir=" + profile));
    if (System.getProperty("user.name").equals("root")) {
      args.add("--no-sandbox"); // Chromium refuses to run as root with it
    }
    session = root + "/" + call("POST", root, Map.of("capabilities", Map.of("alwaysMatch", Map.of(
        "goog:loggingPrefs", Map.of("browser", "ALL"),
        "goog:chromeOptions", Map.of("binary", chromium.toString(), "args", args))))).get("sessionId").asText();
  }

  /** A new browser, or empty where Chromium or ChromeDriver is not installed. */
  static Optional<Browser> start() {
    Optional<Path> chromedriver = find("chromedriver");
    Optional<Path> chromium = NAMES.stream().map(Browser::find).flatMap(Optional::stream).findFirst();
    if (chromedriver.isEmpty() || chromium.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Browser(chromium.get(), chromedriver.get()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> find(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(directory -> Path.of(directory, program)).filter(Files::isExecutable).findFirst();
  }

  private static int port(Process driver) throws IOException {
    BufferedReader output = driver.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher m = STARTED.matcher(line);
      if (m.find()) {
        Thread drain = new Thread(() -> output.lines().forEach(rest -> { }), "chromedriver-output");
        drain.setDaemon(true);
        drain.start();
        return Integer.parseInt(m.group(1));
      }
    }
    throw new IOException("chromedriver ended before it listened");
  }

  void open(String url) {
    call("POST", session + "/url", Map.of("url", url));
  }

  /** What the script, a function's body, returns. */
  JsonNode js(String script, Object... args) {
    return call("POST", session + "/execute/sync", Map.of("script", script, "args", List.of(args)));
  }

  /** The text of the first thing to see that a selector finds; empty where there is none. */
  String text(String selector) {
    return texts(selector).stream().findFirst().orElse("");
  }

  /** The texts of everything to see that a selector finds. */
  List<String> texts(String selector) {
    List<String> texts = new ArrayList<>();
    js("return [...document.querySelectorAll(arguments[0])].filter(e => e.checkVisibility()).map(e => e.innerText)",
        selector)
        .forEach(text -> texts.add(text.asText()));
    return texts;
  }

  void click(String selector) {
    String id = call("POST", session + "/element", Map.of("using", "css selector", "value", selector))
        .elements().next().asText();
    call("POST", session + "/element/" + id + "/click", Map.of());
  }

  /** Types into whatever has the focus; keys without a character as in WebDriver's table. */
  void type(String text) {
    List<Map<String, Object>> actions = new ArrayList<>();
    text.codePoints().mapToObj(Character::toString).forEach(key -> {
      actions.add(Map.of("type", "keyDown", "value", key));
      actions.add(Map.of("type", "keyUp", "value", key));
    });
    call("POST", session + "/actions",
        Map.of("actions", List.of(Map.of("type", "key", "id", "keyboard", "actions", actions))));
  }

  /** Looks as on a screen of that size, in the light or the dark scheme. */
  void screen(int width, int height, boolean dark) {
    devTools("Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    devTools("Emulation.setEmulatedMedia", Map.of("features",
        List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  void screenshot(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(call("GET", session + "/screenshot", null).asText()));
  }

  /** What the browser had to complain about since this was last asked: errors of scripts, of loading, of policies. */
  List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    call("POST", session + "/se/log", Map.of("type", "browser")).forEach(entry -> {
      if (!entry.get("level").asText().matches("DEBUG|INFO")) {
        complaints.add(entry.get("source").asText() + ": " + entry.get("message").asText());
      }
    });
    return complaints;
  }

  private void devTools(String command, Map<String, ?> params) {
    call("POST", session + "/goog/cdp/execute", Map.of("cmd", command, "params", params));
  }

  private JsonNode call(String method, String uri, Object body) {
    try {
      HttpRequest.BodyPublisher publisher = body == null
          ? HttpRequest.BodyPublishers.noBody()
          : HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
      HttpResponse<byte[]> response = http.send(
          HttpRequest.newBuilder(URI.create(uri)).method(method, publisher).build(),
          HttpResponse.BodyHandlers.ofByteArray());
      JsonNode value = JSON.readTree(response.body()).get("value");
      if (response.statusCode() != 200) {
        throw new IllegalStateException(value.get("error").asText() + ": " + value.get("message").asText());
      }
      return value;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the browser", e);
    }
  }

  @Override
  public void close() {
    try {
      call("DELETE", session, null);
    } catch (UncheckedIOException e) {
      // The driver is gone already, as when somebody interrupts the tests.
    } finally {
      driver.destroy();
    }
    try {
      driver.waitFor();
      try (Stream<Path> files = Files.walk(profile)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
