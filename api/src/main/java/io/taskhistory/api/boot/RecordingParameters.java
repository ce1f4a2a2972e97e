package io.taskhistory.api.boot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The parameters with which the kernel records tasks from its first thread on into the global trace buffer
 * (Documentation/admin-guide/kernel-parameters.txt). The clock is {@code global}: while the TSC is not up, {@code mono}
 * moves in ticks and misorders processors; and a kernel that was told its clock does not change it, and so empty the
 * buffer, when it finds the TSC unstable (tracing_set_default_clock() in kernel/trace/trace.c).
 */
final class RecordingParameters {

  static final List<String> EVENTS = List.of(
      "sched:sched_process_fork", "sched:sched_process_exec", "sched:sched_process_exit", "task:task_newtask",
      "task:task_rename");
  private static final String EVENT = "trace_event=";
  private static final String SIZE = "trace_buf_size=";
  private static final String CLOCK = "trace_clock=global";

  private RecordingParameters() {}

  /** All of them, as they stand on the command line. */
  static String text(BootBuffer buffer) {
    return EVENT + String.join(",", EVENTS) + " " + SIZE + buffer.parameter() + " " + CLOCK;
  }

  /**
   * What {@code commandLine} lacks of them; empty where the boot was recorded.
   *
   * @param commandLine {@code /proc/cmdline}
   */
  static List<String> missing(String commandLine) {
    Set<String> events = new HashSet<>();
    boolean size = false;
    boolean clock = false;
    for (String parameter : commandLine.strip().split("\\s+")) {
      if (parameter.equals("--")) {
        break; // What follows is for init: parse_args() in kernel/params.c.
      }
      if (parameter.startsWith(EVENT)) {
        // Of several the last counts, but for very new kernels: setup_trace_event() in kernel/trace/trace_events.c.
        events = new HashSet<>(Arrays.asList(parameter.substring(EVENT.length()).split(",")));
      }
      size |= parameter.startsWith(SIZE);
      clock |= parameter.equals(CLOCK);
    }
    Set<String> asked = events;
    List<String> missing = new ArrayList<>();
    String off = EVENTS.stream().filter(event -> !isOn(event, asked)).collect(Collectors.joining(","));
    if (!off.isEmpty()) {
      missing.add(EVENT + off);
    }
    if (!size) {
      missing.add(SIZE);
    }
    if (!clock) {
      missing.add(CLOCK);
    }
    return List.copyOf(missing);
  }

  /** An event is asked for by its name, with its system or without, or by its whole system. */
  private static boolean isOn(String event, Set<String> asked) {
    int colon = event.indexOf(':');
    String system = event.substring(0, colon);
    return asked.contains(event) || asked.contains(event.substring(colon + 1)) || asked.contains(system)
        || asked.contains(system + ":") || asked.contains(system + ":*") || asked.contains("*:*");
  }
}
