package io.taskhistory.store.rocksdb;

import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.EventCursor;
import io.taskhistory.store.EventPage;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How long it takes to find who lived at a time, at several distances, and how fast the event log is read. Arguments: how
 * many tasks have ended (1,000,000), how many live at any time (1,000).
 */
final class EventBenchmark {

  private static final BootFacts BOOT = new BootFacts(
      "5f0c1d2e-3a4b-4c5d-8e6f-708192a3b4c5", 1_700_000_000_000_000_000L, new ClockLedger.Row(0, 0, 0));
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int A_COMMIT = 100;
  private static final int A_PAGE = 1_000;
  private static final int TIDS = 1 << 21;
  private static final long APART = 100_000;

  private EventBenchmark() {}

  public static void main(String[] args) throws IOException {
    int ended = args.length > 0 ? Integer.parseInt(args[0]) : 1_000_000;
    int live = args.length > 1 ? Integer.parseInt(args[1]) : 1_000;
    Path directory = Files.createTempDirectory(Path.of(System.getProperty("java.io.tmpdir")), "event-benchmark");
    try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, BOOT)) {
      write(store.writer(), ended, live);
      for (int round = 0; round < 2; round++) {
        System.out.println(round == 0 ? "warming up" : "measuring");
        for (int tenths : List.of(0, 1, 5, 9, 10)) {
          lived(store.reader(), (ended + live) * APART * tenths / 10);
        }
        readLog(store.reader());
      }
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  /** Each task lives until so many others have been born. */
  private static void write(HistoryWriter writer, int ended, int live) {
    Deque<Task> living = new ArrayDeque<>();
    for (int i = 0; i < ended + live; i++) {
      long time = (i + 1) * APART;
      Task task = Task.leader(writer.boot(), 1 + i % TIDS, time, writer.root());
      Entry entry = new Entry(writer.root(), time + 300, task.tid(), RawText.of("true"), Provenance.OBSERVED);
      writer.save(entry);
      task.enter(entry);
      task.rename(entry.name());
      writer.save(task);
      living.add(task);
      if (living.size() > live) {
        Task oldest = living.remove();
        oldest.end(new Ending(time + 500, 0));
        writer.save(oldest);
      }
      if (i % A_COMMIT == A_COMMIT - 1) {
        writer.commit(time + 900);
      }
    }
    writer.commit((ended + live + 1) * APART);
  }

  private static void lived(HistoryReader reader, long time) {
    for (int i = 0; i < 3; i++) {
      long at = time + i * 10_000 * APART / 7;
      long began = System.nanoTime();
      long cpu = THREADS.getCurrentThreadCpuTime();
      int found = reader.livedWithin(new Moment(reader.boot(), at), at, Integer.MAX_VALUE).size();
      System.out.printf("  %d who lived at %.1f s: %.1f ms, %.1f ms of CPU%n", found, at / 1e9,
          (System.nanoTime() - began) / 1e6, (THREADS.getCurrentThreadCpuTime() - cpu) / 1e6);
    }
  }

  private static void readLog(HistoryReader reader) {
    long began = System.nanoTime();
    long cpu = THREADS.getCurrentThreadCpuTime();
    long events = 0;
    @Nullable EventCursor next = null;
    do {
      EventPage page = reader.events(next, A_PAGE);
      events += page.events().size();
      next = page.next();
    } while (!next.equals(reader.newestEvent()) && events < 1_000_000);
    double seconds = (System.nanoTime() - began) / 1e9;
    double micros = (THREADS.getCurrentThreadCpuTime() - cpu) / 1e3;
    System.out.printf("  %d events read in pages of %d: %.0f a second, %.1f µs of CPU each%n", events, A_PAGE,
        events / seconds, micros / events);
  }
}
