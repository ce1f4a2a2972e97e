package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.LiveTasks;
import io.taskhistory.store.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the contents when a store is opened: the boot of the last commit goes on, with its live tasks, or a
 * new one begins, and all tasks of the old one are closed. Either is one batch.
 */
final class Opening {

  private final Database database;
  private final @Nullable BootFacts facts;

  /** With no facts, whatever boot was the last goes on as it is. */
  Opening(Database database, @Nullable BootFacts facts) {
    this.database = database;
    this.facts = facts;
  }

  Contents contents() {
    Contents contents = begunOrResumed();
    BootRows present = contents.present();
    present.goOnWith(EventLog.next(database, contents.kept(), present));
    return contents;
  }

  private Contents begunOrResumed() {
    Contents kept = Contents.load(database);
    BootRows last = kept.last();
    if (facts == null) {
      if (last == null) {
        throw new StoreException("Nothing was ever kept there. Name another directory with --data-dir");
      }
      return kept;
    }
    if (last != null && last.boot.id().equals(facts.bootId())) {
      return resumed(kept, last, facts);
    }
    if (kept.byId(facts.bootId()).isPresent()) {
      throw new StoreException("The boot " + facts.bootId() + " was recorded here before a later one, and cannot be"
          + " resumed. Is this a copy of another machine's data? Name another directory with --data-dir");
    }
    if (last != null && last.boot.isImported() != Boot.isImported(facts.bootId())) {
      throw new StoreException(last.boot.isImported()
          ? "The data directory holds what was imported from audit logs: taskhistory serve answers questions about it."
              + " Name another directory with --data-dir"
          : "The data directory holds what was recorded on a running host, and logs are imported into one of their own."
              + " Name another directory with --data-dir");
    }
    return begun(kept, last, facts);
  }

  private Contents resumed(Contents kept, BootRows boot, BootFacts facts) {
    // The clocks are looked at before each commit; since the last one nobody did.
    ClockLedger.Row clock = facts.clock().after(boot.boot.clock().last(), boot.watermark());
    if (boot.boot.clock().observe(clock)) {
      Batch batch = new Batch(database.familyIds());
      MetaRows.clock(batch, boot.boot, clock);
      database.write(batch);
    }
    return kept;
  }

  private Contents begun(Contents kept, @Nullable BootRows last, BootFacts facts) {
    int index = last == null ? 0 : last.boot.index() + 1;
    Boot boot = new Boot(index, facts.bootId(), facts.wallStart(), new ClockLedger(List.of(facts.clock())));
    int number = kept.periods().size() == 0 ? 0 : kept.periods().current().number() + 1;
    Period first = new Period(number, index, 0, facts.clock().from());
    Batch batch = new Batch(database.familyIds());
    MetaRows.boot(batch, boot);
    MetaRows.clock(batch, boot, facts.clock());
    MetaRows.period(batch, first);
    LineageRows.begin(batch, number);
    batch.key.clear().u32(number).u64(0).u32(Keys.ROOT_PID);
    EntryRecord.encode(Entry.root(Provenance.SNAPSHOT), batch.value);
    batch.put(Family.ENTRIES);
    EventWriter.lives(batch, number, 0, EventLog.first(facts.clock().from()), new LiveTasks());
    if (last != null) {
      closeTasks(batch, kept.periods(), last);
    }
    database.write(batch);
    return kept.with(new BootRows(boot), first);
  }

  /** Nobody saw how they ended; the last commit is the last at which they were followed, but for an exec that it had. */
  private void closeTasks(Batch batch, Periods periods, BootRows boot) {
    TaskRecord record = new TaskRecord();
    try (Scan scan = database.scan(Family.LIVE)) {
      for (boolean more = scan.first(); more; more = scan.next()) {
        byte[] key = scan.key();
        record.decode(Keys.liveTid(key), Keys.liveStart(key), scan.value());
        long end = Math.max(boot.watermark(), Math.max(record.start, record.entryTime));
        record.ending = new Ending(end, Ending.UNKNOWN_STATUS);
        Keys.live(batch.key, record.tid, record.start);
        batch.delete(Family.LIVE);
        int period = periods.get(periods.indexOf(boot.boot.index(), end)).number();
        Keys.task(batch.key, period, record.tid, record.start);
        record.encode(batch.value);
        batch.put(Family.TASKS);
      }
    }
  }

  /** The live tasks of the boot that goes on; of one that begins there are none. */
  Restored restored(Contents contents, StoredEntries entries) {
    BootRows present = contents.present();
    List<TaskRecord> threads = new ArrayList<>();
    LiveTasks live = new LiveTasks();
    Chains chains = new Chains(contents, entries);
    try (Scan scan = database.scan(Family.LIVE)) {
      for (boolean more = scan.first(); more; more = scan.next()) {
        byte[] key = scan.key();
        TaskRecord record = new TaskRecord().decode(Keys.liveTid(key), Keys.liveStart(key), scan.value());
        if (record.isThread()) {
          threads.add(record);
        } else {
          live.put(StoredTasks.make(present, record, chains.of(record), null));
        }
      }
    }
    StoredTasks ended = new StoredTasks(database, contents, live, entries);
    Map<TaskId, Task> leaders = new HashMap<>();
    for (TaskRecord thread : threads) {
      TaskId id = new TaskId(present.boot.key(), thread.tgid, thread.leaderStart);
      Task leader = leaders.computeIfAbsent(id, missing -> {
        Task found = ended.get(present, thread.tgid, thread.leaderStart);
        return found != null && found.isLeader() ? found : StoredTasks.standIn(present, thread, chains.of(thread));
      });
      live.put(StoredTasks.make(present, thread, chains.of(thread), leader));
    }
    return new Restored(live, chains.root());
  }

  /** The entries of restored tasks. They become the writer's own objects. */
  private record Chains(Contents contents, StoredEntries entries) {

    Entry of(TaskRecord record) {
      return entry(record.entryTime, record.entryPid);
    }

    Entry root() {
      return entry(0, Keys.ROOT_PID);
    }

    private Entry entry(long time, int pid) {
      Periods periods = contents.periods();
      int boot = contents.present().boot.index();
      return Objects.requireNonNull(entries.entry(periods, periods.size() - 1, new EntryRef(boot, time, pid)));
    }
  }
}
