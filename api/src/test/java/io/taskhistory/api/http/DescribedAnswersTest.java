package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.Scene;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real answers of every call against what the served document says of them. */
class DescribedAnswersTest {

  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
  private static final String PROBLEM = "application/problem+json";
  /** Where examples are written anew instead of compared: {@code -Dtaskhistory.examples=src/main/resources/…}. */
  private static final String EXAMPLES = System.getProperty("taskhistory.examples", "");

  private static Running host;
  private static Description description;

  @BeforeAll
  static void start() {
    host = new Running(TOKEN);
    host.scene.endInEveryWay();
    description = Description.of(host);
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  private static HttpRequest.Builder request(String path) {
    return host.request(path).header("Authorization", "Bearer " + TOKEN);
  }

  private static HttpResponse<String> get(String path) {
    return host.send(request(path));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "getTask | /tasks/1", "getTask | /tasks/3767", "getTask | /tasks/3788", "getTask | /tasks/4000",
      "getTask | /tasks/4001", "getTask | /tasks/4100", "getTask | /tasks/4101", "getTask | /tasks/4102",
      "getTask | /tasks/4103", "getTask | /tasks/4104", "getTask | /tasks/4105", "getTask | /tasks/4106",
      "getTask | /tasks/4107", "getTask | /tasks/4108", "getTask | /tasks/4109", "getTask | /tasks/4110",
      "getTask | /tasks/1?at=mono:20&boot=aaaaaaaa", "getChildren | /tasks/3787/children",
      "getChildren | /tasks/3787/children?size=1", "getTree | /tree", "getTree | /tree?size=2",
      "getTree | /tree?at=mono:151", "getTree | /tree?from=mono:10&to=mono:175",
      "search | /search?size=1000", "search | /search?comm=sshd", "search | /search?comm=nobody",
      "getStatus | /status"})
  void answer_isAsDescribed(String operation, String path) {
    HttpResponse<String> answer = get("/api/v1" + path);
    assertThat(answer.statusCode()).isEqualTo(200);
    description.check(operation, 200, "application/json", Running.parse(answer.body()));
  }

  @Test
  void lines_areAsDescribed() {
    String questions = example("postLineages.request.ndjson") + "{\"pid\":1,\"at\":\"x\"}\nnonsense\n{}\n"
        + "{\"pid\":77}\n{\"pid\":3787,\"at\":\"mono:135.5\",\"until\":\"mono:136\",\"boot\":\"bbbb\"}\n"
        + "x".repeat(70_000) + "\n";
    JsonNode asked = description.operations().get("postLineages").path("requestBody").path("content")
        .path("application/x-ndjson").path("schema");
    example("postLineages.request.ndjson").lines().forEach(line -> description.check(asked, Running.parse(line)));
    HttpResponse<String> answer = host.send(request("/api/v1/lineages").POST(HttpRequest.BodyPublishers.ofString(questions)));
    assertThat(answer.body().lines()).hasSizeGreaterThan(7).allSatisfy(
        line -> description.check("postLineages", 200, "application/x-ndjson", Running.parse(line)));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "getTask | 404 | /tasks/77", "getTask | 404 | /tasks/1?at=1999-01-01T00:00:00Z", "getTask | 400 | /tasks/x",
      "getTask | 400 | /tasks/1?at=x", "getTask | 400 | /tasks/1?when=x", "getTask | 404 | /tasks/1?at=mono:1&boot=c",
      "getHistory | 400 | /tasks/1/history?style=x", "getHistory | 400 | /tasks/1/history?limit=7",
      "getChildren | 400 | /tasks/1/children?size=0", "getChildren | 400 | /tasks/1/children?cursor=x",
      "getTree | 400 | /tree?size=10001", "getTree | 404 | /tree?root=77", "search | 400 | /search?uid=x",
      "search | 400 | /search?cursor=x", "getStatus | 400 | /status?x=y"})
  void refusal_isAsDescribed(String operation, int status, String path) {
    HttpResponse<String> answer = get("/api/v1" + path);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains(PROBLEM);
    description.check(operation, status, PROBLEM, Running.parse(answer.body()));
  }

  @Test
  void everyCall_refusesAsDescribed() {
    description.document().path("paths").properties().forEach(path -> path.getValue().properties().forEach(method -> {
      String id = method.getValue().path("operationId").asText();
      String at = path.getKey().replace("{tid}", "1");
      boolean isPost = method.getKey().equals("post");
      if (!method.getValue().has("security")) {
        refused(id, 401, isPost ? host.request(at).POST(HttpRequest.BodyPublishers.noBody()) : host.request(at));
      }
      refused(id, 400, isPost ? request(at + "?x=y").POST(HttpRequest.BodyPublishers.noBody()) : request(at + "?x=y"));
      refused(id, 405, isPost ? request(at) : request(at).POST(HttpRequest.BodyPublishers.noBody()));
      if (method.getValue().path("responses").has("406")) {
        refused(id, 406, (isPost ? request(at).POST(HttpRequest.BodyPublishers.noBody()) : request(at))
            .header("Accept", "image/png, */*;q=0"));
      }
      if (isPost) {
        refused(id, 415, request(at).header("Content-Type", "image/png").POST(HttpRequest.BodyPublishers.noBody()));
        refused(id, 415, request(at).header("Content-Encoding", "gzip").POST(HttpRequest.BodyPublishers.noBody()));
      }
    }));
  }

  private static void refused(String id, int status, HttpRequest.Builder request) {
    HttpResponse<String> answer = host.send(request);
    assertThat(answer.statusCode()).as(id).isEqualTo(status);
    description.check(id, status, PROBLEM, Running.parse(answer.body()));
    if (status == 405) {
      assertThat(answer.headers().firstValue("Allow")).isPresent();
    }
  }

  @Test
  void options_tellsMethods() {
    HttpResponse<String> answer = host.send(request("/api/v1/tree")
        .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS");
    assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control-"));
  }

  @Test
  void examples_areWhatIsAnswered() {
    List<String[]> jsons = List.of(
        new String[] {"getTask", "/tasks/3767?at=mono:127"}, new String[] {"getChildren", "/tasks/3787/children?size=2"},
        new String[] {"getTree", "/tree?root=3767&size=2"}, new String[] {"search", "/search?comm=sshd"},
        new String[] {"getStatus", "/status"});
    for (String[] one : jsons) {
      JsonNode answer = Running.parse(get("/api/v1" + one[1]).body());
      JsonNode shown = Running.parse(example(one[0] + ".json", answer.toPrettyString() + "\n"));
      description.check(one[0], 200, "application/json", shown);
      if (!one[0].equals("getStatus")) {
        assertThat(withoutName(shown)).isEqualTo(withoutName(answer));
      }
    }
    sameText("getHistory.txt", get("/api/v1/tasks/3767/history").body());
    sameText("getHealth.txt", get("/healthz").body());
    sameText("getReadiness.txt", get("/readyz").body());
    sameText("postLineages.ndjson", host.send(request("/api/v1/lineages?style=names")
        .POST(HttpRequest.BodyPublishers.ofString(example("postLineages.request.ndjson")))).body());
    sameText("postAuditLog.txt", host.send(request("/api/v1/enrich/audit")
        .POST(HttpRequest.BodyPublishers.ofString(example("postAuditLog.request.txt")))).body());
  }

  /** A tree that is read page by page has a random name in its cursor. */
  private static String withoutName(JsonNode answer) {
    return answer.toString().replaceAll("\"[0-9a-f]{16}\\.", "\"");
  }

  private static void sameText(String name, String answer) {
    assertThat(example(name, answer)).isEqualTo(answer);
  }

  /** The example of that name, after it has been written anew if that is wanted. */
  private static String example(String name, String answer) {
    if (!EXAMPLES.isEmpty()) {
      try {
        Files.writeString(Path.of(EXAMPLES, name), answer);
        return answer;
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
    return example(name);
  }

  private static String example(String name) {
    try (InputStream in = Scene.class.getResourceAsStream("/io/taskhistory/api/openapi/examples/" + name)) {
      assertThat(in).as(name).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
