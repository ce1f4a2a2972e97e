package io.taskhistory.store.rocksdb;

import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.util.ArrayList;
import java.util.List;

/** What was named and is for one commit to keep. */
final class Unkept {

  /** About what an object takes, with its place in the sets and in the live table. */
  private static final int TASK = 256;
  private static final int ENTRY = 192;
  private static final int TEXT = 48;

  final DirtySet<Task> tasks = new DirtySet<>();
  final DirtySet<Entry> entries = new DirtySet<>();
  final List<Gap> gaps = new ArrayList<>();
  final List<ClockLedger.Row> clock = new ArrayList<>();
  private long bytes;

  void add(Task task) {
    if (tasks.add(task)) {
      bytes += TASK;
    }
  }

  /** Details come once, and later than the rest. */
  void add(Entry entry) {
    if (entries.add(entry)) {
      bytes += ENTRY;
    }
    bytes += bytes(entry.details());
  }

  private static long bytes(Details details) {
    if (details == Details.UNKNOWN) {
      return 0;
    }
    long bytes = ENTRY + details.exe().length() + details.program().length() + details.cwd().length()
        + details.cgroup().length() + details.container().length();
    List<RawText> argv = details.argv();
    if (argv != null) {
      for (RawText argument : argv) {
        bytes += TEXT + argument.length();
      }
    }
    return bytes;
  }

  /** About how much memory it takes. */
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return tasks.size() + entries.size() == 0 && gaps.isEmpty() && clock.isEmpty();
  }

  /** All that is another's becomes this one's too, and comes first. */
  void takeBack(Unkept other) {
    other.tasks.forEach(this::add);
    other.entries.forEach(this::add);
    gaps.addAll(0, other.gaps);
    clock.addAll(0, other.clock);
    other.clear();
  }

  /** Of tasks and entries nothing else. */
  void keepOnly(List<Task> someTasks, List<Entry> someEntries) {
    tasks.clear();
    entries.clear();
    bytes = 0;
    someTasks.forEach(this::add);
    someEntries.forEach(this::add);
  }

  void clear() {
    tasks.clear();
    entries.clear();
    gaps.clear();
    clock.clear();
    bytes = 0;
  }
}
