package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.openapi.Answer;
import io.taskhistory.api.openapi.Endpoint;
import io.taskhistory.api.openapi.OpenApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /openapi.json}: the description of all calls, written when first asked for. */
final class OpenApiHandler {

  private final String version;
  private final List<Endpoint> endpoints;
  private @Nullable Representation document;

  OpenApiHandler(String version, List<Endpoint> endpoints) {
    this.version = version;
    this.endpoints = endpoints;
  }

  void document(Context ctx, Params params) {
    known().answer(ctx);
  }

  private synchronized Representation known() {
    Representation known = document;
    if (known == null) {
      known = new Representation(Answer.JSON, OpenApi.document(version, endpoints));
      document = known;
    }
    return known;
  }
}
