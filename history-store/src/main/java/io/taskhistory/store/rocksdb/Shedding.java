package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Entry;
import io.taskhistory.history.Task;
import io.taskhistory.store.LiveTasks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is given up when too much waits for the disk: what has ended. Whoever lives keeps the whole of its
 * history, and so does what will be born of it; so however long a disk fails, the living are never without ancestors.
 *
 * <p>What was given up is remembered for as long as anybody else does, so that a late word on it, say its exit status,
 * does not bring half of it back.
 */
final class Shedding {

  private final Set<Object> givenUp = Collections.newSetFromMap(new WeakHashMap<>());

  boolean hasGivenUp(Object taskOrEntry) {
    return !givenUp.isEmpty() && givenUp.contains(taskOrEntry);
  }

  /** Who was born of one that has ended, as it turns out, needs what was given up. */
  void takeBack(Entry needed, Unkept unkept) {
    if (givenUp.isEmpty()) {
      return;
    }
    for (@Nullable Entry entry = needed; entry != null && givenUp.remove(entry); entry = entry.parent()) {
      unkept.add(entry);
    }
  }

  /**
   * Takes from {@code unkept} what can go, and from the live table whoever is in neither place then.
   *
   * @param keptAsLive those who are on the disk as live, or soon: there their end has to be kept too
   * @return how many tasks and entries
   */
  long shed(Unkept unkept, LiveTasks live, Collection<Task> keptAsLive) {
    Set<Object> needed = Collections.newSetFromMap(new IdentityHashMap<>());
    live.forEach(task -> {
      if (task.isLive()) {
        need(needed, task);
      }
    });
    keptAsLive.forEach(task -> need(needed, task));
    List<Task> tasks = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    unkept.tasks.forEach(task -> {
      if (needed.contains(task)) {
        tasks.add(task);
      } else {
        givenUp.add(task);
        live.remove(task);
      }
    });
    unkept.entries.forEach(entry -> {
      if (needed.contains(entry)) {
        entries.add(entry);
      } else {
        givenUp.add(entry);
      }
    });
    long lost = unkept.tasks.size() - tasks.size() + unkept.entries.size() - entries.size();
    unkept.keepOnly(tasks, entries);
    return lost;
  }

  private static void need(Set<Object> needed, Task task) {
    needed.add(task);
    needed.add(task.leader());
    for (@Nullable Entry entry = task.entry(); entry != null && needed.add(entry); entry = entry.parent()) {
      continue;
    }
  }
}
