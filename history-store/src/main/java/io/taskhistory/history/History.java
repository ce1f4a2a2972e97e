package io.taskhistory.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The path of entries from the root to where a process stood at one time, and what there is to doubt about it.
 *
 * @param boot the boot that it happened in
 * @param entries oldest first; the first is the root's
 * @param doubts what makes it incomplete beyond what the entries show
 */
public record History(Boot boot, List<Entry> entries, Doubts doubts) {

  public History {
    if (entries.isEmpty() || !entries.get(0).isRoot()) {
      throw new IllegalArgumentException("a history starts at the root");
    }
    entries = List.copyOf(entries);
  }

  /** The history of {@code task}'s process as it was at {@code time}. */
  public static History of(Task task, long time) {
    List<Entry> entries = new ArrayList<>();
    for (@Nullable Entry e = task.entryAt(time); e != null; e = e.parent()) {
      entries.add(e);
    }
    Collections.reverse(entries);
    return new History(task.boot(), entries, task.doubts().at(time));
  }

  /** Why the history is not complete; empty if it is. The root is known without anybody having seen it. */
  public Set<Reason> reasons() {
    Set<Reason> reasons = EnumSet.noneOf(Reason.class);
    for (Entry e : entries.subList(1, entries.size())) {
      switch (e.provenance()) {
        case SNAPSHOT -> reasons.add(Reason.SNAPSHOT);
        case UNKNOWN -> reasons.add(Reason.UNKNOWN);
        case OBSERVED, RESOLVED -> { }
      }
    }
    if (doubts.creatorAssumed()) {
      reasons.add(Reason.CREATOR_ASSUMED);
    }
    if (!doubts.gaps().isEmpty()) {
      reasons.add(Reason.GAP);
    }
    return reasons;
  }

  public boolean isComplete() {
    return reasons().isEmpty();
  }
}
