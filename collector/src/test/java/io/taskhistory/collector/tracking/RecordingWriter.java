package io.taskhistory.collector.tracking;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.LiveTasks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps everything that it is told, and checks that it is told in the order that the port asks for. */
public final class RecordingWriter implements HistoryWriter {

  public final Set<Task> everybody = new LinkedHashSet<>();
  /** Since the last commit. */
  final Set<Task> saved = new HashSet<>();
  public final List<Gap> gaps = new ArrayList<>();
  private final Boot boot = new Boot(0, "01234567-89ab-cdef-0123-456789abcdef", 0,
      new ClockLedger(List.of(new ClockLedger.Row(0, 0, 0))));
  private final LiveTasks live = new LiveTasks();
  private final Entry root = Entry.root(Provenance.SNAPSHOT);
  private final Set<Entry> entries = new HashSet<>(Set.of(root));
  private final Map<Integer, Task> last = new HashMap<>();
  private boolean dirty;

  /** The task that was saved last of those with that tid. */
  public @Nullable Task last(int tid) {
    return last.get(tid);
  }

  @Override
  public Boot boot() {
    return boot;
  }

  @Override
  public LiveTasks live() {
    return live;
  }

  @Override
  public long watermark() {
    return -1;
  }

  @Override
  public Entry root() {
    return root;
  }

  @Override
  public void save(Task task) {
    if (!entries.contains(task.entry())) {
      throw new IllegalStateException(task + " stands at an entry that was not saved: " + task.entry());
    }
    everybody.add(task);
    last.put(task.tid(), task);
    saved.add(task);
    live.put(task);
    dirty = true;
  }

  @Override
  public void save(Entry entry) {
    if (!entries.contains(entry.parent())) {
      throw new IllegalStateException(entry + " comes before its parent");
    }
    entries.add(entry);
    dirty = true;
  }

  @Override
  public Gap gap(String source, long from, long to, long lost, Gap.Cause cause) {
    Gap gap = new Gap(boot, gaps.size() + 1, source, from, to, lost, cause);
    gaps.add(gap);
    dirty = true;
    return gap;
  }

  @Override
  public void clock(ClockLedger.Row row) {
    dirty = true;
  }

  @Override
  public boolean isDirty() {
    return dirty;
  }

  @Override
  public void position(byte[] position) {}

  @Override
  public byte[] position() {
    return new byte[0];
  }

  @Override
  public void commit(long watermark) {
    everybody.stream().filter(task -> !task.isLive()).forEach(live::remove);
    saved.clear();
    dirty = false;
  }
}
