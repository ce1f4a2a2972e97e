package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Details;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.ExecQuery;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.Picture;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many threads read while one writes and another closes. */
final class ReadersTest {

  private static final int READERS = 4;
  private static final int TID = 10;
  private static final int COMMITS = 1_500;

  @TempDir
  Path directory;

  @Test
  void reads_whileTasksEndAndPeriodsChange_neverMissOne() throws InterruptedException, ExecutionException {
    try (RocksDbHistoryStore store =
        RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1),
            StoreSettings.sliced(Duration.ofNanos(5_000)))) {
      AtomicLong started = new AtomicLong(-1);
      ExecutorService threads = Executors.newFixedThreadPool(READERS);
      CompletableFuture<Void> done = new CompletableFuture<>();
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(threads.submit(() -> readUntil(done, store.reader(), started)));
      }
      try {
        write(store.writer(), started);
      } finally {
        done.complete(null);
        threads.shutdown();
      }
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    }
  }

  /** One tid, held without a pause: a new holder starts in the very moment in which the last one ends. */
  private static void write(HistoryWriter writer, AtomicLong started) {
    Task holder = null;
    for (long time = 1_000; time < 1_000 + COMMITS * 100L; time += 100) {
      if (holder != null) {
        holder.end(new Ending(time, 0));
        writer.save(holder);
      }
      Entry entry = new Entry(writer.root(), time, TID, RawText.of("run"), Provenance.OBSERVED);
      writer.save(entry);
      holder = Task.leader(writer.boot(), TID, time, entry);
      writer.save(holder);
      started.set(time);
      writer.commit(time);
    }
  }

  private static long readUntil(CompletableFuture<Void> done, HistoryReader reader, AtomicLong started) {
    long reads = 0;
    while (!done.isDone()) {
      long newest = started.get();
      if (newest < 0) {
        continue;
      }
      long time = Math.max(1_000, newest - reads % 7 * 100 + reads % 100);
      Task task = reader.task(TID, new Moment(reader.boot(), Math.min(time, newest))).orElseThrow();
      assertThat(task.entry().time()).isEqualTo(task.start());
      assertThat(reader.task(TID)).isPresent();
      assertThat(reader.task(task.id())).isPresent();
      reads++;
    }
    return reads;
  }

  @Test
  void entries_filledInWhileTheyAreRead_areNeverSeenAsTheyWere() throws InterruptedException, ExecutionException {
    try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1))) {
      AtomicLong newest = new AtomicLong(-1);
      CompletableFuture<Void> done = new CompletableFuture<>();
      ExecutorService threads = Executors.newFixedThreadPool(READERS);
      List<Future<?>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(threads.submit(() -> {
          while (!done.isDone()) {
            long time = newest.get();
            if (time >= 0) {
              store.reader().task(TID, new Moment(store.reader().boot(), time)).orElseThrow();
            }
          }
        }));
      }
      try {
        for (long time = 0; time < COMMITS; time += 2) {
          fillIn(store, newest, time);
        }
      } finally {
        done.complete(null);
        threads.shutdown();
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
  }

  /** Two entries, parent and child, whose names come only after readers may have decoded them. */
  private static void fillIn(RocksDbHistoryStore store, AtomicLong newest, long time) {
    HistoryWriter writer = store.writer();
    Entry parent = new Entry(writer.root(), time, TID, RawText.UNKNOWN, Provenance.UNKNOWN);
    Entry child = new Entry(parent, time + 1, TID, RawText.UNKNOWN, Provenance.UNKNOWN);
    writer.save(parent);
    writer.save(child);
    Task task = Task.leader(writer.boot(), TID, time, child);
    task.end(new Ending(time + 2, 0));
    writer.save(task);
    writer.commit(time);
    newest.set(time);
    for (Entry entry : List.of(parent, child)) {
      entry.know(RawText.of("run" + entry.time()), Provenance.RESOLVED);
      writer.save(entry);
      writer.commit(time);
    }
    Task read = store.reader().task(TID, new Moment(writer.boot(), time)).orElseThrow();
    assertThat(Picture.of(read.entry())).isEqualTo(Picture.of(child));
  }

  /** One task lives all along with a child; all others that ever were are given up again and again. */
  @Test
  void reads_whileAllElseIsGivenUp_findWhatLivesOnWhole() throws InterruptedException, ExecutionException {
    try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1))) {
      HistoryWriter writer = store.writer();
      Entry shell = new Entry(writer.root(), 10, TID, RawText.of("shell"), Provenance.OBSERVED);
      shell.detail(HistoryStoreContract.details(1));
      writer.save(shell);
      Task parent = Task.leader(writer.boot(), TID, 5, shell);
      Task child = Task.leader(writer.boot(), TID + 1, 20, shell);
      child.createdBy(parent.tid(), parent.start());
      writer.save(parent);
      writer.save(child);
      writer.commit(20);
      CompletableFuture<Void> done = new CompletableFuture<>();
      AtomicLong newest = new AtomicLong(20);
      ExecutorService threads = Executors.newFixedThreadPool(READERS);
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(threads.submit(() -> readWhatLivesOn(done, store.reader(), parent, newest)));
      }
      int first = store.upkeep().slices().get(0).number();
      try {
        for (long time = 100; time < 100 + COMMITS / 3 * 100L; time += 100) {
          comeAndGo(writer, shell, time);
          if (time % 500 == 0) {
            store.upkeep().giveUp(Integer.MAX_VALUE);
          }
          writer.commit(time);
          newest.set(time);
        }
      } finally {
        done.complete(null);
        threads.shutdown();
      }
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
      assertThat(store.upkeep().slices()).extracting(slice -> slice.number() - first).containsExactly(COMMITS / 15);
    }
  }

  private static void comeAndGo(HistoryWriter writer, Entry shell, long time) {
    Entry entry = new Entry(shell, time, TID + 2, RawText.of("run"), Provenance.OBSERVED);
    entry.detail(HistoryStoreContract.details(2));
    Task task = Task.leader(writer.boot(), TID + 2, time, entry);
    task.createdBy(TID, 5);
    task.end(new Ending(time + 50, 0));
    writer.save(entry);
    writer.save(task);
  }

  private static long readWhatLivesOn(
      CompletableFuture<Void> done, HistoryReader reader, Task parent, AtomicLong newest) {
    long reads = 0;
    for (; !done.isDone(); reads++) {
      long time = newest.get() - 100 * (reads % 6);
      reader.task(TID + 2, new Moment(reader.boot(), Math.max(0, time))).ifPresent(ended -> {
        assertThat(ended.entry().details()).isEqualTo(HistoryStoreContract.details(2));
        assertThat(Picture.of(ended.entry())).endsWith(Picture.of(parent.entry()));
      });
      assertThat(reader.children(parent.id(), null, 10)).extracting(Task::tid).contains(TID + 1);
      assertThat(reader.execs(new ExecQuery(RawText.of("shell"), null, Details.UNKNOWN_NUMBER, null, null, null, 10,
          1 << 20)).execs()).extracting(exec -> Picture.of(exec.entry())).containsExactly(Picture.of(parent.entry()));
    }
    return reads;
  }

  @Test
  void close_underReaders_endsThemWithARefusal() throws InterruptedException, ExecutionException {
    RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1));
    write(store.writer(), new AtomicLong());
    HistoryReader reader = store.reader();
    ExecutorService threads = Executors.newFixedThreadPool(READERS);
    List<Future<Long>> readers = new ArrayList<>();
    CompletableFuture<Void> reading = new CompletableFuture<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(threads.submit(() -> readUntilClosed(reader, reading)));
    }
    reading.join();
    store.close();
    threads.shutdown();
    for (Future<Long> each : readers) {
      assertThat(each.get()).isNotNegative();
    }
  }

  private static long readUntilClosed(HistoryReader reader, CompletableFuture<Void> reading) {
    for (long reads = 0; ; reads++) {
      try {
        assertThat(reader.task(TID, new Moment(reader.boot(), 1_000 + reads % 1_000))).isPresent();
        reader.execs(new ExecQuery(null, null, Details.UNKNOWN_NUMBER, null, null, null, 10, 10));
        reader.stats();
        reading.complete(null);
      } catch (StoreException e) {
        assertThat(e).hasMessageContaining("closed");
        return reads;
      }
    }
  }
}
