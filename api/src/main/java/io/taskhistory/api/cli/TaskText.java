package io.taskhistory.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskhistory.api.cli.Terminal.Style;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is known of a task, for a person who has to find out quickly what it is: first how it came to be. */
final class TaskText {

  private static final int TITLE = 11;
  private static final int ARGUMENTS = 500;
  private static final int SHOWN_CHILDREN = 5;
  private static final String HISTORY_ARROW = "=>";

  private final JsonNode task;
  private final @Nullable JsonNode creator;
  private final @Nullable JsonNode parent;
  private final JsonNode children;
  private final Terminal terminal;
  private final boolean colour;
  private final Users users = Users.ofThisMachine();
  private final List<String> lines = new ArrayList<>();

  /**
   * The text about {@code task}.
   *
   * @param creator as it was when it cloned, null where that is not known
   * @param parent its reaper, null where it is not asked about or not known
   * @param children a page of them
   */
  TaskText(JsonNode task, @Nullable JsonNode creator, @Nullable JsonNode parent, JsonNode children,
      TaskhistoryCommand all) {
    this.task = task;
    this.creator = creator;
    this.parent = parent;
    this.children = children;
    this.terminal = all.terminal();
    this.colour = all.colour();
  }

  String text() {
    lines.add(lineage());
    lines.add("");
    lines.add(Terminal.styled(colour, Style.STRONG, name(task, "comm")) + "  " + who() + ", " + text(task, "state"));
    fact("started", Times.people(text(task, "start")) + startedBy());
    circumstances();
    if (!isLive(task)) {
      fact("ended", Times.people(text(task, "end")) + " "
          + (task.path("exit").isObject() ? EndingText.of(task.path("exit"), text(task, "task")) : "nobody saw how"));
    }
    completeness();
    fact("task", text(task, "task"));
    lines.add("");
    chain();
    gaps();
    children();
    hints();
    return String.join("\n", lines);
  }

  /** The whole of it, in one line where it fits; the end is what is asked about. */
  private String lineage() {
    List<String> names = new ArrayList<>();
    // Escaped as in the kernel style: a name that has an arrow in it is not taken for two.
    task.path("entries").forEach(entry -> names.add(text(entry, "name")));
    String arrow = terminal.isUtf8() ? " → " : " " + HISTORY_ARROW + " ";
    String line = Cells.end(String.join(arrow, names), terminal.width(), terminal.ellipsis());
    int last = line.lastIndexOf(arrow);
    return last < 0 ? Terminal.styled(colour, Style.STRONG, line)
        : line.substring(0, last + arrow.length())
            + Terminal.styled(colour, Style.STRONG, line.substring(last + arrow.length()));
  }

  private String who() {
    return (task.path("tid").equals(task.path("tgid"))
        ? "pid " + text(task, "tid")
        : "tid " + text(task, "tid") + " of pid " + text(task, "tgid"))
        + (task.path("kernel_thread").asBoolean() ? ", kernel thread" : "");
  }

  private String startedBy() {
    if (creator != null) {
      boolean isAssumed = false;
      for (JsonNode reason : task.path("reasons")) {
        isAssumed |= reason.asText().equals("creator-assumed");
      }
      return " by " + name(creator, "comm") + " (" + text(creator, "tid") + ")"
          + (isAssumed ? ", as is assumed" : "");
    }
    return task.path("creator").isTextual() ? " by " + text(task, "creator")
        : parent == null ? "" : "; by whom is not known, its parent is " + name(parent, "comm") + " ("
            + text(parent, "tid") + ")";
  }

  /** By whom, from where, what: of the last exec, as far as it is known. */
  private void circumstances() {
    JsonNode entries = task.path("entries");
    JsonNode last = entries.path(entries.size() - 1);
    String boot = text(task, "boot");
    if (last.has("uid")) {
      fact("user", users.both(last.path("uid").asLong(), boot)
          + (last.has("euid") && !last.path("euid").equals(last.path("uid"))
              ? ", effective " + users.both(last.path("euid").asLong(), boot) : "")
          + (last.has("loginuid") ? ", login " + login(last, boot) : ""));
    }
    List<String> from = new ArrayList<>();
    add(from, "terminal ", last, "tty");
    add(from, "directory ", last, "cwd");
    add(from, "cgroup ", last, "cgroup");
    add(from, "container ", last, "container");
    if (!from.isEmpty()) {
      fact("from", String.join(", ", from));
    }
    if (last.has("exe")) {
      fact("runs", text(last, "exe") + (last.has("program") && !last.path("program").equals(last.path("exe"))
          ? " for " + text(last, "program") : ""));
    }
    if (last.has("argv")) {
      List<String> words = new ArrayList<>();
      last.path("argv").forEach(word -> words.add(Terminal.word(word.asText(""))));
      String line = String.join(" ", words)
          + (last.path("argv_truncated").asBoolean() ? " " + terminal.ellipsis() : "");
      fact("arguments", Cells.start(line, ARGUMENTS, terminal.ellipsis() + " (--json has them all)"));
    }
  }

  private String login(JsonNode entry, String boot) {
    String name = users.both(entry.path("loginuid").asLong(), boot);
    return name.equals("-") ? "none" : name + (entry.has("sessionid") ? ", session " + text(entry, "sessionid") : "");
  }

  private static void add(List<String> to, String title, JsonNode entry, String field) {
    if (!text(entry, field).isEmpty()) {
      to.add(title + text(entry, field));
    }
  }

  private void completeness() {
    if (task.path("complete").asBoolean()) {
      fact("known", Terminal.styled(colour, Style.GOOD, "complete: every exec back to the boot was seen"));
      return;
    }
    fact("known", Terminal.styled(colour, Style.DOUBTFUL, "not complete:"));
    for (JsonNode reason : task.path("reasons")) {
      lines.add(" ".repeat(TITLE + 2) + "- " + switch (reason.asText()) {
        case "snapshot" -> "some entries come from a scan of /proc, others may be missing between them";
        case "unknown" -> "a name is not known (?)";
        case "creator-assumed" -> "the caller of a clone is assumed to be the parent";
        case "gap" -> "events were lost while it was alive";
        default -> Terminal.clean(reason.asText());
      });
    }
  }

  private void chain() {
    int width = "name".length();
    for (JsonNode entry : task.path("entries")) {
      width = Math.max(width, Cells.width(name(entry, "name")));
    }
    title(Cells.pad("exec", Times.WIDTH) + "      pid  " + Cells.pad("name", width) + "  known as  program");
    for (JsonNode entry : task.path("entries")) {
      lines.add(entry(entry, width));
    }
  }

  private String entry(JsonNode entry, int width) {
    String provenance = text(entry, "provenance");
    Style style = provenance.equals("unknown") ? Style.BAD
        : provenance.equals("snapshot") ? Style.DOUBTFUL : Style.GOOD;
    String program = entry.has("program") ? text(entry, "program") : text(entry, "exe");
    return "  " + Terminal.styled(colour, Style.FAINT, Times.people(text(entry, "start")))
        + String.format(Locale.ROOT, "  %7s  ", text(entry, "pid"))
        + Terminal.styled(colour, Style.STRONG, Cells.pad(name(entry, "name"), width)) + "  "
        + Terminal.styled(colour, style, program.isEmpty() ? provenance : Cells.pad(provenance, 8))
        + (program.isEmpty() ? "" : "  " + program);
  }

  private void gaps() {
    for (JsonNode gap : task.path("gaps")) {
      lines.add(Terminal.styled(colour, Style.DOUBTFUL, "  gap of " + text(gap, "source") + " (" + text(gap, "cause")
          + "), " + Times.people(text(gap, "from")) + " to " + Times.people(text(gap, "to")) + ", lost "
          + (gap.path("lost").isNull() ? "unknown" : text(gap, "lost"))
          + ": forks, execs and exits in between may be missing"));
    }
  }

  /** Those that live first, then those that ended last; threads are not what is looked for. */
  private void children() {
    List<JsonNode> processes = new ArrayList<>();
    children.path("items").forEach(child -> {
      if (child.path("tid").equals(child.path("tgid"))) {
        processes.add(child);
      }
    });
    if (processes.isEmpty()) {
      return;
    }
    boolean isAll = !children.path("next").isTextual();
    processes.sort(Comparator.comparing((JsonNode child) -> !isLive(child))
        .thenComparing(child -> text(child, "end"), Comparator.reverseOrder()));
    lines.add("");
    title("children, " + processes.size() + (isAll ? "" : " among the first"));
    for (JsonNode child : processes.subList(0, Math.min(SHOWN_CHILDREN, processes.size()))) {
      lines.add("  " + Terminal.styled(colour, Style.FAINT, Times.people(text(child, "start")))
          + String.format(Locale.ROOT, "  %7s  ", text(child, "tid")) + name(child, "comm")
          + (isLive(child) ? "" : ", ended " + Times.people(text(child, "end"))));
    }
    if (processes.size() > SHOWN_CHILDREN || !isAll) {
      lines.add("  " + terminal.ellipsis());
    }
  }

  private static boolean isLive(JsonNode task) {
    return text(task, "state").equals("live");
  }

  /** What to ask next, with commands that can be copied. */
  private void hints() {
    lines.add("");
    List<String[]> hints = new ArrayList<>();
    if (creator != null) {
      hints.add(new String[] {"show " + text(creator, "task"), "who started it"});
    }
    boolean isLive = isLive(task);
    if (isLive && !children.path("items").isEmpty()) {
      hints.add(new String[] {"tree " + text(task, "tgid"), "what runs below it"});
    }
    if (isLive) {
      hints.add(new String[] {"watch --root " + text(task, "tgid"), "what it does from now on"});
    } else if (task.path("exit").path("by").has("task")) {
      hints.add(new String[] {"show " + text(task.path("exit").path("by"), "task"), "who ended it"});
    }
    String lineage = lineageOfTwo();
    if (!lineage.isEmpty()) {
      hints.add(new String[] {"search --lineage '" + lineage + "'", "others that came to be so"});
    }
    int width = hints.stream().mapToInt(hint -> hint[0].length()).max().orElse(0);
    lines.add(hints.stream().map(hint -> Terminal.styled(colour, Style.FAINT,
        "taskhistory " + Cells.pad(hint[0], width) + "   # " + hint[1])).collect(Collectors.joining("\n")));
  }

  /** The end of the lineage as a pattern, where its names are known. */
  private String lineageOfTwo() {
    JsonNode entries = task.path("entries");
    List<String> names = new ArrayList<>();
    for (int i = Math.max(1, entries.size() - 2); i < entries.size(); i++) {
      names.add(Terminal.clean(entries.path(i).path("name").asText("")));
    }
    return names.size() < 2 || names.stream().anyMatch(name -> !name.matches("[A-Za-z0-9._\\\\-]+")) ? ""
        : String.join(HISTORY_ARROW, names);
  }

  private void title(String text) {
    lines.add("  " + Terminal.styled(colour, Style.FAINT, text.stripTrailing()));
  }

  private void fact(String title, String text) {
    lines.add("  " + Terminal.styled(colour, Style.FAINT, Cells.pad(title, TITLE)) + text);
  }

  private static String name(JsonNode node, String field) {
    return Terminal.name(node.path(field).asText(""));
  }

  private static String text(JsonNode node, String field) {
    return Terminal.clean(node.path(field).asText("")).replace('\n', '?');
  }
}
