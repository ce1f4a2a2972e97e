package io.taskhistory.api.witness;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the text of {@code trace} (Documentation/trace/ftrace.rst, "Output format"), character by character a byte:
 *
 * <pre>
 *            bash-15734   [001] ..... 12151.967480: sched_process_exit: comm=bash pid=15734 prio=120 group_dead=true
 *            who ran      CPU   flags seconds       event               its own format
 * </pre>
 *
 * <p>Whatever it does not understand it refuses. A name of the kernel's has at most 15 bytes, of any value: what does
 * not make sense alone may go on in the next line, but no name has room for a line of its own.
 */
final class TraceText {

  private static final int FLAGS = Pattern.DOTALL;
  private static final Pattern LINE = Pattern.compile(
      " *.{1,15}-(\\d+) +\\[\\d{3,}\\] [^ ]{4,5} +(\\d+)\\.(\\d{6}): (\\w+): (.*)", FLAGS);
  private static final Pattern NEWTASK = Pattern.compile(
      "pid=(\\d+) comm=.{0,15} clone_flags=([0-9a-f]+) oom_score_adj=-?\\d+", FLAGS);
  private static final Pattern FORK = Pattern.compile("comm=.{0,15} pid=(\\d+) child_comm=.{0,15} child_pid=(\\d+)",
      FLAGS);
  /** Linux 6.16 and 6.17 do not say whose name it is. */
  private static final Pattern RENAME = Pattern.compile(
      "(?:pid=(\\d+) )?oldcomm=.{0,15} newcomm=(.{0,15}) oom_score_adj=-?\\d+", FLAGS);
  private static final Pattern EXEC = Pattern.compile("filename=.* pid=(\\d+) old_pid=(\\d+)", FLAGS);
  private static final Pattern EXIT = Pattern.compile(
      "comm=.{0,15} pid=(\\d+) prio=-?\\d+(?: group_dead=(?:true|false))?", FLAGS);
  private static final int MOST_LINES = 64;

  private final List<String> unfinished = new ArrayList<>();

  /** The event that ends with {@code line}; empty for a comment, and for a line that the next has to go on from. */
  Optional<TraceEvent> take(String line) {
    if (line.startsWith("#") && unfinished.isEmpty()) {
      return Optional.empty();
    }
    unfinished.add(line);
    Optional<TraceEvent> event = read(String.join("\n", unfinished));
    if (event.isPresent()) {
      unfinished.clear();
    } else if (unfinished.size() > MOST_LINES) {
      throw new IllegalStateException("not a trace: " + unfinished.get(0));
    }
    return event;
  }

  void end() {
    if (!unfinished.isEmpty()) {
      throw new IllegalStateException("not a trace: " + unfinished);
    }
  }

  private static Optional<TraceEvent> read(String text) {
    Matcher line = LINE.matcher(text);
    if (!line.matches()) {
      return Optional.empty();
    }
    int by = Integer.parseInt(line.group(1));
    long time = (Long.parseLong(line.group(2)) * 1_000_000 + Long.parseLong(line.group(3))) * 1000;
    String body = line.group(5);
    return switch (line.group(4)) {
      case "task_newtask" -> matched(NEWTASK, body)
          .map(m -> new TraceEvent.Cloned(time, by, number(m, 1), Long.parseUnsignedLong(m.group(2), 16)));
      case "sched_process_fork" -> matched(FORK, body)
          .map(m -> new TraceEvent.Forked(time, number(m, 1), number(m, 2)));
      case "task_rename" -> matched(RENAME, body)
          .map(m -> new TraceEvent.Renamed(time, by, m.group(1) == null ? by : number(m, 1), m.group(2)));
      case "sched_process_exec" -> matched(EXEC, body)
          .map(m -> new TraceEvent.Execed(time, by, number(m, 1), number(m, 2)));
      case "sched_process_exit" -> matched(EXIT, body).map(m -> new TraceEvent.Exited(time, by, number(m, 1)));
      default -> throw new IllegalStateException("not asked for: " + text);
    };
  }

  private static Optional<Matcher> matched(Pattern pattern, String body) {
    Matcher m = pattern.matcher(body);
    return m.matches() ? Optional.of(m) : Optional.empty();
  }

  private static int number(Matcher m, int group) {
    return Integer.parseInt(m.group(group));
  }
}
