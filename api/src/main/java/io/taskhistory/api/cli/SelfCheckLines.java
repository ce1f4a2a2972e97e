package io.taskhistory.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Terminal.Style;
import java.util.ArrayList;
import java.util.List;

/** What {@code status} says to a person of the comparison with /proc. */
final class SelfCheckLines {

  private SelfCheckLines() {}

  static List<String> of(JsonNode check, boolean colour) {
    List<String> lines = new ArrayList<>();
    if (check.isMissingNode()) {
      return lines; // an older service
    }
    List<String> kinds = new ArrayList<>();
    long found = 0;
    for (var kind : check.path("findings").properties()) {
      found += kind.getValue().asLong();
      if (kind.getValue().asLong() > 0) {
        kinds.add(Terminal.clean(kind.getKey()) + " " + kind.getValue().asLong());
      }
    }
    lines.add("self-check " + text(check, "compared") + " comparisons in " + text(check, "rounds") + " rounds, found "
        + Terminal.styled(colour && found > 0, Style.BAD, Long.toString(found))
        + (kinds.isEmpty() ? "" : " (" + String.join(", ", kinds) + ")") + ", repaired " + text(check, "repaired"));
    if (check.path("last").isTextual()) {
      lines.add("           last " + Times.people(text(check, "last_time")) + ": " + text(check, "last"));
    }
    for (JsonNode source : check.path("sources")) {
      lines.add("           " + text(source, "source") + " agrees with the spine " + text(source, "agreed")
          + " times, contradicts it " + text(source, "contradicted") + " times");
    }
    return lines;
  }

  private static String text(JsonNode node, String field) {
    return Terminal.clean(node.path(field).asText(""));
  }
}
