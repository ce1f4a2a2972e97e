package io.taskhistory.api.http;

import io.taskhistory.api.ask.Viewer;
import io.taskhistory.api.openapi.Endpoint;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Answers what is asked thousands of times a second, questions about one task, where the server would spend several
 * times as much on sessions, servlets and routes as on the answer. The same guard and the same checks hold. Whatever is
 * out of the ordinary, a refusal above all, is left to the rest of the server, as if nobody had looked at it; but what a
 * look-up came to goes along, as each has waited already.
 */
final class QuickLookups extends Handler.Wrapper {

  private static final List<HttpField> ALWAYS = fields(Guard.SECURITY_HEADERS);
  /** And where nothing else is said about it. */
  private static final List<HttpField> NOT_CACHED = fields(Guard.NOT_CACHED);

  private final Guard guard;
  private final RequestMetrics requests;
  private final List<Call> calls = new ArrayList<>();

  QuickLookups(Guard guard, RequestMetrics requests, Map<Endpoint, Lookup> lookups) {
    this.guard = guard;
    this.requests = requests;
    lookups.forEach((endpoint, lookup) -> calls.add(Call.of(endpoint, lookup)));
  }

  /**
   * One whose path has one part that varies.
   *
   * @param before the path up to that
   * @param after and from there on
   */
  private record Call(Endpoint endpoint, Lookup lookup, String before, String after) {

    static Call of(Endpoint endpoint, Lookup lookup) {
      String path = endpoint.path();
      return new Call(endpoint, lookup, path.substring(0, path.indexOf('{')), path.substring(path.indexOf('}') + 1));
    }

    /** What stands in the part that varies, or null where {@code path} is that of another call. */
    @Nullable String varying(String path) {
      int end = path.length() - after.length();
      return end > before.length() && path.startsWith(before) && path.endsWith(after)
          && path.lastIndexOf('/', end - 1) < before.length() ? path.substring(before.length(), end) : null;
    }
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    PlainHead head = PlainHead.of(request);
    if (head != null) {
      for (Call call : calls) {
        String varying = call.varying(head.path());
        if (varying != null) {
          long begun = System.nanoTime();
          Reply.Form form = form(call, varying, head, request);
          if (form != null) {
            send(form, response, callback);
            requests.answered(call.endpoint.id(), form.status(),
                (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1));
            return true;
          }
        }
      }
    }
    return super.handle(request, response, callback);
  }

  /** Null where another should answer. */
  private Reply.@Nullable Form form(Call call, String varying, PlainHead head, Request request) {
    try {
      Viewer viewer = guard.viewer(head);
      Negotiation.check(call.endpoint, head);
      Outcome outcome = Outcome.of(call.lookup, Params.of(call.endpoint, head, name -> varying), viewer);
      outcome.goAlong(request);
      Reply.Form form = outcome.orThrow().form(head);
      return form.body().length <= ApiServer.OUTPUT_BYTES ? form : null;
    } catch (RuntimeException e) {
      return null; // it comes again, where it is told
    }
  }

  private static List<HttpField> fields(Map<String, String> headers) {
    return headers.entrySet().stream()
        .<HttpField>map(header -> new PreEncodedHttpField(header.getKey(), header.getValue())).toList();
  }

  private static void send(Reply.Form form, Response response, Callback callback) {
    response.setStatus(form.status());
    HttpFields.Mutable headers = response.getHeaders();
    boolean isCached = false;
    for (Map.Entry<String, String> header : form.headers()) {
      headers.add(header.getKey(), header.getValue());
      isCached |= header.getKey().equals("Cache-Control");
    }
    ALWAYS.forEach(headers::add);
    if (!isCached) {
      NOT_CACHED.forEach(headers::add);
    }
    if (form.status() == 200) {
      headers.add(HttpHeader.CONTENT_LENGTH, form.body().length);
    }
    response.write(true, ByteBuffer.wrap(form.body()), callback);
  }
}
