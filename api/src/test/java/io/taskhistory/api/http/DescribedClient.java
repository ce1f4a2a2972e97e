package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A client that knows the address of {@code /openapi.json}, a token, and nothing else. */
final class DescribedClient {

  /** What was answered: the status, its media type, and the text. */
  record Answer(int status, String media, InputStream body) {

    String text() {
      try {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** An operation, with where it is and how it is called. */
  private record Operation(String path, String method, JsonNode description) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final String address;
  private final String token;
  private final Map<String, Operation> operations = new HashMap<>();
  private final Description description;

  DescribedClient(String document, String token) throws Exception {
    this.token = token;
    JsonNode api = JSON.readTree(client.send(
        HttpRequest.newBuilder(URI.create(document)).build(), HttpResponse.BodyHandlers.ofString()).body());
    address = URI.create(document).resolve(api.path("servers").get(0).path("url").asText()).toString()
        .replaceAll("/$", "");
    description = new Description(api);
    api.path("paths").properties().forEach(path -> path.getValue().properties().forEach(method -> operations.put(
        method.getValue().path("operationId").asText(),
        new Operation(path.getKey(), method.getKey(), method.getValue()))));
  }

  Answer call(String operation, Map<String, Object> arguments, String body) throws Exception {
    Operation called = operations.get(operation);
    assertThat(called).as(operation).isNotNull();
    String path = called.path;
    List<String> query = new ArrayList<>();
    HttpRequest.Builder request = HttpRequest.newBuilder();
    Map<String, Object> left = new HashMap<>(arguments);
    for (JsonNode param : called.description.path("parameters")) {
      String name = param.path("name").asText();
      Object value = left.remove(name);
      assertThat(value != null || !param.path("required").asBoolean()).as(name).isTrue();
      if (value == null) {
        continue;
      }
      description.check(param.path("schema"), JSON.valueToTree(value));
      String text = value instanceof List<?> list
          ? String.join(",", list.stream().map(String::valueOf).toList()) : String.valueOf(value);
      String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
      switch (param.path("in").asText()) {
        case "path" -> path = path.replace("{" + name + "}", encoded);
        case "query" -> query.add(name + "=" + encoded);
        default -> request.header(name, text);
      }
    }
    assertThat(left).as("%s takes no such parameters", operation).isEmpty();
    request.uri(URI.create(address + path + (query.isEmpty() ? "" : "?" + String.join("&", query))));
    if (!called.description.has("security")) {
      request.header("Authorization", "Bearer " + token);
    }
    JsonNode content = called.description.path("requestBody").path("content");
    if (!content.isEmpty()) {
      request.header("Content-Type", content.fieldNames().next());
    }
    request.method(called.method.toUpperCase(Locale.ROOT), content.isEmpty()
        ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
    HttpResponse<InputStream> answer =
        client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream()).join();
    return new Answer(answer.statusCode(),
        answer.headers().firstValue("Content-Type").orElse("").replaceAll(";.*", ""), answer.body());
  }

  /** An answer of JSON, which is as the document says. */
  JsonNode json(String operation, Map<String, Object> arguments) throws Exception {
    Answer answer = call(operation, arguments, "");
    JsonNode json = JSON.readTree(answer.text());
    description.check(operation, answer.status, answer.media, json);
    return json;
  }

  /** All items of a paged answer. */
  List<JsonNode> items(String operation, Map<String, Object> arguments) throws Exception {
    List<JsonNode> items = new ArrayList<>();
    Map<String, Object> asked = new HashMap<>(arguments);
    JsonNode page;
    do {
      page = json(operation, asked);
      page.path("items").forEach(items::add);
      asked.put("cursor", page.path("next").asText());
    } while (!page.path("next").isNull());
    return items;
  }

  /** The schema of the data of an event. */
  void checkEvent(String kind, JsonNode data) {
    description.check(operations.get("getEvents").description.path("responses").path("200").path("content")
        .path("text/event-stream").path("x-event-data").path(kind), data);
  }
}
