package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.CheckReport;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.Picture;
import io.taskhistory.store.Progress;
import io.taskhistory.store.StoreSettings;
import io.taskhistory.store.Upkeep;
import io.taskhistory.store.World;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Giving up that ends half way, with many tasks alive, or in a store that is repaired later. */
final class TurnoverTest {

  @TempDir
  Path directory;

  private RocksDbHistoryStore open(int boot) {
    return RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(boot));
  }

  /** What the process had written when it was killed: what lives on, or also that the rest goes. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void giveUp_thatEndsHalfWay_leavesAStoreInWhichAllThatLivesOnIsWhole(boolean isGone) {
    World world = new World(7, open(1), 10);
    for (int i = 0; i < 40; i++) {
      for (int steps = 0; steps < 15; steps++) {
        world.step();
      }
      world.commit();
    }
    List<String> living = living(world.store().writer());
    int all = held(world).size();
    world.store().close();

    endHalfWay(isGone);

    assertSound();
    world.opened(open(1), world.time());
    assertThat(living(world.store().writer())).isEqualTo(living).isNotEmpty();
    assertThat(held(world)).hasSize(isGone ? living.size() : all);
    assertThat(all).isGreaterThan(living.size());
    assertThat(world.store().upkeep().slices()).extracting(Upkeep.Slice::number)
        .isEqualTo(isGone ? List.of(1) : List.of(0, 1));
    for (int steps = 0; steps < 100; steps++) {
      world.step();
    }
    world.commit();
    world.store().close();
    assertSound();
  }

  private void endHalfWay(boolean isGone) {
    try (DataDirectory locked = DataDirectory.open(directory); Database database = Database.open(locked)) {
      Opening opening = new Opening(database, HistoryStoreContract.facts(1));
      Contents contents = opening.contents();
      Restored restored = opening.restored(contents, new StoredEntries(database));
      StoreUpkeep upkeep = new StoreUpkeep(database, contents);
      Reclaim reclaim = new Reclaim(database);
      EntryWriter entries = new EntryWriter(contents.present().boot.index(), contents.kept(),
          new LineageWriter(database, contents.present(), contents.kept().current().number()));
      List<Task> live = new ArrayList<>();
      restored.live().forEach(live::add);
      live.forEach(entries::restored);
      upkeep.giveUp(Integer.MAX_VALUE);
      Turnover.Step step = new Turnover(database, contents, restored.root(), upkeep, new Reserve(locked, 0), reclaim,
          StoreSettings.DEFAULT).encode(new Batch(database.familyIds()), contents.kept(), contents.present().latest(),
              contents.present().watermark(), live, entries,
              new EventWriter(contents.present(), restored.live()));
      database.commit(Objects.requireNonNull(isGone ? step.givenUp() : step.livesOn()), 0);
      reclaim.close();
    }
  }

  private static List<String> living(HistoryWriter writer) {
    List<String> living = new ArrayList<>();
    writer.live().forEach(task -> living.add(Picture.of(task)));
    return living;
  }

  /** All that anybody can find in the present boot. */
  private static List<Task> held(World world) {
    List<Task> held = new ArrayList<>();
    for (int tid = 1; tid <= 42; tid++) {
      held.addAll(world.reader().tasks(tid, new Moment(world.reader().boot(), 0), 1 << 20));
    }
    return held;
  }

  private void assertSound() {
    CheckReport report = RocksDbHistoryStore.check(directory, Progress.NONE);
    assertThat(report.findings()).isEmpty();
    assertThat(report.tasks()).isPositive();
  }

  /** What is copied into a slice when it begins is more than one may have, and is not counted. */
  @Test
  void slices_muchSmallerThanWhatLives_doNotBeginWithEachCommit() {
    StoreSettings small = StoreSettings.DEFAULT.with(Duration.ofHours(24), 2_000);
    try (RocksDbHistoryStore store = RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1), small)) {
      HistoryWriter writer = store.writer();
      for (int tid = 1; tid <= 1_000; tid++) {
        Entry entry = new Entry(writer.root(), tid, tid, RawText.of("daemon" + tid), Provenance.OBSERVED);
        writer.save(entry);
        writer.save(Task.leader(writer.boot(), tid, tid, entry));
      }
      writer.commit(1_000);
      for (int i = 1; i <= 200; i++) {
        Task task = Task.leader(writer.boot(), 2_000, 1_000 + 10 * i, writer.root());
        task.end(new Ending(task.start() + 5, 0));
        writer.save(task);
        writer.commit(1_000 + 10 * i);
      }
      assertThat(store.upkeep().slices().size()).as("of some 30 bytes for each of 200 tasks").isBetween(3, 6);
    }
    assertSound();
  }

  @Test
  void repair_afterWholeBootsWereGivenUp_savesAll() {
    World world = new World(7, open(1), 10);
    for (int boot = 1; boot <= 4; boot++) {
      if (boot > 1) {
        world.store().close();
        world.opened(open(boot), 10);
      }
      for (int steps = 0; steps < 300; steps++) {
        world.step();
      }
      world.commit();
    }
    world.store().upkeep().giveUp(1);
    world.commit();
    Answers before = Answers.of(world.reader());
    world.store().close();

    assertThat(RocksDbHistoryStore.repair(directory, Progress.NONE).lost()).isEmpty();

    assertSound();
    try (RocksDbHistoryStore store = open(4)) {
      assertThat(Answers.of(store.reader()).text()).isEqualTo(before.text());
      assertThat(store.reader().boots()).hasSize(2);
      assertThat(store.reader().boot().index()).isEqualTo(3);
    }
  }
}
