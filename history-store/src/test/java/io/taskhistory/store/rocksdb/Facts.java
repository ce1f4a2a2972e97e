package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import io.taskhistory.store.Picture;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that a store ever said, after any commit: what a repaired one says has to be among it, or unknown. */
final class Facts {

  private final Map<String, Set<String>> holders = new HashMap<>();
  private final Set<String> links = new HashSet<>();
  private final Set<String> tasks = new HashSet<>();
  private final Set<String> texts = new HashSet<>();
  private int unknown;
  private int same;

  void add(Answers answers) {
    answers.tasks().forEach((question, found) -> {
      Set<String> known = holders.computeIfAbsent(question, any -> new HashSet<>());
      found.ifPresent(task -> {
        known.add(holder(question, task));
        tasks.add(task.id().toString());
        for (@Nullable Entry e = task.entry(); e != null; e = e.parent()) {
          links.add(link(task.boot(), e));
        }
      });
    });
    answers.held().forEach(task -> tasks.add(task.id().toString())); // those between two of the times asked about, too
    answers.execs().forEach(exec -> links.add(link(exec.boot(), exec.entry())));
    answers.texts().forEach((question, text) -> texts.add(question.split(" ")[0] + text));
  }

  private static String holder(String question, Task task) {
    return task.id() + " " + key(at(question, task));
  }

  private static Entry at(String question, Task task) {
    int at = question.indexOf(" at ");
    return at < 0 ? task.entry() : task.entryAt(Long.parseLong(question.substring(at + 4)));
  }

  private static String key(Entry entry) {
    return entry.isRoot() ? "root" : entry.pid() + "@" + entry.time();
  }

  private static String link(Boot boot, Entry entry) {
    Entry parent = entry.parent();
    return boot.index() + " " + key(entry) + " " + entry.name() + " < " + (parent == null ? "" : key(parent));
  }

  /** Null where all of {@code repaired} is right or unknown, else what is wrong. */
  @Nullable String wrong(Answers repaired, Answers before) {
    for (Map.Entry<String, Optional<Task>> each : repaired.tasks().entrySet()) {
      String question = each.getKey();
      Task task = each.getValue().orElse(null);
      Optional<Task> then = before.tasks().getOrDefault(question, Optional.empty());
      if (task == null) {
        unknown += then.isPresent() ? 1 : 0;
        continue;
      }
      boolean isHolder = question.startsWith("last") ? tasks.contains(task.id().toString())
          : holders.getOrDefault(question, Set.of()).contains(holder(question, task));
      if (!isHolder && at(question, task).provenance() != Provenance.UNKNOWN) {
        return question + ": " + holder(question, task) + " and never " + holders.get(question);
      }
      boolean isSame = then.isPresent() && Picture.of(task.entry()).equals(Picture.of(then.get().entry()));
      same += isSame ? 1 : 0;
      unknown += isSame ? 0 : 1;
      for (@Nullable Entry e = task.entry(); e != null; e = e.parent()) {
        if (e.provenance() != Provenance.UNKNOWN && !links.contains(link(task.boot(), e))) {
          return question + ": " + link(task.boot(), e);
        }
      }
    }
    for (Map.Entry<String, String> each : repaired.texts().entrySet()) {
      if (each.getKey().endsWith("clock") && !texts.contains(each.getKey().split(" ")[0] + each.getValue())) {
        return each.getKey() + ": " + each.getValue();
      }
    }
    return null;
  }

  int unknown() {
    return unknown;
  }

  int same() {
    return same;
  }
}
