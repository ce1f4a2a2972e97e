package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.history.Escapes;
import io.taskhistory.history.HistoryStyle;
import io.taskhistory.history.RawText;
import java.text.ParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The query parameters of one request. Whoever misspells one gets told, instead of an answer to another question. */
final class Params {

  private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");

  private final Map<String, List<String>> values;

  private Params(Map<String, List<String>> values) {
    this.values = values;
  }

  /** Those of {@code ctx}, of which only {@code known} exist, each at most once. */
  static Params of(Context ctx, String... known) {
    String query = ctx.queryString();
    // What cannot be decoded would be left out, and the question be another one.
    if (query != null && BAD_ESCAPE.matcher(query).find()) {
      throw new Refusal(Refusal.Kind.BAD_REQUEST, "the query has a % without two hexadecimal digits; write %25 for %");
    }
    Map<String, List<String>> values = ctx.queryParamMap();
    List<String> names = Arrays.asList(known);
    values.forEach((name, given) -> {
      if (!names.contains(name)) {
        throw new Refusal(Refusal.Kind.UNKNOWN_PARAMETER, "there is no parameter " + shown(name) + " here; "
            + (names.isEmpty() ? "there is none at all" : "there are " + String.join(", ", names)));
      }
      if (given.size() > 1) {
        throw bad(name + " is given " + given.size() + " times; give it once");
      }
    });
    return new Params(values);
  }

  @Nullable String text(String name) {
    List<String> given = values.get(name);
    return given == null || given.isEmpty() ? null : given.get(0);
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

  long number(String name, long least, long most, long otherwise) {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    if (text.matches("[0-9]{1,18}")) {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw bad(name + " is " + shown(text) + "; write a whole number from " + least + " to " + most);
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
    int limit = (int) number("limit", 0, Integer.MAX_VALUE, style.defaultLimit());
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
