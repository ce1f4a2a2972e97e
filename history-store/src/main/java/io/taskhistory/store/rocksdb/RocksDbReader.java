package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.EventCursor;
import io.taskhistory.store.EventPage;
import io.taskhistory.store.ExecPage;
import io.taskhistory.store.ExecQuery;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.LiveTasks;
import io.taskhistory.store.StoreStats;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers from the live tasks and from the disk. Children and execs are those that have been committed. */
final class RocksDbReader implements HistoryReader {

  private final Database database;
  private final Contents contents;
  private final LiveTasks live;
  private final StoredEntries entries;
  private final StoredTasks tasks;

  RocksDbReader(Database database, Contents contents, LiveTasks live, StoredEntries entries) {
    this.database = database;
    this.contents = contents;
    this.live = live;
    this.entries = entries;
    this.tasks = new StoredTasks(database, contents, live, entries);
  }

  /**
   * What is read; read again where something was being given up meanwhile. That is out of sight before it is deleted, so
   * whoever can have seen a part of it missing finds the first period in sight to be another.
   */
  private <T> T reading(Supplier<T> read) {
    return database.using(() -> {
      while (true) {
        int first = contents.first();
        T answer = read.get();
        if (contents.first() == first) {
          return answer;
        }
      }
    });
  }

  @Override
  public Boot boot() {
    return contents.present().boot;
  }

  @Override
  public List<Boot> boots() {
    return contents.boots().stream().map(rows -> rows.boot).toList();
  }

  @Override
  public LiveTasks live() {
    return live;
  }

  @Override
  public long watermark() {
    return contents.present().watermark();
  }

  @Override
  public long watermark(Boot boot) {
    return contents.byId(boot.id()).map(BootRows::watermark).orElse(-1L);
  }

  @Override
  public Optional<Task> task(int tid, Moment at) {
    return reading(() -> contents.byId(at.boot().id())
        .map(boot -> at.time() < 0 ? null : tasks.at(boot, tid, at.time())));
  }

  @Override
  public List<Task> tasks(int tid, Moment from, long to) {
    return reading(() -> contents.byId(from.boot().id())
        .map(boot -> to < 0 ? List.<Task>of() : tasks.within(boot, tid, from.time(), to)).orElse(List.of()));
  }

  @Override
  public Optional<Task> task(int tid) {
    return reading(() -> Optional.ofNullable(tasks.last(tid)));
  }

  @Override
  public Optional<Task> task(TaskId id) {
    return reading(() -> contents.byKey(id.boot()).map(boot -> tasks.get(boot, id.tid(), id.start())));
  }

  @Override
  public List<Task> children(TaskId creator, @Nullable Task after, int most) {
    return reading(() -> {
      Optional<BootRows> boot = contents.byKey(creator.boot());
      if (boot.isEmpty()) {
        return List.of();
      }
      try (Scan scan = database.scan(Family.CHILDREN)) {
        return new ChildScan(contents.periods(), tasks, boot.get(), creator).page(scan, after, most);
      }
    });
  }

  @Override
  public ExecPage execs(ExecQuery query) {
    return reading(() -> {
      try (Scan scan = database.scan(Family.ENTRIES);
          LineageSearch lineages = LineageSearch.of(database, query.lineage())) {
        return new ExecScan(contents, entries, query, lineages).page(scan);
      }
    });
  }

  @Override
  public List<Task> livedWithin(Moment from, long to, int most) {
    return reading(() -> contents.byId(from.boot().id())
        .map(boot -> new LivedScan(database, contents, live, tasks, boot, from.time(), to, most).page())
        .orElse(List.of()));
  }

  @Override
  public EventPage events(@Nullable EventCursor after, int most) {
    return reading(() -> new EventScan(database, contents, tasks, entries).page(after, most));
  }

  @Override
  public EventCursor newestEvent() {
    return EventScan.newest(contents);
  }

  @Override
  public boolean awaitEvents(EventCursor after, Duration longest) throws InterruptedException {
    return contents.await(() -> !newestEvent().equals(after), longest);
  }

  @Override
  public List<Gap> gaps(Boot boot) {
    return contents.byId(boot.id()).map(BootRows::gaps).orElse(List.of());
  }

  @Override
  public StoreStats stats() {
    return database.using(() -> new StoreStats(
        database.estimate(Family.TASKS), database.estimate(Family.ENTRIES), database.bytes()));
  }
}
