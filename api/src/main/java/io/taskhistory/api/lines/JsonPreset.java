package io.taskhistory.api.lines;

import io.taskhistory.api.lines.LineFormat.Shape;
import io.taskhistory.api.lines.LineFormat.TimeField;
import java.util.List;
import java.util.Locale;

/** Tools whose lines are known: where they name the task and the time, and where they would say more about it. */
public enum JsonPreset {

  /** One event to a line, records by their types in capitals, and ours is one more; see {@link LaurelEnricher}. */
  LAUREL(new LineFormat(List.of(), List.of(), "", List.of(), "", "HISTORY", Shape.OBJECT)),

  /**
   * {@code json_output}: fields of the rule's output in output_fields, under names with dots. evt.time is in
   * nanoseconds; a rule says proc.pid if its output does, or by append_output.
   */
  FALCO(new LineFormat(List.of("output_fields.proc.pid"),
      List.of(new TimeField("output_fields.evt.time", TimeFormat.AUTO),
          new TimeField("output_fields.evt.rawtime", TimeFormat.EPOCH_NS), new TimeField("time", TimeFormat.RFC3339)),
      "", List.of("output_fields.proc.name"), "output_fields", "taskhistory.", Shape.FLAT)),

  /** The JSON export: one event to a line under its type, as process_exec or process_kprobe; pids are the host's. */
  TETRAGON(new LineFormat(List.of("*.process.pid"), List.of(new TimeField("time", TimeFormat.RFC3339)), "",
      List.of("*.process.binary"), "", "task_history", Shape.OBJECT)),

  /** Results in the event format: one row to a line, values are texts; process_events has the time of the event. */
  OSQUERY(new LineFormat(List.of("columns.pid"),
      List.of(new TimeField("columns.time", TimeFormat.EPOCH), new TimeField("unixTime", TimeFormat.EPOCH)), "",
      List.of("columns.path"), "columns", "task_history", Shape.TEXTS)),

  /** Elastic Common Schema, as Beats write it; fields of one's own go under a name of one's own. */
  ECS(new LineFormat(List.of("process.pid"), List.of(new TimeField("@timestamp", TimeFormat.AUTO)), "",
      List.of("process.name"), "", "taskhistory", Shape.OBJECT)),

  /** {@code journalctl -o json}, systemd.journal-fields(7): values are texts, what others add has no underscore. */
  JOURNALD(new LineFormat(List.of("_PID"),
      List.of(new TimeField("_SOURCE_MONOTONIC_TIMESTAMP", TimeFormat.MONO_US),
          new TimeField("_SOURCE_REALTIME_TIMESTAMP", TimeFormat.EPOCH_US),
          new TimeField("__MONOTONIC_TIMESTAMP", TimeFormat.MONO_US),
          new TimeField("__REALTIME_TIMESTAMP", TimeFormat.EPOCH_US)),
      "_BOOT_ID", List.of("_COMM"), "", "TASK_HISTORY", Shape.TEXTS));

  private final LineFormat format;

  JsonPreset(LineFormat format) {
    this.format = format;
  }

  public LineFormat format() {
    return format;
  }

  /** As the command line writes it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
