package io.taskhistory.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Terminal.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code status} says to a person of limits, and of what was done about them. */
final class UpkeepLines {

  private static final int NAME_WIDTH = 16;

  private UpkeepLines() {}

  static List<String> of(JsonNode upkeep, boolean colour) {
    List<String> lines = new ArrayList<>();
    if (upkeep.isMissingNode()) {
      return lines; // an older service
    }
    String state = text(upkeep.path("health"), "state");
    String problem = text(upkeep.path("health"), "problem");
    lines.add("kept       since " + Times.people(text(upkeep, "kept_since")) + ", in " + text(upkeep, "slices")
        + " slices, " + text(upkeep, "dropped") + " dropped; the disk is "
        + Terminal.styled(colour, state.equals("fine") ? Style.GOOD : Style.BAD, state)
        + (problem.isEmpty() ? "" : ": " + problem));
    JsonNode queue = upkeep.path("queue");
    lines.add("queue      " + bytes(queue.path("bytes")) + " of " + bytes(queue.path("limit")) + " wait, overflows "
        + text(queue, "overflows") + ", lost " + text(queue, "lost"));
    for (JsonNode limit : upkeep.path("limits")) {
      if (!limit.path("limit").isNull() || limit.path("crossings").asLong() > 0) {
        lines.add("limit      " + limit(limit, colour));
      }
    }
    upkeep.path("frozen").forEach(path -> lines.add("suspended  "
        + Terminal.styled(colour, Style.BAD, Terminal.clean(path.asText()))));
    return lines;
  }

  private static String limit(JsonNode limit, boolean colour) {
    StringBuilder line = new StringBuilder(Cells.pad(text(limit, "name"), NAME_WIDTH));
    if (!limit.path("limit").isNull()) {
      line.append("  ").append(quantity(limit, "limit")).append(", now ").append(quantity(limit, "value"));
    }
    line.append(limit.path("crossed").asBoolean() ? ", " + Terminal.styled(colour, Style.BAD, "crossed") : "")
        .append(", action ").append(text(limit, "action"));
    if (limit.path("crossings").asLong() > 0) {
      line.append(", crossed ").append(text(limit, "crossings")).append(" times, last ")
          .append(Times.people(text(limit, "last"))).append(": ").append(text(limit, "detail"));
    }
    return line.toString();
  }

  private static String quantity(JsonNode limit, String field) {
    JsonNode value = limit.path(field);
    return switch (text(limit, "unit")) {
      case "bytes" -> bytes(value);
      case "seconds" -> value.isNull() ? "unknown" : value.asLong() + " s";
      default -> value.asText();
    };
  }

  private static String bytes(JsonNode value) {
    return value.isNull() ? "unknown" : String.format(Locale.ROOT, "%.1f MiB", value.asLong() / (double) (1 << 20));
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).isNull() ? "" : Terminal.clean(node.path(field).asText(""));
  }
}
