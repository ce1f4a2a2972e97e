package io.taskhistory.api.view;

import io.taskhistory.api.ask.Exit;
import io.taskhistory.api.ask.Found;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.api.ask.Viewer;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Escapes;
import io.taskhistory.history.History;
import io.taskhistory.history.Reason;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A task and how it came to be. Names are escaped as in the kernel style, other texts for people; times are RFC 3339.
 *
 * @param comm its name at the time that was asked about
 * @param state {@code live} or {@code ended}, as of the watermark
 * @param boot the kernel's id of the boot that it ran in
 */
public record TaskView(
    String task, int tid, int tgid, String comm, String state, String start, @Nullable String end, String boot,
    boolean kernelThread, @Nullable String creator, @Nullable String reaper, List<EntryView> entries, boolean complete,
    List<String> reasons, List<GapView> gaps, @Nullable ExitView exit, String watermark) {

  /** So many bytes of arguments and paths; escaped, a byte can become five. */
  private static final int MOST_TEXT = 256 << 10;

  /** kthreadd's pid: rest_init() in init/main.c starts it right after init, and it all other kernel threads. */
  private static final int KTHREADD = 2;

  /**
   * The view of {@code found}.
   *
   * @param exit how it ended, null where it lives
   * @param texts what is known of how entries are written
   */
  public static TaskView of(
      Found found, @Nullable Exit exit, Viewer viewer, String watermark, EntryTexts texts) {
    Task task = found.task();
    Boot boot = task.boot();
    History history = found.history();
    Set<Reason> reasons = history.reasons();
    return new TaskView(
        task.id().toString(), task.tid(), task.tgid(), Escapes.kernel(found.comm()), state(task),
        Rfc3339.write(boot.wallAt(task.start())), end(task), boot.id(), isKernelThread(task),
        task.creator().map(TaskId::toString).orElse(null), task.reaper().map(TaskId::toString).orElse(null),
        entries(boot, history.entries(), viewer, texts),
        reasons.isEmpty(), reasons.stream().map(Reason::label).toList(),
        history.doubts().gaps().stream().map(GapView::of).toList(),
        exit == null ? null : ExitView.of(boot, exit), watermark);
  }

  /** Those of the newest execs in full, as far as that is not too long. */
  private static List<EntryView> entries(Boot boot, List<Entry> entries, Viewer viewer, EntryTexts texts) {
    int full = firstInFull(entries);
    if (full == 0 && viewer.seesEverything()) {
      return texts.of(boot, entries);
    }
    List<EntryView> views = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      views.add(i < full ? EntryView.brief(boot, entry, viewer) : EntryView.of(boot, entry, viewer));
    }
    return views;
  }

  private static int firstInFull(List<Entry> entries) {
    long length = 0;
    for (int i = entries.size() - 1; i >= 0; i--) {
      length += entries.get(i).details().textLength();
      if (length > MOST_TEXT) {
        return i + 1;
      }
    }
    return 0;
  }

  static String state(Task task) {
    return task.isLive() ? "live" : "ended";
  }

  static @Nullable String end(Task task) {
    return task.ending().map(Ending::time).map(task.boot()::wallAt).map(Rfc3339::write).orElse(null);
  }

  static boolean isKernelThread(Task task) {
    return isKernelThread(task, task.entry());
  }

  /** Whether it is one that had reached {@code entry}. */
  static boolean isKernelThread(Task task, Entry entry) {
    return entry.isRoot()
        && (task.tid() == KTHREADD || task.creator().or(task::reaper).filter(id -> id.tid() == KTHREADD).isPresent());
  }

  /** The word that every interface uses for a value of an enum. */
  static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
