package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.ask.Viewer;
import java.util.Objects;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * What a look-up came to: an answer, or the reason why there is none. It goes along with its request to whoever tells
 * it, so that nothing is asked, or waited for, twice.
 *
 * @param failure null where there is an answer
 * @param nanos how long it took
 */
record Outcome(@Nullable Reply reply, @Nullable RuntimeException failure, long nanos) {

  private static final String ATTRIBUTE = "taskhistory.outcome";

  static Outcome of(Lookup lookup, Params params, Viewer viewer) {
    long begun = System.nanoTime();
    try {
      return new Outcome(lookup.answer(params, viewer), null, System.nanoTime() - begun);
    } catch (RuntimeException e) {
      return new Outcome(null, e, System.nanoTime() - begun);
    }
  }

  void goAlong(Request request) {
    request.setAttribute(ATTRIBUTE, this);
  }

  /** That of a look-up that was made for the request already; null where none was. */
  static @Nullable Outcome of(Context ctx) {
    return (Outcome) ctx.req().getAttribute(ATTRIBUTE);
  }

  /** The answer. */
  Reply orThrow() {
    if (failure != null) {
      throw failure;
    }
    return Objects.requireNonNull(reply);
  }
}
