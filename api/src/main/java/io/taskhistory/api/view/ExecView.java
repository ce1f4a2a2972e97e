package io.taskhistory.api.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.api.ask.Viewer;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Details;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Escapes;
import io.taskhistory.history.History;
import io.taskhistory.history.HistoryStyle;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.ExecPage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One past exec; details that are not known are absent.
 *
 * @param task the process, null where it is not known any more
 * @param history up to and with this exec, in the style {@code names}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExecView(
    @JsonInclude @Nullable String task, int pid, String name, String start, String mono, String provenance,
    @Nullable String exe, @Nullable String program, @Nullable List<String> argv, @Nullable Long uid, String boot,
    String history, @JsonPropertyDescription(EntryView.HIDDEN) @Nullable Boolean hidden) {

  public static ExecView of(ExecPage.Exec exec, Optional<TaskId> task, Viewer viewer) {
    Boot boot = exec.boot();
    Entry entry = exec.entry();
    Details details = entry.details();
    boolean seesInside = viewer.seesInside(details);
    return new ExecView(task.map(TaskId::toString).orElse(null), entry.pid(), Escapes.kernel(entry.name()),
        Rfc3339.write(boot.wallAt(entry.time())), Rfc3339.writeSeconds(entry.time()), entry.provenance().label(),
        EntryView.text(details.exe()), EntryView.text(details.program()), seesInside ? EntryView.argv(details) : null,
        EntryView.number(details.uid()), boot.id(), HistoryStyle.NAMES.write(upTo(boot, entry), 0),
        seesInside ? null : true);
  }

  private static History upTo(Boot boot, Entry last) {
    List<Entry> entries = new ArrayList<>();
    for (@Nullable Entry e = last; e != null; e = e.parent()) {
      entries.add(e);
    }
    Collections.reverse(entries);
    return new History(boot, entries, Doubts.NONE);
  }
}
