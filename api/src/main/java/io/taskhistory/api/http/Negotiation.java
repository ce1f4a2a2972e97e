package io.taskhistory.api.http;

import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.openapi.Endpoint;
import io.taskhistory.api.openapi.Request;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether caller and call agree on media types: what a body is in, and what an answer may be in (RFC 9110, 12.5.1). */
final class Negotiation {

  /** A range that is not taken. */
  private static final Pattern EXCLUDED = Pattern.compile("(?i).*;q=0(\\.0*)?");

  /** As what clients send a body that they know nothing of; the last is what curl says where it is told nothing. */
  private static final List<String> ANYTHING =
      List.of("text/plain", "application/octet-stream", "application/x-www-form-urlencoded");

  /** Under which names lines of JSON go, too. */
  private static final List<String> LINES_OF_JSON =
      List.of("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json");

  private Negotiation() {}

  static void check(Endpoint endpoint, RequestHead head) {
    Request request = endpoint.request();
    if (request != null) {
      checkBody(request, head);
    }
    // What Prometheus accepts is looked at by what writes its formats.
    if (endpoint.problems().contains(Refusal.Kind.NOT_ACCEPTABLE)
        && !accepts(head.header("Accept"), endpoint.answer().media())) {
      throw new Refusal(Refusal.Kind.NOT_ACCEPTABLE, "the answer is " + endpoint.answer().media()
          + ", which the header Accept leaves out");
    }
  }

  private static void checkBody(Request request, RequestHead head) {
    String type = head.header("Content-Type");
    String media = type == null ? request.media() : media(type);
    boolean isRead = media.equals(request.media()) || ANYTHING.contains(media)
        || LINES_OF_JSON.contains(request.media()) && LINES_OF_JSON.contains(media);
    if (!isRead) {
      throw new Refusal(Refusal.Kind.UNSUPPORTED_MEDIA, "the body has to be " + request.media());
    }
    String coding = head.header("Content-Encoding");
    if (coding != null && !coding.strip().equalsIgnoreCase("identity")) {
      throw new Refusal(Refusal.Kind.UNSUPPORTED_MEDIA, "the body has to be sent as it is, without Content-Encoding");
    }
  }

  /** Whether one of the ranges in {@code accept} takes {@code media}, and no closer one excludes it with q=0. */
  static boolean accepts(@Nullable String accept, String media) {
    if (accept == null || accept.isBlank() || accept.equals("*/*")) {
      return true;
    }
    String all = media.substring(0, media.indexOf('/') + 1) + "*";
    int closeness = 0;
    boolean taken = false;
    for (String part : accept.split(",")) {
      String range = media(part);
      int close = range.equals(media) ? 3 : range.equals(all) ? 2 : range.equals("*/*") ? 1 : 0;
      if (close > closeness) {
        closeness = close;
        taken = !(part.indexOf(';') >= 0 && EXCLUDED.matcher(part.replace(" ", "")).matches());
      }
    }
    return taken;
  }

  private static String media(String text) {
    int end = text.indexOf(';');
    return (end < 0 ? text : text.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }
}
