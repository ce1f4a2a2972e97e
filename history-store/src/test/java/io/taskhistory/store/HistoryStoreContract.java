package io.taskhistory.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Details;
import io.taskhistory.history.Doubts;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.SignalOrigin;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store does. A store passes by extending this and saying how it is opened. */
public abstract class HistoryStoreContract extends StoreContract {

  private static final long NONE = Details.UNKNOWN_NUMBER;

  /** Details, the same for the same number, with some of them unknown. */
  public static Details details(int number) {
    return new Details(
        RawText.of("/usr/bin/python3." + number), RawText.of("/usr/bin/tool" + number),
        List.of(RawText.of("tool"), RawText.EMPTY, RawText.of(new byte[] {0x27, (byte) 0xff, 0x0a})), number % 2 == 0,
        RawText.of("/"), number, 0, NONE, 4, 4_294_967_295L, NONE, RawText.EMPTY, RawText.UNKNOWN,
        RawText.of("c0ffee"), 17);
  }

  private Entry exec(Entry parent, long time, int pid, String name) {
    Entry entry = new Entry(parent, time, pid, RawText.of(name), Provenance.OBSERVED);
    writer.save(entry);
    return entry;
  }

  private Task live(int tid, long start, Entry entry) {
    Task task = Task.leader(writer.boot(), tid, start, entry);
    task.rename(entry.name());
    writer.save(task);
    return task;
  }

  private List<TaskId> held(int tid, long from, long to) {
    return reader.tasks(tid, new Moment(reader.boot(), from), to).stream().map(Task::id).toList();
  }

  private Task child(Task creator, int tid, long start) {
    Task task = live(tid, start, creator.entry());
    task.createdBy(creator.tid(), creator.start());
    return task;
  }

  private void end(Task task, long time) {
    task.end(new Ending(time, 0));
    writer.save(task);
  }

  private Optional<Task> at(int tid, long time) {
    return reader.task(tid, new Moment(reader.boot(), time));
  }

  private static String picture(Optional<Task> task) {
    return task.map(Picture::of).orElse("nobody");
  }

  @Test
  void taskThatLivedNoTime_startedWithinTheLifeOfAnother_isNotInItsWay() {
    Entry entry = exec(writer.root(), 90, 7, "sh");
    Task replaced = live(7, 120, entry);
    end(replaced, 120);
    Task task = live(7, 100, entry);
    writer.commit(150);
    end(task, 200);
    writer.commit(250);
    assertThat(at(7, 130).map(Task::id)).contains(task.id());
    assertThat(reader.task(7).map(Task::id)).contains(task.id());
    assertThat(reader.task(replaced.id()).map(Task::id)).contains(replaced.id());
  }

  @Test
  void open_newBoot_hasOnlyTheRoot() {
    assertThat(writer.watermark()).isEqualTo(-1);
    assertThat(writer.live().size()).isZero();
    assertThat(writer.root().isRoot()).isTrue();
    assertThat(writer.root().name()).isEqualTo(RawText.of("swapper/0"));
    assertThat(reader.boots()).containsExactly(reader.boot());
    assertThat(reader.boot().id()).isEqualTo(FIRST_BOOT.bootId());
    assertThat(reader.boot().wallStart()).isEqualTo(FIRST_BOOT.wallStart());
    assertThat(reader.task(1)).isEmpty();
    assertThat(reader.execs(any(10, 10)).execs()).isEmpty();
    assertThat(reader.gaps(reader.boot())).isEmpty();
  }

  @Test
  void save_liveTask_isFoundBeforeTheCommit() {
    Task task = live(10, 100, writer.root());

    assertThat(reader.task(10)).containsSame(task);
    assertThat(at(10, 100)).containsSame(task);
    assertThat(at(10, 99)).isEmpty();
    assertThat(reader.task(task.id())).containsSame(task);
    assertThat(reader.live().get(10)).isSameAs(task);
  }

  @Test
  void save_endedTaskWhoseStatusIsToldLater_hasIt() {
    Task task = live(10, 100, exec(writer.root(), 100, 10, "sh"));
    task.createdBy(1, 1);
    writer.commit(150);
    task.end(new Ending(200, Ending.UNKNOWN_STATUS));
    writer.save(task);
    Task next = live(10, 200, writer.root());
    writer.commit(210);
    task.end(new Ending(200, 9));
    writer.save(task);
    assertThat(reader.task(10)).containsSame(next);
    writer.commit(220);

    assertThat(at(10, 199)).get().extracting(t -> t.ending().orElseThrow()).isEqualTo(new Ending(200, 9));
    assertThat(writer.live().size()).isEqualTo(1);
    assertThat(reader.children(new TaskId(writer.boot().key(), 1, 1), null, 10)).hasSize(1);
    openAgain(FIRST_BOOT);
    assertThat(writer.live().size()).isEqualTo(1);
    assertThat(at(10, 199)).get().extracting(t -> t.ending().orElseThrow()).isEqualTo(new Ending(200, 9));
  }

  @Test
  void save_taskEndedInAnyWay_tellsHowAndByWhom() {
    TaskId sender = new TaskId(writer.boot().key(), 4_194_303, 3);
    List<Ending> endings = List.of(
        new Ending(200, 0), new Ending(200, 255 << 8), new Ending(200, Ending.UNKNOWN_STATUS),
        new Ending(200, Ending.UNREPORTED), new Ending(200, Ending.UNREPORTED, null, true),
        new Ending(200, 9, new SignalOrigin(9, 190, SignalOrigin.Kind.TASK, -6, sender), false),
        new Ending(200, 9, new SignalOrigin(9, 0, SignalOrigin.Kind.KERNEL, 128, null), true),
        new Ending(200, 0x80 | 11, new SignalOrigin(11, 200, SignalOrigin.Kind.KERNEL, 1, null), false),
        new Ending(200, 64, new SignalOrigin(64, 210, SignalOrigin.Kind.TASK, Integer.MIN_VALUE, null), false),
        new Ending(200, 14, new SignalOrigin(14, 100, SignalOrigin.Kind.INTERRUPT, Integer.MAX_VALUE, null), false));
    Entry entry = exec(writer.root(), 90, 1, "sh");
    List<Task> tasks = new ArrayList<>();
    for (Ending ending : endings) {
      Task task = live(10 + tasks.size(), 100, entry);
      task.end(ending);
      writer.save(task);
      tasks.add(task);
    }
    writer.commit(250);
    assertThat(tasks).map(task -> reader.task(task.id()).orElseThrow().ending().orElseThrow()).isEqualTo(endings);
    openAgain(SECOND_BOOT);
    assertThat(tasks).map(task -> reader.task(task.id()).orElseThrow().ending().orElseThrow()).isEqualTo(endings);
  }

  @Test
  void watermark_ofABoot_isItsLastOne() {
    Boot first = writer.boot();
    assertThat(reader.watermark(first)).isEqualTo(-1);
    writer.commit(77);
    assertThat(reader.watermark(first)).isEqualTo(77);
    openAgain(SECOND_BOOT);
    writer.commit(5);
    assertThat(reader.watermark(first)).isEqualTo(77);
    assertThat(reader.watermark(writer.boot())).isEqualTo(reader.watermark()).isEqualTo(5);
  }

  @Test
  void save_endedTask_staysAmongTheLiveOnesUntilTheCommit() {
    Task task = live(10, 100, exec(writer.root(), 100, 10, "sh"));
    writer.commit(150);
    end(task, 200);

    assertThat(at(10, 199)).containsSame(task);
    assertThat(reader.task(10)).containsSame(task);

    writer.commit(200);

    assertThat(reader.live().get(10)).isNull();
    assertThat(picture(at(10, 199))).isEqualTo(Picture.of(task));
    assertThat(at(10, 200)).isEmpty();
    assertThat(picture(reader.task(10))).isEqualTo(Picture.of(task));
    assertThat(picture(reader.task(task.id()))).isEqualTo(Picture.of(task));
  }

  @Test
  void save_endedTaskAfterItsTidWasReused_leavesTheNewHolder() {
    Task first = live(10, 100, writer.root());
    end(first, 200);
    writer.commit(200);
    Task second = live(10, 300, writer.root());
    writer.save(first);

    assertThat(reader.task(10)).containsSame(second);
    writer.commit(300);
    assertThat(reader.task(10)).containsSame(second);
    assertThat(picture(at(10, 150))).isEqualTo(Picture.of(first));
  }

  @Test
  void commit_wholeLifeSinceTheLast_isKept() {
    Entry shell = exec(writer.root(), 90, 10, "sh");
    Task task = live(10, 80, shell);
    task.createdBy(1, 0);
    end(task, 95);
    writer.commit(100);

    openAgain(FIRST_BOOT);

    assertThat(picture(reader.task(10))).isEqualTo(Picture.of(task));
    assertThat(reader.live().size()).isZero();
  }

  @Test
  void commit_notDone_leavesNothing() {
    live(10, 100, writer.root());
    writer.commit(150);
    live(11, 160, exec(writer.root(), 160, 11, "lost"));
    writer.gap("proc", 1, 2, 3, Gap.Cause.OVERFLOW);

    openAgain(FIRST_BOOT);

    assertThat(writer.watermark()).isEqualTo(150);
    assertThat(reader.watermark()).isEqualTo(150);
    assertThat(reader.task(10)).isPresent();
    assertThat(reader.task(11)).isEmpty();
    assertThat(reader.execs(any(10, 10)).execs()).isEmpty();
    assertThat(reader.gaps(reader.boot())).isEmpty();
  }

  @Test
  void commit_lowerWatermark_leavesIt() {
    writer.commit(100);
    writer.commit(90);

    assertThat(reader.watermark()).isEqualTo(100);
  }

  @Test
  void open_sameBoot_bringsLiveTasksBackAsTheyWere() {
    Gap gap = writer.gap("proc", 10, 20, Gap.UNCOUNTED, Gap.Cause.SEQUENCE);
    Gap other = writer.gap("proc", 30, 40, 7, Gap.Cause.STOPPED);
    Entry init = exec(writer.root(), 5, 1, "init");
    Entry shell = exec(init, 60, 10, "sh");
    shell.detail(details(1));
    Task task = live(10, 50, shell);
    task.createdBy(1, 0);
    task.reapedBy(new TaskId(writer.boot().key(), 1, 0));
    task.rename(RawText.of("renamed"));
    task.imprint(0x7ffc_1234_5678L);
    task.doubt(Doubts.NONE.withCreatorAssumed().withGap(gap).withGap(other));
    Task thread = Task.thread(task, 11, 70);
    thread.createdBy(10, 50);
    thread.rename(RawText.UNKNOWN);
    writer.save(thread);
    Task orphan = live(12, 80, init);
    orphan.reapedBy(new TaskId(writer.boot().key(), 3, 4));
    writer.commit(100);
    List<String> before = List.of(Picture.of(task), Picture.of(thread), Picture.of(orphan));

    openAgain(FIRST_BOOT);

    Task again = live(10);
    assertThat(List.of(Picture.of(again), Picture.of(live(11)), Picture.of(live(12)))).isEqualTo(before);
    assertThat(live(11).leader()).isSameAs(again);
    assertThat(again.boot()).isSameAs(writer.boot());
    assertThat(again.entry().parent()).isSameAs(live(12).entry());
    assertThat(live(12).entry().parent()).isSameAs(writer.root());
    assertThat(again.doubts().gaps()).isEqualTo(reader.gaps(reader.boot()));
  }

  private Task live(int tid) {
    return Objects.requireNonNull(reader.live().get(tid));
  }

  @Test
  void open_sameBoot_goesOnWithItsIdsAndClock() {
    writer.gap("proc", 10, 20, 1, Gap.Cause.CONTRADICTION);
    ClockLedger.Row row = new ClockLedger.Row(50, 1_000_000_000, 3_000_000);
    assertThat(writer.boot().clock().observe(row)).isTrue();
    writer.clock(row);
    writer.commit(60);

    openAgain(new BootFacts(FIRST_BOOT.bootId(), 999, FIRST_BOOT.clock()));

    assertThat(reader.boot().wallStart()).isEqualTo(FIRST_BOOT.wallStart());
    assertThat(reader.boot().clock().rows()).containsExactly(FIRST_BOOT.clock(), row);
    assertThat(writer.gap("trace", 70, 70, 0, Gap.Cause.OVERFLOW).id()).isEqualTo(2);
    writer.commit(80);
    assertThat(reader.gaps(reader.boot())).extracting(Gap::id).containsExactly(1, 2);
  }

  @Test
  void position_isKeptWithTheCommit_andOfTheSameBootAlone() {
    writer.position(new byte[] {1, 2, 3});
    assertThat(writer.position()).as("before the commit").isEmpty();
    writer.commit(100);
    assertThat(writer.position()).containsExactly(1, 2, 3);
    writer.position(new byte[] {4});
    openAgain(FIRST_BOOT);
    assertThat(writer.position()).as("what was not committed is not kept").containsExactly(1, 2, 3);
    writer.commit(200);
    openAgain(SECOND_BOOT);
    assertThat(writer.position()).as("of another boot").isEmpty();
  }

  /** A source that has none took over: the one before must not go on where it once was. */
  @Test
  void position_thatIsEmpty_replacesTheOneBefore() {
    writer.position(new byte[] {1, 2, 3});
    writer.commit(100);
    writer.position(new byte[0]);
    writer.commit(200);
    assertThat(writer.position()).isEmpty();
    openAgain(FIRST_BOOT);
    assertThat(writer.position()).isEmpty();
    assertThat(writer.watermark()).isEqualTo(200);
  }

  @Test
  void open_sameBootAfterTheClockWasSet_keepsTheNewOffset() {
    ClockLedger.Row now = new ClockLedger.Row(500, 3_600_000_000_000L, 0);
    openAgain(new BootFacts(FIRST_BOOT.bootId(), 0, now));
    openAgain(FIRST_BOOT);

    assertThat(reader.boot().clock().rows())
        .containsExactly(FIRST_BOOT.clock(), now.after(FIRST_BOOT.clock(), FIRST_BOOT.clock().from()));
  }

  @Test
  void open_sameBootAfterTheClockWasSet_knowsSinceWhenNobodyLooked() {
    writer.commit(200);
    openAgain(new BootFacts(FIRST_BOOT.bootId(), 0, new ClockLedger.Row(500, 3_600_000_000_000L, 0)));
    openAgain(FIRST_BOOT);

    assertThat(reader.boot().clock().last()).isEqualTo(new ClockLedger.Row(500, 3_600_000_000_000L, 0, 200));
  }

  @Test
  void clock_rowThatIsKept_isThereAgain() {
    ClockLedger.Row row = new ClockLedger.Row(900, -3_600_000_000_000L, 77_000_000_000L, 850);
    writer.boot().clock().observe(row);
    writer.clock(row);
    writer.commit(1000);
    openAgain(FIRST_BOOT);

    assertThat(reader.boot().clock().last()).isEqualTo(row);
  }

  @Test
  void open_newBoot_closesTheOldOnesTasks() {
    Entry shell = exec(writer.root(), 60, 10, "sh");
    Task task = live(10, 50, shell);
    Task thread = Task.thread(task, 11, 70);
    writer.save(thread);
    Task early = live(12, 51, shell);
    end(early, 55);
    live(13, 150, shell);
    writer.commit(100);
    Boot old = writer.boot();

    openAgain(SECOND_BOOT);

    assertThat(reader.boots()).extracting(Boot::index).containsExactly(0, 1);
    assertThat(writer.watermark()).isEqualTo(-1);
    assertThat(reader.live().size()).isZero();
    Ending closed = new Ending(100, Ending.UNKNOWN_STATUS);
    assertThat(reader.task(10).flatMap(Task::ending)).contains(closed);
    assertThat(reader.task(11).flatMap(Task::ending)).contains(closed);
    assertThat(reader.task(11).map(Task::tgid)).contains(10);
    assertThat(reader.task(12).flatMap(Task::ending)).contains(new Ending(55, 0));
    assertThat(reader.task(13).flatMap(Task::ending)).contains(new Ending(150, Ending.UNKNOWN_STATUS));
    assertThat(reader.task(10, new Moment(old, 99)).map(t -> Picture.of(t.entry()))).contains(Picture.of(shell));
    assertThat(at(10, 99)).isEmpty();
    assertThat(reader.task(task.id()).map(Task::boot)).contains(old);
  }

  @Test
  void open_bootThatALaterOneFollowed_isRefused() {
    openAgain(SECOND_BOOT);
    store.close();

    assertThatThrownBy(() -> open(FIRST_BOOT))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(FIRST_BOOT.bootId());
    store = open(SECOND_BOOT);
  }

  @Test
  void task_tidReused_isWhoeverHeldItThen() {
    List<Task> holders = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Task task = live(10, 100 * i, exec(writer.root(), 100 * i, 10, "run" + i));
      holders.add(task);
      if (i < 4) {
        end(task, 100 * i + 50);
      }
      if (i % 2 == 1) {
        writer.commit(100 * i + 60);
      }
    }
    writer.commit(500);

    for (int i = 0; i < 5; i++) {
      assertThat(picture(at(10, 100 * i))).isEqualTo(Picture.of(holders.get(i)));
      assertThat(picture(at(10, 100 * i + 49))).isEqualTo(Picture.of(holders.get(i)));
      assertThat(at(10, 100 * i + 50).isPresent()).isEqualTo(i == 4);
      assertThat(picture(reader.task(holders.get(i).id()))).isEqualTo(Picture.of(holders.get(i)));
    }
    assertThat(held(10, 60, 90)).isEmpty();
    assertThat(held(10, 50, 100)).containsExactly(holders.get(1).id());
    assertThat(held(10, 49, 99)).containsExactly(holders.get(0).id());
    assertThat(held(10, 149, 400)).containsExactly(
        holders.get(4).id(), holders.get(3).id(), holders.get(2).id(), holders.get(1).id());
    assertThat(held(10, -20, -10)).isEmpty();
    assertThat(held(10, -20, Long.MAX_VALUE)).hasSize(5);
    assertThat(reader.task(10)).containsSame(holders.get(4));
    assertThat(at(9, 100)).isEmpty();
    assertThat(at(11, 100)).isEmpty();
  }

  @Test
  void task_sameTidInTwoBoots_isTheLastUnlessABootIsNamed() {
    Task old = live(10, 100, exec(writer.root(), 100, 10, "old"));
    end(old, 200);
    writer.commit(200);
    openAgain(SECOND_BOOT);
    assertThat(reader.task(10).map(Task::comm)).contains(RawText.of("old"));
    Task now = live(10, 100, exec(writer.root(), 100, 10, "new"));
    end(now, 200);
    writer.commit(200);

    assertThat(reader.task(10).map(Task::comm)).contains(RawText.of("new"));
    assertThat(at(10, 150).map(Task::comm)).contains(RawText.of("new"));
    assertThat(reader.task(10, new Moment(reader.boots().get(0), 150)).map(Task::comm)).contains(RawText.of("old"));
    assertThat(picture(reader.task(old.id()))).isEqualTo(Picture.of(old));
  }

  @Test
  void task_namesOfAnyBytes_comeBackAsTheyWere() {
    byte[] all = new byte[255];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) (i + 1);
    }
    Entry odd = new Entry(writer.root(), 10, 10, RawText.of(all), Provenance.RESOLVED);
    Entry empty = new Entry(odd, 11, 10, RawText.EMPTY, Provenance.SNAPSHOT);
    Entry unknown = new Entry(empty, 12, 10, RawText.UNKNOWN, Provenance.UNKNOWN);
    Entry question = new Entry(unknown, 13, 10, RawText.of("?"), Provenance.OBSERVED);
    List.of(odd, empty, unknown, question).forEach(writer::save);
    for (RawText comm : List.of(RawText.of(all), RawText.EMPTY, RawText.UNKNOWN, RawText.of("?"))) {
      Task task = live(10, 20, question);
      task.rename(comm);
      end(task, 30);
      writer.commit(30);

      assertThat(picture(reader.task(10))).isEqualTo(Picture.of(task));
    }
  }

  @Test
  void save_entryAfterAllItsTasksEnded_isSeenInTheirHistories() {
    Entry shell = new Entry(writer.root(), 100, 10, RawText.UNKNOWN, Provenance.UNKNOWN);
    writer.save(shell);
    Task task = live(10, 90, exec(shell, 110, 10, "ls"));
    end(task, 120);
    writer.commit(150);
    Task held = reader.task(10).orElseThrow();

    shell.know(RawText.of("sh"), Provenance.RESOLVED);
    shell.detail(details(2));
    writer.save(shell);
    writer.commit(200);

    assertThat(picture(reader.task(10))).isEqualTo(Picture.of(task));
    assertThat(Objects.requireNonNull(held.entry().parent()).time()).isEqualTo(100);
    openAgain(FIRST_BOOT);
    assertThat(picture(reader.task(10))).isEqualTo(Picture.of(task));
  }

  @Test
  void task_endedThread_refersToItsLeader() {
    Task leader = live(10, 100, exec(writer.root(), 100, 10, "java"));
    leader.doubt(Doubts.NONE.withCreatorAssumed());
    Task thread = Task.thread(leader, 11, 110);
    thread.rename(RawText.of("worker"));
    end(thread, 120);
    writer.commit(130);

    assertThat(reader.task(11).map(Task::leader)).containsSame(leader);

    end(leader, 140);
    writer.commit(150);

    assertThat(picture(reader.task(11))).isEqualTo(Picture.of(thread));
    assertThat(reader.task(11).map(t -> Picture.of(t.leader()))).contains(Picture.of(leader));
  }

  @Test
  void task_threadWhoseLeaderEndedFirst_comesBackLive() {
    Task leader = live(10, 100, exec(writer.root(), 100, 10, "java"));
    Task one = Task.thread(leader, 11, 110);
    Task two = Task.thread(leader, 12, 111);
    writer.save(one);
    writer.save(two);
    end(leader, 120);
    writer.commit(130);
    String before = Picture.of(one);

    openAgain(FIRST_BOOT);

    assertThat(Picture.of(live(11))).isEqualTo(before);
    assertThat(live(12).leader()).isSameAs(live(11).leader());
  }

  @Test
  void task_threadWhoseLeaderWasNeverSaved_hasItsHistoryAllTheSame() {
    Entry java = exec(writer.root(), 100, 10, "java");
    Task leader = Task.leader(writer.boot(), 10, 100, java);
    leader.doubt(Doubts.NONE.withCreatorAssumed());
    Task thread = Task.thread(leader, 11, 110);
    end(thread, 120);
    writer.commit(130);

    assertThat(picture(reader.task(11))).isEqualTo(Picture.of(thread));
  }

  @Test
  void children_liveAndEnded_comeByStartAndInPages() {
    Task creator = live(10, 100, exec(writer.root(), 100, 10, "sh"));
    List<Integer> tids = List.of(50, 40, 30, 20, 60);
    for (int i = 0; i < tids.size(); i++) {
      Task child = child(creator, tids.get(i), 200 + i);
      if (i % 2 == 0) {
        end(child, 300);
      }
    }
    Task sameTime = child(creator, 19, 203);
    Task other = live(11, 100, creator.entry());
    child(other, 70, 201);
    writer.commit(400);

    assertThat(children(creator.id(), null, 10)).containsExactly(50, 40, 30, 19, 20, 60);
    assertThat(children(creator.id(), null, 2)).containsExactly(50, 40);
    assertThat(children(creator.id(), sameTime, 10)).containsExactly(20, 60);
    assertThat(children(other.id(), null, 10)).containsExactly(70);
    assertThat(children(sameTime.id(), null, 10)).isEmpty();
    assertThat(reader.children(creator.id(), null, 10).get(1)).isSameAs(live(40));

    openAgain(SECOND_BOOT);
    assertThat(children(creator.id(), null, 10)).containsExactly(50, 40, 30, 19, 20, 60);
    assertThat(children(new TaskId(reader.boot().key(), 10, 100), null, 10)).isEmpty();
  }

  private List<Integer> children(TaskId creator, @Nullable Task after, int most) {
    return reader.children(creator, after, most).stream().map(Task::tid).toList();
  }

  @Test
  void children_creatorCorrectedLater_areTheRightOnes() {
    Task assumed = live(10, 100, writer.root());
    Task caller = live(11, 101, writer.root());
    Task child = child(assumed, 20, 200);
    writer.commit(300);
    child.createdBy(caller.tid(), caller.start());
    writer.save(child);
    writer.commit(400);

    assertThat(children(assumed.id(), null, 10)).isEmpty();
    assertThat(children(caller.id(), null, 10)).containsExactly(20);
  }

  private static ExecQuery any(int most, int scanLimit) {
    return new ExecQuery(null, null, NONE, null, null, null, most, scanLimit);
  }

  private List<Long> times(ExecQuery query) {
    return reader.execs(query).execs().stream().map(exec -> exec.entry().time()).toList();
  }

  @Test
  void execs_filters_findWhatFits() {
    Entry one = exec(writer.root(), 100, 10, "sh");
    one.detail(details(1));
    exec(one, 200, 11, "sh");
    Entry three = exec(one, 300, 12, "ls");
    three.detail(details(3));
    writer.save(new Entry(one, 400, 13, RawText.UNKNOWN, Provenance.UNKNOWN));
    exec(one, 500, 14, "?");
    writer.commit(600);
    Moment from = new Moment(reader.boot(), 200);
    Moment to = new Moment(reader.boot(), 400);

    assertThat(times(any(10, 100))).containsExactly(100L, 200L, 300L, 400L, 500L);
    assertThat(times(new ExecQuery(RawText.of("sh"), null, NONE, null, null, null, 10, 100)))
        .containsExactly(100L, 200L);
    assertThat(times(new ExecQuery(RawText.UNKNOWN, null, NONE, null, null, null, 10, 100))).containsExactly(400L);
    assertThat(times(new ExecQuery(RawText.of("?"), null, NONE, null, null, null, 10, 100))).containsExactly(500L);
    assertThat(times(new ExecQuery(null, details(3).exe(), NONE, null, null, null, 10, 100))).containsExactly(300L);
    assertThat(times(new ExecQuery(null, details(1).program(), NONE, null, null, null, 10, 100)))
        .containsExactly(100L);
    assertThat(times(new ExecQuery(null, null, 3, null, null, null, 10, 100))).containsExactly(300L);
    assertThat(times(new ExecQuery(null, null, NONE, from, to, null, 10, 100))).containsExactly(200L, 300L);
    assertThat(Picture.of(reader.execs(any(10, 100)).execs().get(2).entry())).isEqualTo(Picture.of(three));
  }

  @Test
  void execs_pages_neitherRepeatNorMissAnyWhileNewOnesCome() {
    for (int i = 0; i < 20; i++) {
      exec(writer.root(), 100 + i / 3, 10 + i % 3, "run");
    }
    writer.commit(200);
    openAgain(SECOND_BOOT);
    for (int i = 0; i < 5; i++) {
      exec(writer.root(), 100 + i, 10, "run");
    }
    writer.commit(200);

    List<String> seen = new ArrayList<>();
    ExecCursor after = null;
    int more = 300;
    do {
      ExecPage page = reader.execs(new ExecQuery(null, null, NONE, null, null, after, 3, 100));
      page.execs().forEach(exec -> seen.add(
          exec.boot().index() + "/" + exec.entry().time() + "/" + exec.entry().pid()));
      after = page.next().orElse(null);
      if (more < 305) {
        exec(writer.root(), more, 10, "run");
        writer.commit(more++);
      }
    } while (after != null);

    assertThat(seen).hasSize(30).doesNotHaveDuplicates().isSortedAccordingTo(
        (a, b) -> a.replace("/9", "/09").compareTo(b.replace("/9", "/09")));
  }

  @Test
  void execs_scanLimit_endsThePageAndGoesOn() {
    for (int i = 0; i < 10; i++) {
      exec(writer.root(), 100 + i, 10, i == 9 ? "last" : "run");
    }
    writer.commit(200);

    ExecPage page = reader.execs(new ExecQuery(RawText.of("last"), null, NONE, null, null, null, 5, 4));
    assertThat(page.execs()).isEmpty();
    assertThat(page.next()).contains(new ExecCursor(0, 103, 10));
    page = reader.execs(
        new ExecQuery(RawText.of("last"), null, NONE, null, null, page.next().orElseThrow(), 5, 100));
    assertThat(page.execs()).hasSize(1);
    assertThat(page.next()).isEmpty();
  }

  @Test
  void execs_snapshotOfProcessOneAtTimeZero_isNotTakenForTheRoot() {
    Entry init = new Entry(writer.root(), 0, 1, RawText.of("init"), Provenance.SNAPSHOT);
    writer.save(init);
    writer.save(writer.root());
    Task task = live(1, 0, init);
    writer.commit(10);
    String before = Picture.of(task);

    openAgain(FIRST_BOOT);

    assertThat(Picture.of(live(1))).isEqualTo(before);
    assertThat(times(any(10, 10))).containsExactly(0L);
  }

  @Test
  void giveUp_thePresentSlice_forgetsWhatEndedAndKeepsWhatLivesOnWithItsAncestors() {
    Entry init = exec(writer.root(), 10, 1, "init");
    init.detail(details(1));
    Task parent = live(1, 1, init);
    Entry shell = exec(init, 20, 10, "shell");
    Entry gone = exec(shell, 25, 10, "gone");
    Task ended = child(parent, 10, 15);
    ended.enter(gone);
    Task child = child(parent, 11, 30);
    child.enter(shell);
    end(ended, 40);
    writer.commit(50);
    int present = lastSlice().number();

    store.upkeep().giveUp(Integer.MAX_VALUE);
    assertThat(reader.task(ended.id())).as("not before the next commit").isPresent();
    writer.commit(60);
    assertThat(store.upkeep().slices()).extracting(Upkeep.Slice::number).containsExactly(present + 1);
    writer.commit(70);
    assertThat(store.upkeep().slices()).as("what began since").isNotEmpty()
        .extracting(Upkeep.Slice::number).startsWith(present + 1);
    checkWhatLivesOn(parent, child);
    assertThat(reader.task(ended.id())).isEmpty();
    assertThat(at(10, 30)).isEmpty();
    openAgain(FIRST_BOOT);
    checkWhatLivesOn(parent, child);
    end(live(11), 80);
    writer.commit(90);
    assertThat(at(11, 35).map(Task::id)).contains(child.id());
    checkWhatLivesOn(parent, child);
  }

  private Upkeep.Slice lastSlice() {
    List<Upkeep.Slice> slices = store.upkeep().slices();
    return slices.get(slices.size() - 1);
  }

  private void checkWhatLivesOn(Task parent, Task child) {
    assertThat(reader.task(11).map(Task::entry).map(Picture::of)).contains(Picture.of(child.entry()));
    assertThat(reader.children(parent.id(), null, 10)).extracting(Task::id).containsExactly(child.id());
    assertThat(times(any(10, 10))).containsExactly(10L, 20L);
  }

  /** The leader has gone to another place in the tree since its thread was saved, and ended. */
  @Test
  void giveUp_whatALeaderEndedIn_leavesItsThreadItsHistory() {
    Task leader = live(10, 10, exec(writer.root(), 10, 10, "guessed"));
    Task thread = Task.thread(leader, 11, 20);
    writer.save(thread);
    writer.commit(20);
    leader.enter(exec(exec(writer.root(), 8, 9, "shell"), 11, 10, "seen"));
    writer.save(leader);
    writer.commit(30);
    end(leader, 40);
    writer.commit(50);
    String history = Picture.of(thread.entry());

    store.upkeep().giveUp(Integer.MAX_VALUE);
    writer.commit(60);
    openAgain(FIRST_BOOT);

    assertThat(reader.task(leader.id())).isEmpty();
    assertThat(Picture.of(live(11).entry())).isEqualTo(history);
  }

  @Test
  void giveUp_allOfAnEarlierBoot_forgetsTheBoot() {
    Boot earlier = writer.boot();
    Task old = live(10, 100, exec(writer.root(), 100, 10, "old"));
    writer.gap("trace", 10, 20, 3, Gap.Cause.OVERFLOW);
    writer.commit(200);
    openAgain(SECOND_BOOT);
    live(10, 100, exec(writer.root(), 100, 10, "new"));
    writer.commit(200);
    List<Upkeep.Slice> slices = new ArrayList<>(store.upkeep().slices());
    assertThat(slices).extracting(Upkeep.Slice::boot).startsWith(0).endsWith(1).isSorted();
    slices.removeIf(slice -> slice.boot() == 1);

    store.upkeep().giveUp(slices.get(slices.size() - 1).number());
    writer.commit(300);

    for (int i = 0; i < 2; i++) {
      assertThat(store.upkeep().slices()).extracting(Upkeep.Slice::boot).containsOnly(1);
      assertThat(reader.boots()).containsExactly(writer.boot());
      assertThat(reader.gaps(earlier)).isEmpty();
      assertThat(reader.watermark(earlier)).isEqualTo(-1);
      assertThat(reader.task(old.id())).isEmpty();
      assertThat(reader.task(10, new Moment(earlier, 150))).isEmpty();
      assertThat(times(any(10, 10))).containsExactly(100L);
      openAgain(SECOND_BOOT);
    }
    openAgain(facts(3));
    assertThat(writer.boot().index()).isEqualTo(2);
    assertThat(reader.task(10).map(Task::comm)).contains(RawText.of("new"));
  }

  @Test
  void giveUp_whatIsNoLongerKept_changesNothing() {
    Task task = live(10, 100, exec(writer.root(), 100, 10, "run"));
    end(task, 110);
    writer.commit(200);
    List<Upkeep.Slice> before = store.upkeep().slices();

    store.upkeep().giveUp(before.get(0).number() - 1);
    writer.commit(200);

    assertThat(store.upkeep().slices()).startsWith(before.get(0));
    assertThat(reader.task(task.id())).isPresent();
  }

  @Test
  void close_thenRead_isRefused() {
    live(10, 100, writer.root());
    writer.commit(100);
    store.close();
    store.close();

    Moment moment = new Moment(reader.boot(), 1);
    TaskId id = new TaskId(reader.boot().key(), 10, 100);
    assertThatThrownBy(() -> reader.task(10, moment)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> reader.task(10)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> reader.task(id)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> reader.children(id, null, 1)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> reader.execs(any(1, 1))).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> reader.stats()).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> writer.commit(200)).isInstanceOf(StoreException.class);
  }
}
