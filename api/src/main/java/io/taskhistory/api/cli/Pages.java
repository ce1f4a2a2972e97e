package io.taskhistory.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Walks through an answer that comes in pages. */
final class Pages {

  private Pages() {}

  /**
   * Passes on all items until {@code each} says false.
   *
   * @param page the page at a cursor, null for the first
   */
  static void forEach(Function<@Nullable String, JsonNode> page, Predicate<JsonNode> each) {
    String cursor = null;
    do {
      JsonNode answer = page.apply(cursor);
      for (JsonNode item : answer.path("items")) {
        if (!each.test(item)) {
          return;
        }
      }
      JsonNode next = answer.path("next");
      cursor = next.isTextual() ? next.asText() : null;
    } while (cursor != null);
  }
}
