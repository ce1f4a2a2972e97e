package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.Flush;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A process that writes until it is killed. Commit number c tells what happened in the thousand ticks from 1000 c on:
 * one of a few long-lived tasks is replaced, and {@value #SHORT} short ones come and go. After each commit it prints c.
 */
final class CrashChild {

  static final int SHORT = 10;
  static final int LONG_LIVED = 7;
  private static final int REOPENINGS = 3;
  static final Duration PERIOD = Duration.ofNanos(40_000);

  private CrashChild() {}

  /** Arguments: the directory; then how to flush, after how many records, and which commit is the last. */
  public static void main(String[] args) {
    StoreSettings sliced = StoreSettings.sliced(PERIOD);
    if (args.length == 1) {
      follow(open(args[0], sliced), Integer.MAX_VALUE);
      return;
    }
    StoreSettings settings = sliced.with(Flush.valueOf(args[1]), Integer.parseInt(args[2]));
    int last = Integer.parseInt(args[3]);
    for (int part = 1; part < REOPENINGS; part++) {
      try (RocksDbHistoryStore store = open(args[0], settings)) {
        follow(store, last * part / REOPENINGS);
      }
    }
    follow(open(args[0], settings), last);
    Runtime.getRuntime().halt(0); // not closed
  }

  private static RocksDbHistoryStore open(String directory, StoreSettings settings) {
    return RocksDbHistoryStore.open(Path.of(directory), HistoryStoreContract.facts(1), settings);
  }

  private static void follow(RocksDbHistoryStore store, int last) {
    HistoryWriter writer = store.writer();
    for (int c = writer.watermark() < 0 ? 1 : (int) (writer.watermark() / 1000) + 1; c <= last; c++) {
      follow(writer, c);
      writer.commit(watermark(c));
      System.out.println(c);
    }
  }

  static long watermark(int c) {
    return 1000L * c + 999;
  }

  static int longLivedTid(int c) {
    return 10 + c % LONG_LIVED;
  }

  static int shortTid(int c, int i) {
    return 100 + (c * SHORT + i) % 900;
  }

  static long shortStart(int c, int i) {
    return 1000L * c + 10 * (i + 1);
  }

  private static void follow(HistoryWriter writer, int c) {
    Task before = writer.live().get(longLivedTid(c));
    if (before != null) {
      before.end(new Ending(1000L * c, 0));
      writer.save(before);
    }
    Task task = start(writer, writer.root(), longLivedTid(c), 1000L * c + 1);
    for (int i = 0; i < SHORT; i++) {
      Task child = start(writer, task.entry(), shortTid(c, i), shortStart(c, i));
      child.createdBy(task.tid(), task.start());
      child.end(new Ending(shortStart(c, i) + 5, i));
      writer.save(child);
    }
  }

  private static Task start(HistoryWriter writer, Entry parent, int tid, long start) {
    Entry entry = new Entry(parent, start, tid, RawText.of("run" + start), Provenance.OBSERVED);
    entry.detail(HistoryStoreContract.details(tid % 3));
    writer.save(entry);
    Task task = Task.leader(writer.boot(), tid, start, entry);
    task.rename(entry.name());
    writer.save(task);
    return task;
  }
}
