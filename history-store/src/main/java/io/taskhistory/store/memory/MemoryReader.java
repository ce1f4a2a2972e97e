package io.taskhistory.store.memory;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.EventCursor;
import io.taskhistory.store.EventPage;
import io.taskhistory.store.ExecCursor;
import io.taskhistory.store.ExecPage;
import io.taskhistory.store.ExecPage.Exec;
import io.taskhistory.store.ExecQuery;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.LiveTasks;
import io.taskhistory.store.StoreStats;
import io.taskhistory.store.memory.Kept.EntryKey;
import io.taskhistory.store.memory.Kept.KeptBoot;
import io.taskhistory.store.memory.Kept.KeptTask;
import io.taskhistory.store.memory.Kept.TaskKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers by looking through what is kept. */
final class MemoryReader implements HistoryReader {

  private static final Comparator<Task> BY_START = Comparator.comparingLong(Task::start).thenComparingInt(Task::tid);

  private final MemoryHistoryStore store;
  private final MemoryEvents events;

  MemoryReader(MemoryHistoryStore store) {
    this.store = store;
    this.events = new MemoryEvents(store, this);
  }

  private <T> T reading(Supplier<T> read) {
    store.lock.readLock().lock();
    try {
      store.checkOpen();
      return read.get();
    } finally {
      store.lock.readLock().unlock();
    }
  }

  @Override
  public Boot boot() {
    return store.present.boot;
  }

  @Override
  public List<Boot> boots() {
    return reading(() -> store.kept.boots.stream().map(kept -> kept.boot).toList());
  }

  @Override
  public LiveTasks live() {
    return store.live;
  }

  @Override
  public long watermark() {
    return reading(() -> store.present.watermark);
  }

  @Override
  public long watermark(Boot boot) {
    return reading(() -> keptBoot(boot.id()).map(kept -> kept.watermark).orElse(-1L));
  }

  @Override
  public Optional<Task> task(int tid, Moment at) {
    return reading(() -> {
      if (at.boot().equals(boot())) {
        Task living = store.live.get(tid, at.time());
        if (living != null) {
          return Optional.of(living);
        }
      }
      return keptBoot(at.boot().id()).flatMap(boot -> ended(boot, tid, at.time()));
    });
  }

  @Override
  public List<Task> tasks(int tid, Moment from, long to) {
    return reading(() -> {
      List<Task> held = from.boot().equals(boot()) ? store.live.get(tid, from.time(), to) : new ArrayList<>();
      keptBoot(from.boot().id()).ifPresent(boot -> boot.tasks
          .subMap(new TaskKey(tid, 0), true, new TaskKey(tid, Math.max(0, to)), true).values().stream()
          .filter(task -> task.ending() != null)
          .map(new StoredHistory(store, boot)::task)
          .filter(task -> task.livedWithin(from.time(), to))
          .forEach(held::add));
      held.sort(BY_START.reversed());
      return held;
    });
  }

  @Override
  public Optional<Task> task(int tid) {
    return reading(() -> {
      Task living = store.live.get(tid);
      if (living != null) {
        return Optional.of(living);
      }
      for (int i = store.kept.boots.size() - 1; i >= 0; i--) {
        KeptBoot boot = store.kept.boots.get(i);
        Collection<KeptTask> holders = boot.tasks
            .subMap(new TaskKey(tid, 0), true, new TaskKey(tid, Long.MAX_VALUE), true).descendingMap().values();
        Optional<KeptTask> last = holders.stream()
            .filter(task -> task.ending() == null || task.ending().time() > task.key().start())
            .findFirst().or(() -> holders.stream().findFirst());
        if (last.isPresent()) {
          return last.map(new StoredHistory(store, boot)::task);
        }
      }
      return Optional.empty();
    });
  }

  @Override
  public Optional<Task> task(TaskId id) {
    return reading(() -> store.kept.boots.stream()
        .filter(kept -> kept.boot.key().equals(id.boot()))
        .findFirst()
        .flatMap(boot -> task(boot, new TaskKey(id.tid(), id.start()))));
  }

  @Override
  public List<Task> children(TaskId creator, @Nullable Task after, int most) {
    TaskKey key = new TaskKey(creator.tid(), creator.start());
    return reading(() -> store.kept.boots.stream()
        .filter(kept -> kept.boot.key().equals(creator.boot()))
        .flatMap(boot -> boot.tasks.values().stream()
            .filter(task -> key.equals(task.creator()))
            .flatMap(task -> task(boot, task.key()).stream()))
        .sorted(BY_START)
        .filter(task -> after == null || BY_START.compare(task, after) > 0)
        .limit(most)
        .toList());
  }

  @Override
  public ExecPage execs(ExecQuery query) {
    return reading(() -> {
      List<Exec> found = new ArrayList<>();
      @Nullable ExecCursor looked = null;
      int scanned = 0;
      for (KeptBoot boot : store.kept.boots) {
        StoredHistory history = new StoredHistory(store, boot);
        for (EntryKey key : boot.entries.keySet()) {
          if (key.pid() == 0 || !isAsked(query, boot.boot, key)) {
            continue;
          }
          if (found.size() == query.most() || scanned == query.scanLimit()) {
            return new ExecPage(found, Optional.ofNullable(looked));
          }
          scanned++;
          looked = new ExecCursor(boot.boot.index(), key.time(), key.pid());
          Entry entry = history.entry(key);
          if (fits(query, entry)) {
            found.add(new Exec(boot.boot, entry));
          }
        }
      }
      return new ExecPage(found, Optional.empty());
    });
  }

  private static boolean isAsked(ExecQuery query, Boot boot, EntryKey key) {
    @Nullable Moment from = query.from();
    @Nullable Moment to = query.to();
    @Nullable ExecCursor after = query.after();
    return (from == null || compare(boot, key.time(), from.boot().index(), from.time()) >= 0)
        && (to == null || compare(boot, key.time(), to.boot().index(), to.time()) < 0)
        && (after == null || compare(boot, key.time(), after.boot(), after.time()) > 0
            || compare(boot, key.time(), after.boot(), after.time()) == 0 && key.pid() > after.pid());
  }

  private static int compare(Boot boot, long time, int otherBoot, long otherTime) {
    return boot.index() != otherBoot ? Integer.compare(boot.index(), otherBoot) : Long.compare(time, otherTime);
  }

  private static boolean fits(ExecQuery query, Entry entry) {
    Details details = entry.details();
    return (query.comm() == null || query.comm().equals(entry.name()))
        && (query.exe() == null || query.exe().equals(details.exe()) || query.exe().equals(details.program()))
        && (query.uid() == Details.UNKNOWN_NUMBER || query.uid() == details.uid())
        && (query.lineage() == null || query.lineage().fits(entry));
  }

  @Override
  public List<Task> livedWithin(Moment from, long to, int most) {
    return reading(() -> {
      List<Task> lived = from.boot().equals(boot()) ? store.live.processes(from.time(), to) : new ArrayList<>();
      keptBoot(from.boot().id()).ifPresent(boot -> {
        StoredHistory history = new StoredHistory(store, boot);
        boot.tasks.values().stream()
            .filter(task -> task.ending() != null)
            .map(history::task)
            .filter(task -> task.isLeader() && task.livedWithin(from.time(), to))
            .forEach(lived::add);
      });
      return lived.stream().sorted(BY_START).limit(most).toList();
    });
  }

  @Override
  public EventPage events(@Nullable EventCursor after, int most) {
    return reading(() -> events.page(after, most));
  }

  @Override
  public EventCursor newestEvent() {
    store.lock.readLock().lock();
    try {
      return events.newest();
    } finally {
      store.lock.readLock().unlock();
    }
  }

  @Override
  public boolean awaitEvents(EventCursor after, Duration longest) throws InterruptedException {
    return store.bell.await(() -> store.isClosed() || !newestEvent().equals(after), longest);
  }

  @Override
  public List<Gap> gaps(Boot boot) {
    return reading(() -> keptBoot(boot.id()).map(kept -> List.copyOf(kept.gaps)).orElse(List.of()));
  }

  @Override
  public StoreStats stats() {
    return reading(() -> new StoreStats(
        store.kept.boots.stream()
            .flatMap(boot -> boot.tasks.values().stream())
            .filter(task -> task.ending() != null)
            .count(),
        store.kept.boots.stream().mapToLong(boot -> boot.entries.size()).sum(),
        0));
  }

  private Optional<KeptBoot> keptBoot(String id) {
    return store.kept.boots.stream().filter(kept -> kept.boot.id().equals(id)).findFirst();
  }

  private Optional<Task> task(KeptBoot boot, TaskKey key) {
    if (boot == store.present) {
      Task living = store.livingOrNull(key.tid(), key.start());
      if (living != null && living.start() == key.start()) {
        return Optional.of(living);
      }
    }
    return Optional.ofNullable(boot.tasks.get(key)).map(new StoredHistory(store, boot)::task);
  }

  private Optional<Task> ended(KeptBoot boot, int tid, long time) {
    for (KeptTask task : boot.tasks.subMap(new TaskKey(tid, 0), true, new TaskKey(tid, time), true)
        .descendingMap().values()) {
      if (task.ending() != null && time < task.ending().time()) {
        return Optional.of(new StoredHistory(store, boot).task(task));
      }
    }
    return Optional.empty();
  }
}
