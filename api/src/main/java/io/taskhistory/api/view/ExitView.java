package io.taskhistory.api.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.taskhistory.api.ask.Exit;
import io.taskhistory.api.ask.Found;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Escapes;
import io.taskhistory.history.History;
import io.taskhistory.history.HistoryStyle;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * How a task ended: with a code, by a signal, or nobody knows how. What does not apply or is not known is absent.
 *
 * @param oom true where the kernel, out of memory, had chosen the task's process to be killed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExitView(
    @Nullable Integer code, @Nullable Integer signal, @Nullable String signalName, @Nullable Boolean coreDumped,
    @Nullable Boolean oom, @Nullable ByView by, @Nullable Boolean unknown) {

  static ExitView of(Boot boot, Exit exit) {
    Ending ending = exit.ending();
    Boolean oom = ending.oomVictim() ? true : null;
    if (!ending.isObserved()) {
      return new ExitView(null, null, null, null, oom, null, true);
    }
    int signal = ending.signal();
    SignalOrigin by = ending.by();
    return signal == 0
        ? new ExitView(ending.code(), null, null, null, oom, null, null)
        : new ExitView(null, signal, Signals.name(signal), ending.dumpedCore(), oom,
            by == null ? null : ByView.of(boot, by, exit.sender()), null);
  }

  /**
   * Whom the signal came from.
   *
   * @param kind {@code task}; {@code kernel}, for something that the task did or for the machine's sake; or
   *     {@code interrupt}, where the kernel made it while some task ran by accident
   * @param time when it was queued
   * @param siCode as sigaction(2) has it
   * @param siCodeName its name, where uapi/asm-generic/siginfo.h has one
   * @param task the sender's id, with its tid
   * @param comm its name at the time of the signal
   * @param history and its history then, in the style {@code names}
   * @param complete whether that is
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ByView(
      String kind, String time, int siCode, @Nullable String siCodeName, @Nullable String task, @Nullable Integer tid,
      @Nullable String comm, @Nullable String history, @Nullable Boolean complete) {

    static ByView of(Boot boot, SignalOrigin by, @Nullable Found sender) {
      @Nullable TaskId id = by.sender();
      @Nullable History history = sender == null ? null : sender.history();
      return new ByView(TaskView.label(by.kind()), Rfc3339.write(boot.wallAt(by.time())), by.code(),
          SignalCodes.name(by.signal(), by.code()), id == null ? null : id.toString(), id == null ? null : id.tid(),
          sender == null ? null : Escapes.kernel(sender.comm()),
          history == null ? null : HistoryStyle.NAMES.write(history, 0),
          history == null ? null : history.isComplete());
    }
  }
}
