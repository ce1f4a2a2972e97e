package io.taskhistory.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.cli.Machinery;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.Recording;
import io.taskhistory.api.witness.TraceInstances;
import io.taskhistory.collector.trace.JournalDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** The service as a process of its own, and a client of it. Closing kills it; what it wrote stays in its home. */
public final class LiveService implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_SECONDS = 60;
  private static final int PAGE = 1000;

  /** This client sends all of a request before it reads: what is answered meanwhile has to fit into the sockets. */
  private static final int BATCH = 2000;

  private static final Map<String, Path> RECORDING = new ConcurrentHashMap<>();

  private final Process process;
  private final Path home;
  private final String url;
  private final String token;
  private final HttpClient client = HttpClient.newHttpClient();

  /** Starts it, or starts it again, with all that it keeps below {@code home}. Returns when it is ready. */
  public LiveService(Path home, String... options) {
    this(home, List.of(), options);
  }

  /** Answers about what is kept in {@code home/data}, where nothing is followed. */
  static LiveService serving(Path home) throws IOException {
    Files.createDirectories(home.resolve("tmp"));
    List<String> command = Machinery.command("--data-dir", home.resolve("data").toString(), "serve",
        "--listen", "127.0.0.1:0");
    command.add(1, "-Djava.io.tmpdir=" + home.resolve("tmp"));
    return new LiveService(home, new ProcessBuilder(command).redirectError(home.resolve("err").toFile()).start());
  }

  private LiveService(Path home, Process process) throws IOException {
    this.home = home;
    this.process = process;
    url = ready();
    token = Files.readString(home.resolve("data/token")).strip();
  }

  /** As above, where {@code wrapper} runs it: a program that execs what its last arguments say. */
  LiveService(Path home, List<String> wrapper, String... options) {
    this.home = home;
    try {
      process = launch(home, wrapper, options);
      url = ready();
      token = Files.readString(home.resolve("data/token")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process launch(Path home, List<String> wrapper, String... options) throws IOException {
    Files.createDirectories(home.resolve("tmp"));
    List<String> command = Machinery.command("--data-dir", home.resolve("data").toString(), "run");
    command.addAll(List.of(options));
    if (!command.contains("--listen")) {
      command.addAll(List.of("--listen", "127.0.0.1:0"));
    }
    if (!command.contains("--trace-instance")) {
      command.addAll(List.of("--trace-instance", instance(home)));
    }
    command.add(1, "-Djava.io.tmpdir=" + home.resolve("tmp")); // native libraries that a kill leaves behind
    command.addAll(0, wrapper);
    return new ProcessBuilder(command).redirectError(home.resolve("err").toFile()).start();
  }

  /** The trace instance of whatever keeps its data below {@code home}, a directory of the test's. */
  static String instance(Path home) {
    String name = TraceInstances.name(Integer.toHexString(home.toAbsolutePath().hashCode()));
    RECORDING.put(name, home.resolve("data"));
    return name;
  }

  /** Ends the recordings of all services so far, none of which may run. */
  static void release() {
    RECORDING.forEach(LiveService::release);
    RECORDING.clear();
  }

  /** Ends what tests were recording that are dead by now. */
  static void releaseAbandoned(Path anyDirectory) {
    TraceInstances.abandoned().forEach(name -> release(name, anyDirectory));
  }

  private static void release(String name, Path data) {
    if (Files.isDirectory(TraceInstances.path(name))) {
      Recording.release(name, new DataDirectory(data));
    }
    try {
      Files.deleteIfExists(JournalDirectory.choose(data).resolve(name + ".lock"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it and kills it {@code after} that, wherever it has got to by then. */
  static void startAndKill(Duration after, Path home, String... options) throws Exception {
    Process process = launch(home, List.of(), options);
    Thread.sleep(after.toMillis());
    process.destroyForcibly().waitFor();
  }

  private String ready() {
    CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> {
      try {
        return String.valueOf(process.inputReader(StandardCharsets.UTF_8).readLine());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    try {
      String ready = line.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
      assertThat(ready).as(errors()).startsWith("ready http://127.0.0.1:");
      return ready.substring("ready ".length());
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Where it listens, without a slash at the end. */
  public String url() {
    return url;
  }

  public String token() {
    return token;
  }

  /** Where commands find it. */
  Path data() {
    return home.resolve("data");
  }

  private String errors() {
    try {
      return Files.readString(home.resolve("err"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whatever {@code /api/v1} answers at {@code path}. */
  HttpResponse<String> ask(String path) {
    return send(request(path).GET().build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url + "/api/v1" + path)).header("Authorization", "Bearer " + token);
  }

  /** An answer that goes on; the reader closes it. */
  InputStream stream(String path, String... headers) {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<InputStream> response =
        client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream()).join();
    assertThat(response.statusCode()).as(path).isEqualTo(200);
    return response.body();
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(request + ": " + errors(), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String answer(String path) {
    HttpResponse<String> response = ask(path);
    assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(200);
    return response.body();
  }

  JsonNode json(String path) {
    return parse(answer(path));
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode status() {
    return json("/status");
  }

  /** The task that a tid or a task id names. */
  public JsonNode task(Object tid) {
    return json("/tasks/" + tid);
  }

  JsonNode task(Object tid, String at) {
    return json("/tasks/" + tid + "?at=" + encoded(at));
  }

  /** Its history in the style {@code kernel}, whole. */
  String kernelText(Object tid) {
    return answer("/tasks/" + tid + "/history?style=kernel&limit=0");
  }

  String text(Object tid, String style) {
    return answer("/tasks/" + tid + "/history?style=" + style);
  }

  Lineage lineage(Object tid) {
    return Lineage.parse(kernelText(tid));
  }

  Lineage lineage(Object tid, String at) {
    return Lineage.parse(answer("/tasks/" + tid + "/history?style=kernel&limit=0&at=" + encoded(at)));
  }

  /** All items of a paged answer. */
  List<JsonNode> items(String path) {
    List<JsonNode> items = new ArrayList<>();
    forEachItem(path, items::add);
    return items;
  }

  /** The same where there are too many to keep. */
  void forEachItem(String path, Consumer<JsonNode> consumer) {
    String page = path + (path.contains("?") ? "&" : "?") + "size=" + PAGE;
    JsonNode answer = json(page);
    answer.get("items").forEach(consumer);
    while (!answer.get("next").isNull()) {
      answer = json(page + "&cursor=" + encoded(answer.get("next").asText()));
      answer.get("items").forEach(consumer);
    }
  }

  /** Answers to questions in the style {@code kernel}, whole. */
  List<JsonNode> lineages(List<String> questions) {
    return lineages("kernel", questions);
  }

  /** Answers to a batch of questions, and the time up to which all had been applied by then. */
  record Batch(Instant watermark, List<JsonNode> answers) {}

  /** Answers to any number of questions, whole. */
  List<JsonNode> lineages(String style, List<String> questions) {
    List<JsonNode> answers = new ArrayList<>();
    for (int i = 0; i < questions.size(); i += BATCH) {
      answers.addAll(batch(style, questions.subList(i, Math.min(questions.size(), i + BATCH))).answers);
    }
    return answers;
  }

  Batch batch(String style, List<String> questions) {
    HttpResponse<String> response = send(request("/lineages?limit=0&style=" + style)
        .POST(HttpRequest.BodyPublishers.ofString(String.join("\n", questions))).build());
    assertThat(response.statusCode()).isEqualTo(200);
    return new Batch(Instant.parse(response.headers().firstValue("Taskhistory-Watermark").orElseThrow()),
        response.body().lines().map(LiveService::parse).toList());
  }

  /** The numbers of {@code /metrics} by their names, labels included. */
  Map<String, Double> metrics() {
    HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(url + "/metrics"))
        .header("Authorization", "Bearer " + token).GET().build());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body().lines().filter(line -> !line.startsWith("#")).map(line -> line.split(" "))
        .collect(Collectors.toMap(parts -> parts[0], parts -> Double.valueOf(parts[1])));
  }

  /** An audit log with histories added, and the summary. */
  String enrich(String log) {
    HttpResponse<String> response = send(request("/enrich/audit?summary=true")
        .POST(HttpRequest.BodyPublishers.ofString(log, StandardCharsets.UTF_8)).build());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }

  /** Waits until everything that happened before {@code time} has been applied. */
  public void awaitWatermark(Instant time) {
    Awaitility.await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
        .until(() -> Instant.parse(status().get("watermark").asText()).isAfter(time));
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** What it has said, but for what sources lost: whoever makes them lose something looks at the status. */
  private List<String> complaints() {
    return errors().lines().filter(line -> !line.contains(" Performer: loss: ")).toList();
  }

  /** Stops it as a person or systemd would, and waits for that; it has complained of that, a line each. */
  public void stop(String... complaints) throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it stops").isTrue();
    assertThat(process.exitValue()).as(errors()).isZero();
    assertThat(complaints()).as(errors()).hasSameSizeAs(complaints)
        .zipSatisfy(List.of(complaints), (line, complaint) -> assertThat(line).contains(complaint));
  }

  /** Waits until it has given up by itself, with one complaint. */
  void awaitFailure(String complaint) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it gives up").isTrue();
    assertThat(process.exitValue()).as(errors()).isEqualTo(1);
    assertThat(complaints()).singleElement().asString().contains(complaint);
  }

  void signal(String signal) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor()).isZero();
  }

  int port() {
    return URI.create(url).getPort();
  }

  int pid() {
    return (int) process.pid();
  }

  @Override
  public void close() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
