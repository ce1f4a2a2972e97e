package io.taskhistory.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskhistory.api.cli.Terminal.Style;
import java.util.Locale;

/** One event as a line: for a person, for a program that reads fields, or for one that reads JSON. */
final class EventLine {

  private static final int DATE = "2023-08-11T".length();
  private static final int TO_MILLIS = "2023-08-11T10:45:38.271".length();
  private static final int KIND = 5;
  private static final int USER = 8;
  private static final int NAME = 15;
  /** Room that the arguments have to have to be worth showing. */
  private static final int LEAST_ARGUMENTS = 12;

  private final TaskhistoryCommand all;
  private final Users users;
  private final String boot;

  /**
   * Lines about one boot.
   *
   * @param boot its id as the kernel has it, empty where it is not known
   */
  EventLine(TaskhistoryCommand all, Users users, String boot) {
    this.all = all;
    this.users = users;
    this.boot = boot;
  }

  String of(String kind, String id, ObjectNode event) {
    return all.json() ? json(kind, id, event) : all.terminal().isInteractive() ? people(kind, event)
        : String.join("\t", text(event, "time"), kind, text(event, "tid"), text(event, "uid"),
            text(event, kind.equals("exec") ? "name" : "comm"), says(kind, event));
  }

  private static String json(String kind, String id, ObjectNode event) {
    ObjectNode line = event.objectNode();
    line.put("event", kind);
    if (!id.isEmpty()) {
      line.put("id", id);
    }
    line.setAll(event);
    return Terminal.clean(line.toString());
  }

  private String people(String kind, ObjectNode event) {
    boolean colour = all.colour();
    if (kind.equals("gap")) {
      return Terminal.styled(colour, Style.BAD, fit(time(text(event, "to")) + "  gap: " + says(kind, event)));
    }
    if (kind.equals("watermark")) {
      return Terminal.styled(colour, Style.FAINT, time(text(event, "time")) + "  watermark");
    }
    Style style = switch (kind) {
      case "exec" -> Style.GOOD;
      case "exit" -> event.path("exit").has("signal") ? Style.BAD : Style.DOUBTFUL;
      default -> Style.FAINT;
    };
    String name = Terminal.name(event.path(kind.equals("exec") ? "name" : "comm").asText(""));
    String user = event.has("uid") ? users.name(event.path("uid").asLong(), boot) : "";
    String ellipsis = all.terminal().ellipsis();
    String head = time(text(event, "time")) + "  ";
    String pid = String.format(Locale.ROOT, " %7s ", text(event, "tid"));
    String who = Cells.pad(Cells.start(user, USER, ellipsis), USER) + " ";
    int before = Cells.width(head) + KIND + Cells.width(pid) + USER + 1 + NAME + 1;
    int room = all.terminal().width() - before;
    return Terminal.styled(colour, Style.FAINT, head) + Terminal.styled(colour, style, Cells.pad(kind, KIND)) + pid + who
        + Terminal.styled(colour, Style.STRONG, Cells.pad(Cells.start(name, NAME, ellipsis), NAME))
        + rest(kind, event, room, colour);
  }

  /** The lineage, of which the end says most; and the arguments, where there is room. */
  private String rest(String kind, ObjectNode event, int room, boolean colour) {
    String ellipsis = all.terminal().ellipsis();
    String says = Terminal.clean(kind.equals("exec") ? text(event, "history") : says(kind, event));
    if (says.isEmpty() || room < 2) {
      return "";
    }
    if (!kind.equals("exec")) {
      return " " + Cells.start(says, room, ellipsis);
    }
    int left = room - Cells.width(says) - 2;
    String arguments = arguments(event);
    return " " + Cells.end(says, room, ellipsis)
        + (arguments.isEmpty() || left < LEAST_ARGUMENTS ? ""
            : Terminal.styled(colour, Style.FAINT, "  " + Cells.start(arguments, left, ellipsis)));
  }

  private String fit(String text) {
    return Cells.start(text, all.terminal().width(), all.terminal().ellipsis());
  }

  private static String arguments(JsonNode event) {
    StringBuilder text = new StringBuilder();
    for (JsonNode argument : event.path("argv")) {
      text.append(text.length() == 0 ? "" : " ").append(Terminal.word(argument.asText("")));
    }
    return text.toString();
  }

  /** What only this kind of event has to say. */
  private static String says(String kind, JsonNode event) {
    return switch (kind) {
      case "exec" -> text(event, "history");
      case "fork" -> (event.path("thread").asBoolean() ? "a thread, " : "")
          + (event.path("creator").isTextual() ? "from " + tid(text(event, "creator")) : "from nobody that is known");
      // A code of 0 is what nothing was reported of for a second, and this is told at once.
      case "exit" -> EndingText.isKnown(event.path("exit"))
          ? EndingText.of(event.path("exit"), text(event, "task"))
          : event.at("/exit/oom").asBoolean() ? "killed by the OOM killer" : "how is not known yet";
      case "gap" -> text(event, "source") + " lost "
          + (event.path("lost").isNumber() ? text(event, "lost") + " events" : "events, nobody knows how many")
          + " from " + text(event, "from") + " to " + text(event, "to") + " (" + text(event, "cause") + ")";
      default -> "";
    };
  }

  /** A task id begins with the boot, and then has the tid. */
  private static String tid(String task) {
    String[] parts = task.split("-", -1);
    return parts.length == 3 ? parts[1] : task;
  }

  private static String time(String rfc3339) {
    return rfc3339.length() < TO_MILLIS ? Cells.pad(rfc3339, TO_MILLIS - DATE + 1)
        : rfc3339.substring(DATE, TO_MILLIS) + "Z";
  }

  private static String text(JsonNode node, String field) {
    return Terminal.clean(node.path(field).asText(""));
  }
}
