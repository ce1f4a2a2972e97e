package io.taskhistory.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.SchemaLocation;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.http.HttpResponse;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OpenApiTest {

  private static final String TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

  private static Running host;
  private static Description description;

  @BeforeAll
  static void start() {
    host = new Running(TOKEN);
    description = Description.of(host);
  }

  @AfterAll
  static void stop() {
    host.close();
  }

  @Test
  void document_isOpenToAnybody_andKnownAgain() {
    HttpResponse<String> first = host.send(host.request("/openapi.json"));
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.headers().firstValue("Content-Type")).contains("application/json");
    String tag = first.headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> second = host.send(host.request("/openapi.json").header("If-None-Match", tag));
    assertThat(second.statusCode()).isEqualTo(304);
    assertThat(second.body()).isEmpty();
  }

  @Test
  void document_isValidForAParserOfOthers() {
    String text = host.send(host.request("/openapi.json")).body();
    ParseOptions options = new ParseOptions();
    options.setResolve(true);
    SwaggerParseResult result = new OpenAPIV3Parser().readContents(text, null, options);
    assertThat(result.getMessages()).isEmpty();
    OpenAPI api = result.getOpenAPI();
    assertThat(api.getOpenapi()).isEqualTo("3.1.0");
    assertThat(api.getPaths()).hasSameSizeAs(description.document().path("paths"));
  }

  @Test
  void schemas_areValidByTheirMetaSchema() {
    var meta = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(SchemaLocation.of(Dialects.getDraft202012().getId()));
    JsonNode schemas = description.document().path("components").path("schemas");
    assertThat(schemas).isNotEmpty().allSatisfy(schema -> assertThat(meta.validate(schema)).isEmpty());
  }

  @Test
  void everyOperation_saysWhatItIsFor_andShowsAnExample() {
    Set<String> withoutExample = Set.of("getMetrics", "getOpenApi");
    description.operations().forEach((id, operation) -> {
      assertThat(operation.path("summary").asText()).as(id).isNotEmpty();
      operation.path("parameters").forEach(
          param -> assertThat(param.path("description").asText()).as(id + " " + param.path("name")).isNotEmpty());
      JsonNode content = operation.path("responses").path("200").path("content");
      assertThat(content).as(id).hasSize(1);
      if (!withoutExample.contains(id)) {
        assertThat(content.iterator().next().path("example").isMissingNode()).as(id).isFalse();
      }
    });
  }
}
