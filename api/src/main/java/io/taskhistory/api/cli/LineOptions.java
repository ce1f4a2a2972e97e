package io.taskhistory.api.cli;

import io.taskhistory.api.audit.Enricher;
import io.taskhistory.api.client.PostConnection;
import io.taskhistory.api.lines.JsonEnricher;
import io.taskhistory.api.lines.JsonPreset;
import io.taskhistory.api.lines.KernelLogEnricher;
import io.taskhistory.api.lines.LaurelEnricher;
import io.taskhistory.api.lines.LineFormat;
import io.taskhistory.api.lines.LineageStyle;
import io.taskhistory.api.lines.TimeFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code enrich} can be told about lines that are no audit records. */
final class LineOptions {

  private static final int DEFAULT_LIMIT = 1024;

  @Option(names = "--preset", paramLabel = "TOOL",
      description = "JSON: lines of laurel, falco, tetragon, osquery, ecs (Beats) or journald (journalctl -o json)")
  private @Nullable JsonPreset preset;

  @Option(names = "--pid-field", paramLabel = "PATH",
      description = "JSON: where the pid is, as in process.pid; * is any key, a number an item")
  private @Nullable String pidField;

  @Option(names = "--time-field", paramLabel = "PATH", description = "JSON: where the time of the event is")
  private @Nullable String timeField;

  @Option(names = "--time-format", paramLabel = "FORMAT",
      description = "JSON: how it is written: auto, rfc3339, epoch (seconds), epoch-ms, epoch-us, epoch-ns, or mono-us"
          + " (the monotonic clock)")
  private @Nullable TimeFormat timeFormat;

  @Option(names = "--kmsg", description = "lines of the kernel log, as dmesg or /dev/kmsg have them")
  private boolean kmsg;

  @Option(names = "--boot", paramLabel = "ID",
      description = "kernel log: the boot it is of, by its id or the start of it (default: the current one)")
  private @Nullable String boot;

  @Option(names = "--style", paramLabel = "STYLE",
      description = "JSON and kernel log: how to write histories, names (default), kernel or domain")
  private @Nullable LineageStyle style;

  /** Whether it is about audit records, after all. */
  boolean isAudit(boolean json) {
    return !kmsg && !isJson(json);
  }

  private boolean isJson(boolean json) {
    return json || preset != null || pidField != null || timeField != null || timeFormat != null;
  }

  /** What does not go together, and what to do about it. */
  Optional<String> contradiction(boolean json) {
    String said = null;
    if (kmsg && isJson(json)) {
      said = "--kmsg is for lines of the kernel log, --json and its options for JSON; give one of them";
    } else if (boot != null && !kmsg) {
      said = "--boot says which boot a kernel log is of; give --kmsg too";
    } else if (boot != null && !boot.matches("[0-9a-f-]{1,36}")) {
      said = "--boot: write a boot id, or as much of its start as is needed to tell it from others";
    } else if (style != null && (isAudit(json) || preset == JsonPreset.LAUREL)) {
      said = "--style is for JSON and kernel logs; audit records have histories in the kernel style";
    } else if (preset == JsonPreset.LAUREL && (pidField != null || timeField != null || timeFormat != null)) {
      said = "laurel's lines are asked about as audit events; leave --pid-field, --time-field and --time-format away";
    } else if (isJson(json) && preset == null && (pidField == null || timeField == null)) {
      said = "say what the lines are: --preset TOOL, or --pid-field PATH and --time-field PATH";
    }
    return Optional.ofNullable(said);
  }

  /** What enriches such lines over {@code connection}. */
  Enricher enricher(PostConnection connection, @Nullable Integer given) {
    int limit = given == null ? DEFAULT_LIMIT : given;
    LineageStyle written = style == null ? LineageStyle.NAMES : style;
    if (kmsg) {
      return new KernelLogEnricher(connection, written, limit, boot);
    }
    return preset == JsonPreset.LAUREL
        ? new LaurelEnricher(connection, limit)
        : new JsonEnricher(connection, format(), written, limit);
  }

  private LineFormat format() {
    LineFormat format = preset == null ? LineFormat.PLAIN : preset.format();
    if (pidField != null) {
      format = format.withPid(pidField);
    }
    if (timeField != null) {
      format = format.withTime(timeField, TimeFormat.AUTO);
    }
    return timeFormat == null ? format : format.withTimeFormat(timeFormat);
  }
}
