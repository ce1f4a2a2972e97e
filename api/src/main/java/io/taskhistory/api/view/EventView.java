package io.taskhistory.api.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.taskhistory.api.ask.Exit;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.api.ask.Viewer;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Escapes;
import io.taskhistory.history.Gap;
import io.taskhistory.history.History;
import io.taskhistory.history.HistoryStyle;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.HistoryEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The data of one server-sent event. */
public sealed interface EventView {

  /** The most bytes of a history in an event: anybody can make one as long as he likes. */
  int MOST_HISTORY = 16 * 1024;

  /** What {@code mono} is. */
  String MONO = "The same time in seconds on the monotonic clock of its boot; to ask with as mono:….";

  /** What the event is called. */
  String event();

  /** A task was created, or found by a scan of /proc. */
  record ForkEvent(
      String time, @JsonPropertyDescription(MONO) String mono, String task, int tid, int tgid, String comm,
      @JsonPropertyDescription("Whether it is a thread of a process other than its leader.") boolean thread,
      @Nullable String creator) implements EventView {

    @Override
    public String event() {
      return "fork";
    }

    static ForkEvent of(HistoryEvent.Forked event) {
      Task task = event.task();
      return new ForkEvent(EventView.time(event), EventView.mono(event), task.id().toString(), task.tid(), task.tgid(),
          Escapes.kernel(task.comm()), !task.isLeader(), task.creator().map(TaskId::toString).orElse(null));
    }
  }

  /** A process's exec succeeded, or an entry of its history was found. */
  @JsonInclude(Include.NON_NULL)
  record ExecEvent(
      String time, @JsonPropertyDescription(MONO) String mono, String task, int tid, String name, String provenance,
      @JsonPropertyDescription("Up to and with this exec, in the style names; of one longer than 16 KiB the oldest items"
          + " are left out.") String history,
      boolean complete, @Nullable String exe, @Nullable List<String> argv, @Nullable String cwd, @Nullable Long uid,
      @JsonPropertyDescription(EntryView.HIDDEN) @Nullable Boolean hidden) implements EventView {

    @Override
    public String event() {
      return "exec";
    }

    static ExecEvent of(HistoryEvent.Execed event, boolean seesInside) {
      Task task = event.task();
      Entry entry = event.entry();
      Details details = entry.details();
      History history = History.of(task, entry.time());
      return new ExecEvent(EventView.time(event), EventView.mono(event), task.id().toString(), task.tid(),
          Escapes.kernel(entry.name()), entry.provenance().label(), HistoryStyle.NAMES.write(history, MOST_HISTORY), history.isComplete(),
          EntryView.text(details.exe()), seesInside ? EntryView.argv(details) : null,
          seesInside ? EntryView.text(details.cwd()) : null, EntryView.number(details.uid()), seesInside ? null : true);
    }
  }

  /** A task ended. */
  record ExitEvent(
      String time, @JsonPropertyDescription(MONO) String mono, String task, int tid, int tgid, String comm,
      @JsonPropertyDescription("How, as far as is known yet; its sender without a history.") @Nullable ExitView exit)
      implements EventView {

    @Override
    public String event() {
      return "exit";
    }

    static ExitEvent of(HistoryEvent.Exited event, @Nullable Exit exit) {
      Task task = event.task();
      return new ExitEvent(EventView.time(event), EventView.mono(event), task.id().toString(), task.tid(), task.tgid(),
          Escapes.kernel(task.comm()), exit == null ? null : ExitView.of(task.boot(), exit));
    }
  }

  /** Something is missing: a source lost it, it was dropped from the store, or the reader was too slow. */
  record GapEvent(
      String time,
      @JsonPropertyDescription("The source that lost events; events where only this stream lacks them.") String source,
      @Nullable String from, String to, @Nullable Long lost,
      @JsonPropertyDescription("Why. dropped: what stood at the asked place is no longer kept, and the oldest that is"
          + " follows; slow_reader: the stream ends here, to be taken up again.") String cause) implements EventView {

    @Override
    public String event() {
      return "gap";
    }

    static GapEvent of(Gap gap) {
      GapView view = GapView.of(gap);
      return new GapEvent(view.to(), view.source(), view.from(), view.to(), view.lost(), view.cause());
    }

    /** One of the stream itself. */
    public static GapEvent ofStream(String now, @Nullable String from, String to, String cause) {
      return new GapEvent(now, "events", from, to, null, cause);
    }
  }

  /** Everything up to that time has been told, as far as it was asked for. */
  record WatermarkEvent(String time) implements EventView {

    @Override
    public String event() {
      return "watermark";
    }
  }

  /** The view of {@code event}. */
  static EventView of(HistoryEvent event, boolean seesInside, @Nullable Exit exit) {
    if (event instanceof HistoryEvent.Forked forked) {
      return ForkEvent.of(forked);
    }
    if (event instanceof HistoryEvent.Execed execed) {
      return ExecEvent.of(execed, seesInside);
    }
    if (event instanceof HistoryEvent.Exited exited) {
      return ExitEvent.of(exited, exit);
    }
    return GapEvent.of(((HistoryEvent.GapKept) event).gap());
  }

  /** Whether what is inside of {@code event} may be shown. */
  static boolean mayBeShown(HistoryEvent event, Viewer viewer) {
    return !(event instanceof HistoryEvent.Execed execed) || viewer.seesInside(execed.entry().details());
  }

  private static String mono(HistoryEvent event) {
    return Rfc3339.writeSeconds(event.time());
  }

  private static String time(HistoryEvent event) {
    return Rfc3339.write(event.boot().wallAt(event.time()));
  }
}
