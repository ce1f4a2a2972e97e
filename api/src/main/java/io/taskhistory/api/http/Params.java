package io.taskhistory.api.http;

import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.openapi.Endpoint;
import io.taskhistory.api.openapi.Param;
import io.taskhistory.history.Escapes;
import io.taskhistory.history.HistoryStyle;
import io.taskhistory.history.LineagePattern;
import io.taskhistory.history.RawText;
import java.text.ParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one request, held against what the call says that it takes. Whoever misspells one gets told, instead
 * of an answer to another question.
 */
final class Params {

  private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");

  private final Endpoint endpoint;
  private final RequestHead head;
  private final UnaryOperator<String> path;

  private Params(Endpoint endpoint, RequestHead head, UnaryOperator<String> path) {
    this.endpoint = endpoint;
    this.head = head;
    this.path = path;
  }

  /**
   * Those of {@code head}, of which only those of {@code endpoint} exist, each at most once.
   *
   * @param path gives what stands in the path for a name
   */
  static Params of(Endpoint endpoint, RequestHead head, UnaryOperator<String> path) {
    String query = head.query();
    // What cannot be decoded would be left out, and the question be another one.
    if (query != null && BAD_ESCAPE.matcher(query).find()) {
      throw new Refusal(Refusal.Kind.BAD_REQUEST, "the query has a % without two hexadecimal digits; write %25 for %");
    }
    head.parameters().forEach((name, given) -> {
      Param param = endpoint.param(name).orElse(null);
      if (param == null || param.place() != Param.Place.QUERY) {
        List<String> names = endpoint.queryNames();
        throw new Refusal(Refusal.Kind.UNKNOWN_PARAMETER, "there is no parameter " + shown(name) + " here; "
            + (names.isEmpty() ? "there is none at all" : "there are " + String.join(", ", names)));
      }
      if (given.size() > 1) {
        throw bad(name + " is given " + given.size() + " times; give it once");
      }
    });
    return new Params(endpoint, head, path);
  }

  /** A parameter of the path. */
  String path(String name) {
    Param param = param(name);
    return within(param, path.apply(param.name()));
  }

  /** A header. */
  @Nullable String header(String name) {
    Param param = param(name);
    String text = head.header(param.name());
    return text == null ? null : within(param, text);
  }

  /** Some of a few words; all of them where none is given. */
  Set<String> words(String name) {
    Param param = param(name);
    String text = text(name);
    if (text == null) {
      return Set.copyOf(param.words());
    }
    Set<String> given = new HashSet<>(List.of(text.split(",", -1)));
    if (!param.words().containsAll(given)) {
      throw bad(name + " is " + shown(text) + "; write some of " + String.join(",", param.words()));
    }
    return given;
  }

  @Nullable String text(String name) {
    Param param = param(name);
    List<String> given = head.parameters().get(name);
    return given == null || given.isEmpty() ? null : within(param, given.get(0));
  }

  private static String within(Param param, String text) {
    if (param.kind() == Param.Kind.TEXT && text.length() > param.most()) {
      throw bad(param.name() + " is longer than " + param.most() + " characters");
    }
    return text;
  }

  private Param param(String name) {
    return endpoint.param(name).orElseThrow(
        () -> new IllegalStateException(endpoint.id() + " does not say that it takes " + name));
  }

  /** Where to go on; an empty one is none, as scripts that go through pages send {@code cursor=} at first. */
  @Nullable String cursor() {
    String text = text("cursor");
    return text == null || text.isEmpty() ? null : text;
  }

  /** A name or path, in which escapes as in the kernel style stand for bytes that a URL or a person cannot write. */
  @Nullable RawText raw(String name) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    try {
      return Escapes.parse(text);
    } catch (ParseException e) {
      throw bad(name + " is " + shown(text) + ": " + e.getMessage());
    }
  }

  /** What histories look like. */
  @Nullable LineagePattern lineage() {
    String text = text("lineage");
    if (text == null) {
      return null;
    }
    try {
      return LineagePattern.parse(text);
    } catch (ParseException e) {
      throw bad("lineage: " + e.getMessage());
    }
  }

  /** A number within its bounds; where it is not given, what holds then. */
  int number(String name) {
    return (int) number(name, param(name).otherwise().orElseThrow());
  }

  long number(String name, long otherwise) {
    Param param = param(name);
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    if (text.matches("[0-9]{1,18}")) {
      long number = Long.parseLong(text);
      if (number >= param.least() && number <= param.most()) {
        return number;
      }
    }
    throw bad(name + " is " + shown(text) + "; write a whole number from " + param.least() + " to " + param.most());
  }

  /** Whether it is asked for; without it is not. */
  boolean flag(String name) {
    String text = text(name);
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw bad(name + " is " + shown(text) + "; write true or false");
  }

  HistoryStyle style() {
    String text = text("style");
    return text == null
        ? HistoryStyle.KERNEL
        : HistoryStyle.of(text).orElseThrow(() ->
            bad("style is " + shown(text) + "; there are kernel, names and domain"));
  }

  int limit(HistoryStyle style) {
    int limit = (int) number("limit", style.defaultLimit());
    if (!HistoryStyle.isLimit(limit)) {
      throw bad("limit is " + limit + "; write 0 for none, or at least " + HistoryStyle.MIN_LIMIT);
    }
    return limit;
  }

  static Refusal bad(String detail) {
    return new Refusal(Refusal.Kind.BAD_PARAMETER, detail);
  }

  private static String shown(String text) {
    return "\"" + Escapes.kernel(RawText.of(text.length() > 64 ? text.substring(0, 64) : text)) + "\"";
  }
}
