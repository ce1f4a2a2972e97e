package io.taskhistory.store;

import io.taskhistory.history.Details;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Task;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a reader can learn about a task or an entry, as text: two that have the same picture are the same to
 * readers. Of an ended task no store has to keep the imprint.
 */
public final class Picture {

  private Picture() {}

  public static String of(Task task) {
    return String.join(" ",
        task.id().toString(),
        "boot", task.boot().index() + "/" + task.boot().wallStart(),
        "tgid", task.tgid() + "/" + task.leader().start(),
        "comm", task.comm().toString(),
        "creator", task.creator().map(Object::toString).orElse("?"),
        "reaper", task.reaper().map(Object::toString).orElse("?"),
        "end", task.ending().map(Ending::toString).orElse("-"),
        "imprint", task.isLive() ? Long.toHexString(task.imprint()) : "-",
        "doubts", of(task.doubts()),
        "history", of(task.entry()));
  }

  private static String of(Doubts doubts) {
    return (doubts.creatorAssumed() ? "assumed" : "") + doubts.gaps();
  }

  /** The whole chain, from the entry to the root. */
  public static String of(Entry last) {
    List<String> chain = new ArrayList<>();
    for (@Nullable Entry e = last; e != null; e = e.parent()) {
      chain.add(e + (e.isRoot() ? "root" : "") + (e.details() == Details.UNKNOWN ? "" : e.details().toString()));
    }
    return String.join(" < ", chain);
  }
}
