package io.taskhistory.api.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** How a task ended, in words: {@code by SIGKILL from bash (4711) swapper/0=>init=>bash}. */
final class EndingText {

  private EndingText() {}

  /**
   * What comes after "ended".
   *
   * @param exit as the service tells it
   * @param task the id of who ended
   */
  static String of(JsonNode exit, String task) {
    String how = exit.has("signal")
        ? "by " + text(exit, "signal_name") + sender(exit.path("by"), task)
            + (exit.path("core_dumped").asBoolean() ? ", core dumped" : "")
        : exit.has("code") ? "with code " + text(exit, "code") : "nobody saw how";
    return how + (exit.path("oom").asBoolean() ? ", killed by the OOM killer" : "");
  }

  /** Whether anything is known of it. */
  static boolean isKnown(JsonNode exit) {
    return exit.has("signal") || exit.has("code");
  }

  private static String sender(JsonNode by, String self) {
    String code = by.has("si_code_name") ? " (" + text(by, "si_code_name") + ")" : "";
    return switch (by.path("kind").asText()) {
      case "" -> "";
      case "kernel" -> ", made by the kernel" + code;
      case "interrupt" -> ", made in an interrupt" + code;
      default -> text(by, "task").equals(self) ? " from itself"
          : !by.has("task") ? " from a task that is not known"
          : !by.has("history") ? " from " + text(by, "task")
          : " from " + Terminal.name(by.path("comm").asText("")) + " (" + text(by, "tid") + ") " + text(by, "history")
              + (by.path("complete").asBoolean() ? "" : " (not complete)");
    };
  }

  private static String text(JsonNode node, String field) {
    return Terminal.clean(node.path(field).asText(""));
  }
}
