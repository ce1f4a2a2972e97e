package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.CheckReport;
import io.taskhistory.store.EventCursor;
import io.taskhistory.store.EventLogContract;
import io.taskhistory.store.EventPage;
import io.taskhistory.store.HistoryEvent;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of many tasks, and under somebody who follows it while it is written and given up. */
final class EventLogTest {

  /** More than a row of events, or one that says who lives, has room for. */
  private static final int MANY = 20_000;

  private static final int COMMITS = 300;

  @TempDir
  Path directory;

  private final List<Task> all = new ArrayList<>();
  private final Random random = new Random(7);
  private long time = 10;

  private RocksDbHistoryStore open() {
    return RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1));
  }

  /** Three times as many events as it takes until it is told again who lives. */
  @Test
  void log_ofManyTasks_isReadOnceAndTellsWhoLivedAtAnyTime() {
    try (RocksDbHistoryStore store = open()) {
      HistoryWriter writer = store.writer();
      for (int i = 0; i < MANY; i++) {
        fork(writer, 1 + i, time++);
      }
      writer.commit(time);
      for (int i = 0; i < 3 * MANY; i++) {
        if (i % 2_000 == 0) {
          fork(writer, 400_000 + i, time - 10_000);
        }
        Task brief = fork(writer, 100_000 + i, time++);
        end(writer, random.nextInt(10) == 0 ? all.get(i / 5) : brief, time++);
        if (i % 500 == 499) {
          writer.commit(time);
        }
      }
      writer.commit(time);
      check(store.reader());
    }
    CheckReport report = RocksDbHistoryStore.check(directory, Progress.NONE);
    assertThat(report.findings()).isEmpty();
    try (RocksDbHistoryStore store = open()) {
      check(store.reader());
    }
  }

  private Task fork(HistoryWriter writer, int tid, long start) {
    Task task = Task.leader(writer.boot(), tid, start, writer.root());
    writer.save(task);
    all.add(task);
    return task;
  }

  private static void end(HistoryWriter writer, Task task, long time) {
    if (task.isLive()) {
      task.end(new Ending(time, 0));
      writer.save(task);
    }
  }

  private void check(HistoryReader reader) {
    List<String> expected = new ArrayList<>();
    all.forEach(task -> {
      expected.add("fork " + task.tid() + "@" + task.start());
      task.ending().ifPresent(ending -> expected.add("exit " + task.tid() + "@" + ending.time()));
    });
    assertThat(EventLogContract.all(reader, null, 1_000)).hasSizeGreaterThan(6 * MANY)
        .containsExactlyInAnyOrderElementsOf(expected);
    for (long at = 5; at < time; at += time / 9) {
      for (long to : List.of(at, at + 700)) {
        int most = random.nextBoolean() ? 100 : Integer.MAX_VALUE;
        assertThat(reader.livedWithin(new Moment(reader.boot(), at), to, most)).extracting(Task::id)
            .as("at most %d from %d to %d", most, at, to).containsExactlyElementsOf(lived(at, to, most));
      }
    }
    assertThat(reader.livedWithin(new Moment(reader.boot(), 0), time, 50_000)).extracting(Task::id)
        .containsExactlyElementsOf(lived(0, time, 50_000));
  }

  private List<TaskId> lived(long from, long to, int most) {
    return all.stream().filter(task -> task.livedWithin(from, to))
        .sorted(Comparator.comparingLong(Task::start).thenComparingInt(Task::tid))
        .limit(most).map(Task::id).toList();
  }

  @Test
  void follow_whileItIsWrittenAndGivenUp_tellsEachOnceAndWhatIsMissing() throws Exception {
    try (RocksDbHistoryStore store = open()) {
      CompletableFuture<List<String>> told = new CompletableFuture<>();
      Thread follower = new Thread(() -> follow(store.reader(), told), "follower");
      follower.start();
      HistoryWriter writer = store.writer();
      for (int i = 0; i < COMMITS; i++) {
        Task task = Task.leader(writer.boot(), 10 + i, time++, writer.root());
        Entry entry = new Entry(writer.root(), time++, task.tid(), RawText.of("run"), Provenance.OBSERVED);
        task.enter(entry);
        writer.save(entry);
        writer.save(task);
        end(writer, task, time++);
        if (i % 20 == 19) {
          store.upkeep().giveUp(Integer.MAX_VALUE);
        }
        writer.commit(time++);
      }
      Task last = Task.leader(writer.boot(), 9, time, writer.root());
      writer.save(last);
      writer.commit(time);

      List<String> events = told.get();
      assertThat(events).doesNotHaveDuplicates().contains("exec 309@1207 of 1206");
      assertThat(events.stream().filter(event -> event.startsWith("fork"))
          .map(event -> Integer.parseInt(event.substring(event.indexOf('@') + 1)))).isSorted();
      System.out.printf("%d of %d events were told before they were given up%n", events.size(), 3 * COMMITS + 1);
      follower.join();
    }
  }

  /** Until the task with tid 9 is told of. What is given up before it is told is told of as dropped. */
  private static void follow(HistoryReader reader, CompletableFuture<List<String>> told) {
    List<String> events = new ArrayList<>();
    @Nullable EventCursor next = null;
    try {
      while (events.stream().noneMatch(event -> event.startsWith("fork 9@"))) {
        EventPage page = reader.events(next, 7);
        page.events().stream().map(EventLogContract::text).forEach(events::add);
        next = page.next();
        for (HistoryEvent event : page.events()) {
          assertThat(event instanceof HistoryEvent.Execed execed ? execed.entry().name() : RawText.of("run"))
              .isEqualTo(RawText.of("run"));
        }
        assertThat(!page.events().isEmpty() || reader.awaitEvents(next, Duration.ofMinutes(1))).isTrue();
      }
      told.complete(events);
    } catch (Throwable e) {
      told.completeExceptionally(e);
    }
  }
}
