package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.store.CheckReport;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.Progress;
import io.taskhistory.store.StoreSettings;
import io.taskhistory.store.Upkeep;
import io.taskhistory.store.World;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each period has all that its tasks need, so that those before it can go; and times find their period. */
final class PeriodsTest {

  @TempDir
  Path directory;

  @Test
  void indexOf_anyTime_isThePeriodThatItBelongsTo() {
    Periods periods = new Periods(List.of(
        new Period(4, 1, 100, 100), new Period(5, 1, 200, 200), new Period(6, 2, 0, 7), new Period(7, 2, 50, 50)));

    assertThat(periods.indexOf(0, 10)).isEqualTo(-1);
    assertThat(periods.indexOf(1, 10)).as("dropped before").isEqualTo(0);
    assertThat(periods.indexOf(1, 199)).isEqualTo(0);
    assertThat(periods.indexOf(1, 200)).isEqualTo(1);
    assertThat(periods.indexOf(2, 0)).isEqualTo(2);
    assertThat(periods.indexOf(2, Long.MAX_VALUE)).isEqualTo(3);
    assertThat(periods.indexOf(3, 0)).isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 1340, 20231108})
  void tasksOfAPeriod_afterRandomLives_haveTheirAncestorsInIt(long seed) {
    Random random = new Random(seed);
    StoreSettings sliced = StoreSettings.sliced(Duration.ofNanos(20 + random.nextInt(200)));
    int boot = 1;
    World world = new World(seed, open(boot, sliced), 10);
    for (int i = 0; i < 300; i++) {
      for (int steps = random.nextInt(20); steps > 0; steps--) {
        world.step();
      }
      world.commit();
      if (random.nextInt(40) == 0) {
        world.store().close();
        boolean isNew = random.nextInt(3) == 0;
        boot += isNew ? 1 : 0;
        world.opened(open(boot, sliced), isNew ? 10 : world.time());
      }
    }
    world.store().close();
    checkWhole();
  }

  /** Slices are cut by size here, and what is kept of them has to be what a check of the store wants. */
  @ParameterizedTest
  @ValueSource(longs = {3, 4, 1340, 20231108})
  void rows_afterRandomLivesThatWereGivenUp_areThoseOfKeptPeriods(long seed) {
    Random random = new Random(seed);
    StoreSettings sliced = StoreSettings.DEFAULT.with(Duration.ofHours(24), 500 + random.nextInt(5_000));
    int boot = 1;
    World world = new World(seed, open(boot, sliced), 10);
    int last = 0;
    for (int i = 0; i < 200; i++) {
      for (int steps = random.nextInt(20); steps > 0; steps--) {
        world.step();
      }
      Upkeep upkeep = world.store().upkeep();
      if (random.nextInt(10) == 0) {
        upkeep.giveUp(upkeep.slices().get(random.nextInt(upkeep.slices().size())).number());
      }
      world.commit();
      last = upkeep.slices().get(upkeep.slices().size() - 1).number();
      if (random.nextInt(40) == 0) {
        world.store().close();
        boolean isNew = random.nextInt(3) == 0;
        boot += isNew ? 1 : 0;
        world.opened(open(boot, sliced), isNew ? 10 : world.time());
      }
    }
    int first = world.store().upkeep().slices().get(0).number();
    world.store().close();
    try (DataDirectory locked = DataDirectory.open(directory)) {
      CheckReport report = StoreCheck.of(locked, Progress.NONE);
      System.out.printf("seed %d: slices %d to %d kept with %d tasks and %d entries%n",
          seed, first, last, report.tasks(), report.entries());
      assertThat(report.findings()).isEmpty();
    }
    assertThat(first).isPositive();
    assertThat(last).isGreaterThan(10);
  }

  private RocksDbHistoryStore open(int boot, StoreSettings sliced) {
    return RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(boot), sliced);
  }

  private void checkWhole() {
    try (DataDirectory locked = DataDirectory.open(directory); Database database = Database.open(locked)) {
      Periods periods = Contents.load(database).periods();
      assertThat(periods.size()).isGreaterThan(10);
      Map<Integer, Set<EntryRef>> checked = new HashMap<>();
      int tasks = 0;
      try (Scan scan = database.scan(Family.TASKS)) {
        for (boolean more = scan.first(); more; more = scan.next(), tasks++) {
          byte[] key = scan.key();
          int period = Keys.period(key);
          TaskRecord task = new TaskRecord().decode(Keys.u32(key, 4), Keys.taskStart(key), scan.value());
          checkChain(database, period, task.entryTime, task.entryPid,
              checked.computeIfAbsent(period, none -> new HashSet<>()));
        }
      }
      assertThat(tasks).isGreaterThan(100);
      try (Scan scan = database.scan(Family.LIVE)) {
        for (boolean more = scan.first(); more; more = scan.next()) {
          byte[] key = scan.key();
          TaskRecord task = new TaskRecord().decode(Keys.liveTid(key), Keys.liveStart(key), scan.value());
          checkChain(database, periods.current().number(), task.entryTime, task.entryPid, new HashSet<>());
        }
      }
    }
  }

  private static void checkChain(Database database, int period, long time, int pid, Set<EntryRef> checked) {
    @Nullable EntryRef ref = new EntryRef(0, time, pid);
    while (ref != null && checked.add(ref)) {
      byte[] value = database.get(Family.ENTRIES, Keys.entry(period, ref.time(), ref.pid()));
      assertThat(value).as("%s in period %d", ref, period).isNotNull();
      EntryRecord record = EntryRecord.decode(ref.time(), ref.pid(), value);
      if (record.detailed()) {
        assertThat(database.get(Family.DETAILS, Keys.entry(period, ref.time(), ref.pid()))).isNotNull();
      }
      ref = record.isRoot() ? null : new EntryRef(0, record.parentTime(), record.parentPid());
    }
  }
}
