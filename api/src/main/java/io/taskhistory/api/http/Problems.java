package io.taskhistory.api.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.view.ProblemView;
import io.taskhistory.store.StoreException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns whatever goes wrong into a problem document. */
final class Problems {

  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private Problems() {}

  static void handle(RoutesConfig routes) {
    routes.exception(Refusal.class, (refusal, ctx) -> Answers.problem(ctx, refusal));
    routes.exception(HttpResponseException.class, Problems::framework);
    // The client has gone, or sends something else than HTTP; nobody is left to be told.
    routes.exception(EofException.class, (e, ctx) -> LOG.debug("{} {} was broken off", ctx.method(), ctx.path(), e));
    routes.exception(StoreException.class, (e, ctx) -> Answers.problem(ctx, storeFailed(e)));
    routes.exception(Exception.class, (e, ctx) -> {
      LOG.error("{} {} failed", ctx.method(), ctx.path(), e);
      Answers.problem(ctx, internal());
    });
  }

  private static void framework(HttpResponseException e, Context ctx) {
    if (e.getStatus() == 404) {
      Answers.problem(ctx, new Refusal(Refusal.Kind.NO_SUCH_RESOURCE,
          "nothing is at this path; the interface is below /api/v1"));
    } else if (e.getStatus() == 405) {
      // A path has either GET (and so HEAD) or POST.
      ctx.header("Allow", ctx.method() == HandlerType.POST ? "GET, HEAD, OPTIONS" : "POST, OPTIONS");
      Answers.problem(ctx, Guard.methodNotAllowed());
    } else if (e.getStatus() >= 500) {
      LOG.error("{} {} failed", ctx.method(), ctx.path(), e);
      Answers.problem(ctx, internal());
    } else {
      Answers.problem(ctx, new Refusal(Refusal.Kind.BAD_REQUEST, "the request cannot be understood"));
    }
  }

  /** What lives can still be asked about; what has ended is on a disk that fails. */
  static Refusal storeFailed(StoreException e) {
    return new Refusal(Refusal.Kind.STORE_FAILED, String.valueOf(e.getMessage()));
  }

  private static Refusal internal() {
    return new Refusal(Refusal.Kind.INTERNAL, "this is a fault of the service; its log says more");
  }

  /** For what Jetty refuses before it reaches us: malformed requests, headers that are too large. */
  static boolean beneath(Request request, Response response, Callback callback) {
    Refusal refusal = switch (response.getStatus()) {
      case 404 -> new Refusal(Refusal.Kind.NO_SUCH_RESOURCE, "nothing is at this path");
      case 405, 501 -> Guard.methodNotAllowed();
      case 413 -> new Refusal(Refusal.Kind.BODY_TOO_LARGE, "the body is larger than this call takes");
      case 414, 431 -> new Refusal(Refusal.Kind.TOO_LARGE, "the request line or a header is too long; shorten it");
      case 421 -> new Refusal(Refusal.Kind.MISDIRECTED, "ask this service by the address that it prints");
      // 505: a version of HTTP that nobody has.
      default -> response.getStatus() >= 500 && response.getStatus() != 505
          ? internal()
          : new Refusal(Refusal.Kind.BAD_REQUEST, "the request is not well-formed HTTP");
    };
    response.setStatus(refusal.kind().status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
    Guard.SECURITY_HEADERS.forEach((name, value) -> response.getHeaders().put(name, value));
    Guard.NOT_CACHED.forEach((name, value) -> response.getHeaders().put(name, value));
    response.write(true, ByteBuffer.wrap(Answers.bytes(ProblemView.of(refusal))), callback);
    return true;
  }
}
