package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The served document, to hold answers against it: nothing that it does not name may be in one, nothing be missing. */
final class Description {

  private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private final JsonNode document;
  private final JsonNode closed;
  private final Map<JsonNode, Schema> schemas = new HashMap<>();

  Description(JsonNode document) {
    this.document = document;
    this.closed = document.path("components").deepCopy();
    closed.path("schemas").forEach(Description::close);
  }

  private static void close(JsonNode schema) {
    if (schema.has("properties")) {
      ((ObjectNode) schema).put("additionalProperties", false);
    }
  }

  static Description of(Running host) {
    return new Description(Running.parse(host.send(host.request("/openapi.json")).body()));
  }

  JsonNode document() {
    return document;
  }

  /** All operations, by their ids. */
  Map<String, JsonNode> operations() {
    Map<String, JsonNode> all = new HashMap<>();
    document.path("paths").forEach(path -> path.forEach(one -> all.put(one.path("operationId").asText(), one)));
    return all;
  }

  /** The schema of an answer; fails where none is described. */
  JsonNode schema(String operation, int status, String media) {
    JsonNode schema = operations().get(operation).path("responses").path(String.valueOf(status)).path("content")
        .path(media).path("schema");
    assertThat(schema.isObject()).as("%s answers %s with %s", operation, status, media).isTrue();
    return schema;
  }

  void check(String operation, int status, String media, JsonNode answer) {
    check(schema(operation, status, media), answer);
  }

  void check(JsonNode schema, JsonNode value) {
    Schema compiled = schemas.computeIfAbsent(schema, s -> {
      ObjectNode root = s.deepCopy();
      root.set("components", closed);
      return REGISTRY.getSchema(root);
    });
    List<String> errors = new ArrayList<>();
    compiled.validate(value).forEach(error -> errors.add(error.toString()));
    assertThat(errors).as("%s", value).isEmpty();
  }
}
