package io.taskhistory.api.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.view.EventView;
import io.taskhistory.api.view.ProblemView;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the document of OpenAPI 3.1 that describes the interface. */
public final class OpenApi {

  private static final String PROBLEM = "application/problem+json";
  private static final String DESCRIPTION = "How every task of a Linux host came to be. Names are escaped as in the"
      + " kernel style (a backslash and three octal digits), other texts for people; times are RFC 3339 with nine"
      + " digits of fraction. A member whose value is not known is null or absent, as its schema says. Members may be"
      + " added. HEAD is answered as GET, without a body. An answer that can no longer change has an ETag.";

  private final ObjectMapper json = new ObjectMapper();
  private final Schemas schemas = new Schemas(json);
  private final ObjectNode document = json.createObjectNode();

  private OpenApi(String version) {
    document.put("openapi", "3.1.0");
    document.put("jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema");
    document.putObject("info").put("title", "Task history").put("version", version).put("description", DESCRIPTION)
        .putObject("license").put("name", "Apache-2.0").put("identifier", "Apache-2.0");
    document.putArray("servers").addObject().put("url", "/");
    document.putArray("security").addObject().putArray("token");
    ArrayNode tags = document.putArray("tags");
    tags.addObject().put("name", "history").put("description", "What happened.");
    tags.addObject().put("name", "service").put("description", "How the service does.");
  }

  /** The document, in UTF-8. */
  public static byte[] document(String version, List<Endpoint> endpoints) {
    OpenApi api = new OpenApi(version);
    ObjectNode paths = api.document.putObject("paths");
    for (Endpoint endpoint : endpoints) {
      ObjectNode path = paths.has(endpoint.path())
          ? (ObjectNode) paths.get(endpoint.path()) : paths.putObject(endpoint.path());
      api.operation(path.putObject(endpoint.method().name().toLowerCase(Locale.ROOT)), endpoint);
    }
    return api.finish();
  }

  private byte[] finish() {
    ObjectNode components = document.putObject("components");
    components.set("schemas", schemas.definitions());
    components.putObject("securitySchemes").putObject("token").put("type", "http").put("scheme", "bearer")
        .put("description", "The text of the file token in the service's data directory.");
    try {
      return json.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the interface cannot be described", e);
    }
  }

  private void operation(ObjectNode out, Endpoint endpoint) {
    out.put("operationId", endpoint.id()).put("summary", endpoint.summary());
    if (!endpoint.description().isEmpty()) {
      out.put("description", endpoint.description());
    }
    out.putArray("tags").add(endpoint.tag());
    if (endpoint.isOpen()) {
      out.putArray("security");
    }
    if (!endpoint.params().isEmpty()) {
      ArrayNode params = out.putArray("parameters");
      endpoint.params().forEach(param -> parameter(params.addObject(), param));
    }
    Request request = endpoint.request();
    if (request != null) {
      ObjectNode body = out.putObject("requestBody").put("required", true).put("description", request.description());
      media(body.putObject("content").putObject(request.media()), request.line(), List.of(), request.example());
    }
    ObjectNode responses = out.putObject("responses");
    success(responses.putObject("200"), endpoint);
    problems(responses, endpoint.allProblems());
  }

  private void success(ObjectNode out, Endpoint endpoint) {
    Answer answer = endpoint.answer();
    out.put("description", answer.description());
    if (endpoint.path().startsWith("/api/")) {
      out.putObject("headers").putObject("Taskhistory-Watermark")
          .put("description", "The time up to which everything that the kernel reported is in the answer.")
          .putObject("schema").put("type", "string").put("format", "date-time");
    }
    media(out.putObject("content").putObject(answer.media()), answer.body(), answer.of(), answer.example());
  }

  private void media(ObjectNode out, @Nullable Class<?> body, List<Type> of, @Nullable String example) {
    if (body == EventView.class) {
      events(out, body);
    } else if (body != null) {
      out.set("schema", schemas.reference(body, of));
    } else {
      out.putObject("schema").put("type", example == null || !example.endsWith(".json") ? "string" : "object");
    }
    if (example != null) {
      example(out, example);
    }
  }

  /** OpenAPI has no words for the data of server-sent events before 3.2: they are told by the name of the event. */
  private void events(ObjectNode out, Class<?> all) {
    out.putObject("schema").put("type", "string").put("description", "Data of each event: see x-event-data.");
    ObjectNode data = out.putObject("x-event-data");
    for (Class<?> one : all.getPermittedSubclasses()) {
      data.set(one.getSimpleName().replace("Event", "").toLowerCase(Locale.ROOT), schemas.reference(one, List.of()));
    }
  }

  private void example(ObjectNode out, String name) {
    try (InputStream in = OpenApi.class.getResourceAsStream("examples/" + name)) {
      if (in == null) {
        throw new IllegalStateException("there is no example " + name);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      if (name.endsWith(".json")) {
        out.set("example", json.readTree(text));
      } else {
        out.put("example", text);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the example " + name + " cannot be read", e);
    }
  }

  private void problems(ObjectNode responses, List<Refusal.Kind> kinds) {
    Map<Integer, List<Refusal.Kind>> byStatus = new TreeMap<>();
    kinds.forEach(kind -> byStatus.computeIfAbsent(kind.status(), status -> new ArrayList<>()).add(kind));
    byStatus.forEach((status, of) -> {
      ObjectNode out = responses.putObject(String.valueOf(status));
      out.put("description", String.join("; ", of.stream().map(Refusal.Kind::title).toList()));
      ArrayNode all = out.putObject("content").putObject(PROBLEM).putObject("schema").putArray("allOf");
      all.add(schemas.reference(ProblemView.class, List.of()));
      ObjectNode narrowed = all.addObject().putObject("properties");
      narrowed.putObject("status").put("const", status);
      ArrayNode types = narrowed.putObject("type").putArray("enum");
      of.forEach(kind -> types.add(kind.type()));
    });
  }

  private static void parameter(ObjectNode out, Param param) {
    out.put("name", param.name()).put("in", param.place().name().toLowerCase(Locale.ROOT))
        .put("description", param.description());
    if (param.place() == Param.Place.PATH) {
      out.put("required", true);
    }
    schema(out.putObject("schema"), param);
    if (param.kind() == Param.Kind.WORDS) {
      out.put("explode", false);
    }
    String example = param.example();
    if (example != null) {
      out.put("example", example);
    }
  }

  private static void schema(ObjectNode out, Param param) {
    switch (param.kind()) {
      case TEXT -> out.put("type", "string").put("maxLength", param.most());
      case NUMBER -> {
        out.put("type", "integer").put("format", "int64").put("minimum", param.least()).put("maximum", param.most());
        param.otherwise().ifPresent(number -> out.put("default", number));
      }
      case FLAG -> out.put("type", "boolean").put("default", false);
      case WORD -> param.words().forEach(out.put("type", "string").putArray("enum")::add);
      case WORDS -> param.words().forEach(
          out.put("type", "array").putObject("items").put("type", "string").putArray("enum")::add);
    }
  }
}
