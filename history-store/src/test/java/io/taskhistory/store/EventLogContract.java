package io.taskhistory.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LONG;
import static org.awaitility.Awaitility.await;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store tells of what was kept, in which order, and of who lived at a time. */
public abstract class EventLogContract extends StoreContract {

  private Task fork(int tid, long start) {
    Task task = Task.leader(writer.boot(), tid, start, writer.root());
    task.rename(RawText.of("sh"));
    writer.save(task);
    return task;
  }

  private Entry exec(Task task, long time, String name) {
    Entry entry = new Entry(task.entry(), time, task.tid(), RawText.of(name), Provenance.OBSERVED);
    writer.save(entry);
    task.enter(entry);
    writer.save(task);
    return entry;
  }

  private void exit(Task task, long time) {
    task.end(new Ending(time, 0));
    writer.save(task);
  }

  /** An event in short: {@code fork 10@100}. */
  public static String text(HistoryEvent event) {
    if (event instanceof HistoryEvent.Forked forked) {
      return "fork " + forked.task().tid() + "@" + forked.time();
    }
    if (event instanceof HistoryEvent.Execed execed) {
      return "exec " + execed.entry().pid() + "@" + execed.time() + " of " + execed.task().start();
    }
    if (event instanceof HistoryEvent.Exited exited) {
      return "exit " + exited.task().tid() + "@" + exited.time();
    }
    return "gap " + ((HistoryEvent.GapKept) event).gap().id() + "@" + event.time();
  }

  /** All behind a place, read in pages of that size. */
  public static List<String> all(HistoryReader reader, @Nullable EventCursor after, int most) {
    List<String> all = new ArrayList<>();
    @Nullable EventCursor next = after;
    do {
      EventPage page = reader.events(next, most);
      page.events().forEach(event -> all.add(text(event)));
      assertThat(page.events().size()).isLessThanOrEqualTo(most);
      next = page.next();
    } while (!next.equals(reader.newestEvent()));
    return all;
  }

  private List<String> all() {
    return all(reader, null, 100);
  }

  @Test
  void events_ofWholeLives_comeOnceByCommitAndTime() {
    Task shell = fork(10, 100);
    exec(shell, 110, "sh");
    Task short1 = fork(12, 130);
    exit(short1, 140);
    Task thread = Task.thread(shell, 11, 120);
    writer.save(thread);
    Gap gap = writer.gap("trace", 50, 115, 3, Gap.Cause.OVERFLOW);
    writer.commit(150);
    writer.save(shell);
    exit(thread, 155);
    exit(shell, 160);
    Task found = fork(9, 20);
    writer.commit(170);

    assertThat(gap.id()).isEqualTo(1);
    assertThat(all()).containsExactly("fork 10@100", "exec 10@110 of 100", "gap 1@115", "fork 11@120", "fork 12@130",
        "exit 12@140", "fork 9@20", "exit 11@155", "exit 10@160");
    assertThat(found.isLive()).isTrue();
  }

  @Test
  void events_atTheSameTime_comeInTheOrderOfALife() {
    Task task = fork(10, 100);
    exec(task, 100, "sh");
    exit(task, 100);
    fork(9, 100);
    writer.commit(100);

    assertThat(all()).containsExactly("fork 9@100", "fork 10@100", "exec 10@100 of 100", "exit 10@100");
  }

  @Test
  void events_beforeTheCommit_areNone() {
    EventCursor before = reader.newestEvent();
    fork(10, 100);
    assertThat(reader.events(null, 10).events()).isEmpty();
    assertThat(reader.events(before, 10).events()).isEmpty();
    assertThat(reader.newestEvent()).isEqualTo(before);
    writer.commit(100);
    assertThat(all(reader, before, 10)).containsExactly("fork 10@100");
  }

  @Test
  void events_ofWhatIsLearnedLater_areNotRepeatedButRead() {
    Task task = fork(10, 100);
    Entry entry = new Entry(task.entry(), 110, 10, RawText.UNKNOWN, Provenance.UNKNOWN);
    writer.save(entry);
    task.enter(entry);
    exit(task, 120);
    writer.commit(150);
    entry.know(RawText.of("ls"), Provenance.RESOLVED);
    entry.detail(HistoryStoreContract.details(1));
    writer.save(entry);
    task.end(new Ending(120, 9));
    writer.save(task);
    writer.commit(160);

    List<HistoryEvent> events = reader.events(null, 10).events();
    assertThat(events).hasSize(3);
    assertThat(Picture.of(((HistoryEvent.Execed) events.get(1)).entry())).isEqualTo(Picture.of(entry));
    assertThat(((HistoryEvent.Exited) events.get(2)).task().ending()).contains(new Ending(120, 9));
    openAgain(FIRST_BOOT);
    assertThat(all()).containsExactly("fork 10@100", "exec 10@110 of 100", "exit 10@120");
  }

  @Test
  void events_execToldAfterItsTaskWasKeptAsEnded_hasTheTask() {
    Task task = fork(10, 100);
    exit(task, 120);
    writer.commit(150);
    writer.save(new Entry(writer.root(), 110, 10, RawText.of("ls"), Provenance.OBSERVED));
    writer.commit(160);

    assertThat(all()).containsExactly("fork 10@100", "exit 10@120", "exec 10@110 of 100");
  }

  @Test
  void events_fromAnyPlaceInPagesOfAnySize_areTheRest() {
    for (int i = 0; i < 7; i++) {
      Task task = fork(10 + i, 100 * i + 1);
      exec(task, 100 * i + 2, "run");
      if (i % 2 == 0) {
        exit(task, 100 * i + 3);
      }
      writer.commit(100 * i + 10);
      if (i == 4) {
        openAgain(FIRST_BOOT);
      }
    }
    openAgain(SECOND_BOOT);
    exit(fork(3, 5), 6);
    writer.commit(10);

    List<String> all = all();
    assertThat(all).hasSize(20).doesNotHaveDuplicates();
    List<HistoryEvent> events = reader.events(null, 100).events();
    for (int i = 0; i < events.size(); i++) {
      for (int most : List.of(1, 3, 100)) {
        EventCursor cursor = EventCursor.parse(events.get(i).cursor().toString()).orElseThrow();
        assertThat(all(reader, cursor, most)).isEqualTo(all.subList(i + 1, all.size()));
        assertThat(reader.events(cursor, most).droppedUpTo()).isEmpty();
      }
    }
    assertThat(events.get(19).cursor()).isEqualTo(reader.newestEvent());
  }

  @Test
  void events_whatWasLiveWhenTheBootEnded_hasNoEnd() {
    fork(10, 100);
    writer.commit(100);
    openAgain(SECOND_BOOT);
    fork(10, 50);
    writer.commit(60);

    List<HistoryEvent> events = reader.events(null, 10).events();
    assertThat(events).extracting(event -> event.boot().index() + " " + text(event))
        .containsExactly("0 fork 10@100", "1 fork 10@50");
  }

  @Test
  void events_whatIsNotKeptAnyMore_isPassedOver() {
    Task stays = fork(10, 100);
    exit(fork(11, 101), 102);
    writer.commit(110);
    EventCursor first = reader.events(null, 1).next();
    EventCursor second = reader.newestEvent();
    store.upkeep().giveUp(Integer.MAX_VALUE);
    writer.commit(120);
    exit(stays, 130);
    writer.commit(140);

    for (int i = 0; i < 2; i++) {
      assertThat(reader.events(second, 10).droppedUpTo()).isEmpty();
      assertThat(all(reader, second, 10)).containsExactly("exit 10@130");
      EventPage page = reader.events(first, 10);
      assertThat(page.droppedUpTo().map(Moment::time)).get(LONG).isBetween(111L, 131L);
      assertThat(page.events()).extracting(EventLogContract::text).containsExactly("exit 10@130");
      assertThat(reader.events(page.next(), 10).droppedUpTo()).isEmpty();
      openAgain(FIRST_BOOT);
    }
  }

  @Test
  void events_placeOfABootThatIsForgotten_goOnWithTheOldest() {
    Boot old = writer.boot();
    exit(fork(10, 100), 110);
    writer.commit(120);
    EventCursor place = reader.newestEvent();
    openAgain(SECOND_BOOT);
    exit(fork(11, 100), 110);
    writer.commit(120);
    assertThat(reader.events(place, 10).droppedUpTo()).isEmpty();
    int last = store.upkeep().slices().stream().filter(slice -> slice.boot() == old.index())
        .mapToInt(Upkeep.Slice::number).max().orElseThrow();
    store.upkeep().giveUp(last);
    writer.commit(130);

    EventPage page = reader.events(place, 10);
    assertThat(page.droppedUpTo().map(Moment::boot)).contains(reader.boot());
    assertThat(page.events()).extracting(EventLogContract::text).containsExactly("fork 11@100", "exit 11@110");
  }

  @Test
  void events_placeBeyondAllThatIsKept_goOnWithTheOldest() {
    fork(10, 100);
    writer.commit(120);
    EventCursor newest = reader.newestEvent();

    EventPage page = reader.events(new EventCursor(newest.boot(), newest.row() + 9, 1), 10);
    assertThat(page.droppedUpTo()).isPresent();
    assertThat(page.events()).hasSize(1);
    assertThat(page.next()).isEqualTo(newest);
  }

  @Test
  void newestEvent_ofAnEmptyStore_isThePlaceBeforeTheFirst() {
    EventCursor first = reader.newestEvent();
    openAgain(FIRST_BOOT);
    assertThat(reader.newestEvent()).isEqualTo(first);
    EventPage page = reader.events(first, 10);
    assertThat(page.events()).isEmpty();
    assertThat(page.next()).isEqualTo(first);
    assertThat(page.droppedUpTo()).isEmpty();
  }

  @Test
  void parse_anyOtherText_isNoPlace() {
    EventCursor cursor = new EventCursor("5f0c1d2e3a4b", Long.MAX_VALUE, Integer.MAX_VALUE);
    assertThat(EventCursor.parse(cursor.toString())).contains(cursor);
    assertThat(List.of("", "x", "5f0c1d2e3a4b", "5f0c1d2e3a4b-1", "5f0c1d2e3a4b-1-2-3", "5F0C1D2E3A4B-1-2",
        "5f0c1d2e3a4b--1-2", "5f0c1d2e3a4b-9999999999999999999-2", "5f0c1d2e3a4b-1-9999999999"))
        .allSatisfy(text -> assertThat(EventCursor.parse(text)).isEmpty());
  }

  @Test
  void awaitEvents_untilTheCommit_wakesAllWhoWait() throws Exception {
    EventCursor newest = reader.newestEvent();
    assertThat(reader.awaitEvents(newest, Duration.ofMillis(1))).isFalse();
    List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(waitFor(newest));
    }
    fork(10, 100);
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    writer.commit(120);

    await().until(() -> waiting.stream().allMatch(CompletableFuture::isDone));
    for (CompletableFuture<Boolean> each : waiting) {
      assertThat(each.get()).isTrue();
    }
    assertThat(reader.awaitEvents(newest, Duration.ZERO)).isTrue();
    CompletableFuture<Boolean> last = waitFor(reader.newestEvent());
    store.close();
    await().until(last::isDone);
  }

  private CompletableFuture<Boolean> waitFor(EventCursor cursor) {
    HistoryReader asked = reader;
    CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    Thread waiting = new Thread(() -> {
      try {
        outcome.complete(asked.awaitEvents(cursor, Duration.ofMinutes(2)));
      } catch (InterruptedException e) {
        outcome.completeExceptionally(e);
      }
    }, "waits for events");
    waiting.start();
    await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING || outcome.isDone());
    return outcome;
  }

  private List<Integer> lived(long from, long to) {
    return reader.livedWithin(new Moment(reader.boot(), from), to, 100).stream().map(Task::tid).toList();
  }

  @Test
  void livedWithin_startIncludedAndEndNot_areProcessesByStart() {
    Task shell = fork(10, 100);
    Task other = fork(9, 100);
    writer.save(Task.thread(shell, 11, 105));
    writer.commit(110);
    exit(fork(12, 120), 130);
    exit(other, 125);
    exit(fork(13, 126), 126);
    writer.commit(140);
    fork(14, 150);

    assertThat(lived(99, 99)).isEmpty();
    assertThat(lived(100, 100)).containsExactly(9, 10);
    assertThat(lived(124, 124)).containsExactly(9, 10, 12);
    assertThat(lived(125, 125)).containsExactly(10, 12);
    assertThat(lived(130, 130)).containsExactly(10);
    assertThat(lived(126, 149)).containsExactly(10, 12);
    assertThat(lived(0, Long.MAX_VALUE)).containsExactly(9, 10, 12, 14);
    assertThat(reader.livedWithin(new Moment(reader.boot(), 0), 1_000, 3)).extracting(Task::tid)
        .containsExactly(9, 10, 12);
    assertThat(lived(-9, -1)).isEmpty();
  }

  @Test
  void livedWithin_bornLateInTheLog_areFound() {
    fork(10, 100);
    writer.commit(200);
    Task late = fork(11, 150);
    writer.commit(300);
    exit(fork(12, 160), 170);
    exit(late, 310);
    writer.commit(320);

    assertThat(lived(155, 155)).containsExactly(10, 11);
    assertThat(lived(165, 165)).containsExactly(10, 11, 12);
    assertThat(lived(250, 250)).containsExactly(10, 11);
    assertThat(lived(310, 310)).containsExactly(10);
    openAgain(SECOND_BOOT);
    Moment then = new Moment(reader.boots().get(0), 165);
    assertThat(reader.livedWithin(then, 165, 10)).extracting(Task::tid).containsExactly(10, 11, 12);
    assertThat(lived(165, 165)).isEmpty();
  }

  @Test
  void livedWithin_whileHistoryIsGivenUp_areWhoIsKept() {
    Task stays = fork(10, 100);
    exit(fork(11, 101), 150);
    writer.commit(160);
    store.upkeep().giveUp(Integer.MAX_VALUE);
    writer.commit(170);
    exit(stays, 180);
    writer.commit(190);

    assertThat(lived(120, 120)).containsExactly(10);
    assertThat(lived(0, 200)).containsExactly(10);
    assertThat(lived(180, 180)).isEmpty();
    openAgain(FIRST_BOOT);
    assertThat(lived(120, 120)).containsExactly(10);
  }
}
