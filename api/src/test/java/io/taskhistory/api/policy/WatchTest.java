package io.taskhistory.api.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.CollectorView;
import io.taskhistory.collector.source.SourceStats;
import io.taskhistory.store.StoreHealth;
import io.taskhistory.store.Upkeep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When something is done, and how often; what is watched is made up here, second by second. */
class WatchTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3600 * SECOND;
  private static final long MIB = 1 << 20;
  private static final long EPOCH = 1_700_000_000L * SECOND;

  @TempDir
  private Path directory;

  private final List<String> ran = new ArrayList<>();
  private final World world = new World();
  private long monotonic;
  private long wallOffset = EPOCH;
  private Watch watch;
  private SystemLog systemLog;

  /** All that is looked at. */
  private static final class World implements Disk, Upkeep, CollectorView {

    long free = 500 * MIB;
    long bytes = 10 * MIB;
    int oldest;
    final List<Long> ends = new ArrayList<>(List.of(EPOCH));
    int asked = -1;
    StoreHealth health = StoreHealth.FINE;
    StoreHealth damage = StoreHealth.FINE;
    SourceStats stats = new SourceStats(0, 0, 0, 0);
    Status.Queue queue = new Status.Queue(0, 64 * MIB, 0, 0, false);
    long watermark;

    @Override
    public long free() throws IOException {
      return free;
    }

    @Override
    public long total() {
      return 1000 * MIB;
    }

    @Override
    public List<Slice> slices() {
      List<Slice> slices = new ArrayList<>();
      for (int i = oldest; i < ends.size(); i++) {
        slices.add(new Slice(i, 0, i == 0 ? EPOCH : ends.get(i - 1), ends.get(i)));
      }
      return slices;
    }

    void drop() {
      oldest = asked + 1;
      bytes--;
    }

    @Override
    public void giveUp(int number) {
      asked = number;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public StoreHealth health() {
      return damage.state() != StoreHealth.State.FINE && health.state() != StoreHealth.State.FULL ? damage : health;
    }

    @Override
    public StoreHealth writing() {
      return health;
    }

    @Override
    public long watermark() {
      return watermark;
    }

    @Override
    public long kept() {
      return watermark();
    }

    @Override
    public boolean awaitNow(Duration atMost) {
      return true;
    }

    @Override
    public Status status() {
      return new Status("trace",
          List.of(new Status.Source("trace", Status.Role.SPINE, "running", watermark, stats, null)), 0, 0, queue);
    }
  }

  private void watch(String... sets) throws Exception {
    Path none = Files.writeString(directory.resolve("none"), "");
    systemLog = new SystemLog(directory.resolve("log"));
    Runner runner = (command, environment) -> ran.add(environment.get("TASKHISTORY_EVENT"));
    Times times = new Times(() -> monotonic, () -> monotonic, () -> monotonic + wallOffset);
    watch = new Watch(PolicyReader.read(none, List.of(sets)), world, world, world,
        new Performer(runner, systemLog, Freezer.of(List.of(), directory)), times,
        new AgeClock(times, List.of(new AgeClock.Reading(0, 0, EPOCH))));
  }

  @AfterEach
  void close() {
    if (systemLog != null) {
      systemLog.close();
    }
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      monotonic += SECOND;
      world.watermark = monotonic;
      watch.look();
    }
  }

  private LimitState state(Trigger trigger) {
    return watch.limits().get(trigger.ordinal());
  }

  @Test
  void space_crossed_isActedUponOnceUntilThereIsClearlyMore() throws Exception {
    watch("space_left=100", "space_left_action=halt");
    seconds(5);
    assertThat(ran).isEmpty();
    world.free = 99 * MIB;
    seconds(5);
    assertThat(ran).containsExactly("space_left");
    world.free = 105 * MIB;
    seconds(5);
    world.free = 99 * MIB;
    seconds(5);
    assertThat(ran).as("it had not been respected").hasSize(1);
    assertThat(state(Trigger.SPACE_LEFT).crossed()).isTrue();
    world.free = 110 * MIB;
    seconds(1);
    assertThat(state(Trigger.SPACE_LEFT).crossed()).isFalse();
    world.free = 99 * MIB;
    seconds(5);
    assertThat(ran).hasSize(2);
    assertThat(state(Trigger.SPACE_LEFT)).satisfies(limit -> {
      assertThat(limit.times()).isEqualTo(2);
      assertThat(limit.limit()).isEqualTo(100 * MIB);
      assertThat(limit.value()).isEqualTo(99 * MIB);
      assertThat(limit.detail()).contains("99.0 MiB");
    });
  }

  @Test
  void admin_space_asAShare_isTheSecondWarning() throws Exception {
    watch("space_left=20%", "space_left_action=halt", "admin_space_left=10%", "admin_space_left_action=halt");
    world.free = 150 * MIB;
    seconds(3);
    assertThat(ran).containsExactly("space_left");
    world.free = 99 * MIB;
    seconds(3);
    assertThat(ran).containsExactly("space_left", "admin_space_left");
  }

  @Test
  void rotation_dropsOneAfterTheOther_andStopsWhenThereIsClearlyEnough() throws Exception {
    watch("space_left=100", "admin_space_left=0", "space_left_action=rotate");
    world.ends.addAll(List.of(EPOCH + 1, EPOCH + 2, EPOCH + 3, EPOCH + 4));
    world.free = 90 * MIB;
    seconds(20);
    assertThat(world.asked).as("the next is not asked for before the last is gone").isZero();
    world.drop();
    seconds(1);
    assertThat(world.asked).as("what that frees may take a moment to show").isZero();
    seconds(5);
    assertThat(world.asked).isEqualTo(1);
    world.drop();
    world.free = 105 * MIB;
    seconds(20);
    assertThat(world.asked).as("whoever is suspended goes on at 110").isEqualTo(2);
    world.drop();
    world.free = 110 * MIB;
    seconds(20);
    assertThat(world.asked).as("there is enough").isEqualTo(2);
    assertThat(state(Trigger.SPACE_LEFT).crossed()).isFalse();
    world.free = 105 * MIB;
    seconds(20);
    assertThat(world.asked).as("it is not crossed again").isEqualTo(2);
    assertThat(watch.dropped()).isEqualTo(3);
  }

  @Test
  void rotation_thatFreesNothing_isGivenTime() throws Exception {
    watch("max_store_size=64", "max_store_size_action=rotate");
    world.ends.addAll(List.of(EPOCH + 1, EPOCH + 2, EPOCH + 3));
    world.bytes = 70 * MIB;
    seconds(11);
    world.drop();
    world.bytes = 70 * MIB;
    seconds(25);
    assertThat(world.asked).as("it is not sorted out yet").isZero();
    seconds(10);
    assertThat(world.asked).isEqualTo(1);
    assertThat(watch.dropped()).isEqualTo(2);
  }

  @Test
  void presentSlice_isDroppedForAFullDisk_butNotForSpace() throws Exception {
    watch("space_left=100", "admin_space_left=0", "space_left_action=rotate");
    world.free = 90 * MIB;
    seconds(20);
    assertThat(world.asked).isEqualTo(-1);
    world.health = new StoreHealth(StoreHealth.State.FULL, "No space left on device");
    seconds(2);
    assertThat(world.asked).isZero();
    assertThat(state(Trigger.DISK_FULL).detail()).contains("No space left on device");
  }

  /** What the store has is smaller than the margin once it is compressed. */
  @Test
  void size_isRotatedUntilItIsRespected() throws Exception {
    watch("max_store_size=64", "max_store_size_action=rotate,suspend", "suspend_cgroups=/none-such");
    world.ends.addAll(List.of(EPOCH + 1, EPOCH + 2, EPOCH + 3, EPOCH + 4));
    world.bytes = 65 * MIB;
    for (int i = 0; i < 3; i++) {
      seconds(11);
      assertThat(world.asked).isEqualTo(i);
      world.drop();
      world.bytes -= 2 * MIB;
    }
    seconds(20);
    assertThat(state(Trigger.MAX_STORE_SIZE).crossed()).isFalse();
    assertThat(world.asked).isEqualTo(2);
  }

  @Test
  void disk_thatIsNotFullAnyMore_ifNotWell_costsNoMoreHistory() throws Exception {
    watch("disk_full_action=rotate");
    world.ends.addAll(List.of(EPOCH + 1, EPOCH + 2, EPOCH + 3));
    world.health = new StoreHealth(StoreHealth.State.FULL, "No space left on device");
    seconds(2);
    assertThat(world.asked).isZero();
    world.drop();
    world.health = new StoreHealth(StoreHealth.State.FAILING, "Input/output error");
    seconds(60);
    assertThat(state(Trigger.DISK_FULL).crossed()).isTrue();
    assertThat(world.asked).isZero();
  }

  @Test
  void emptyStore_isNotDroppedForAFullDisk() throws Exception {
    watch();
    world.bytes = MIB;
    world.health = new StoreHealth(StoreHealth.State.FULL, "No space left on device");
    seconds(20);
    assertThat(world.asked).isEqualTo(-1);
  }

  @Test
  void size_isMeasuredSeldomAndActedUpon() throws Exception {
    watch("max_store_size=64", "max_store_size_action=rotate,halt");
    world.ends.add(EPOCH + 1);
    world.bytes = 70 * MIB;
    seconds(11);
    assertThat(world.asked).isZero();
    assertThat(ran).containsExactly("max_store_size");
    world.drop();
    world.bytes = 60 * MIB;
    seconds(11);
    assertThat(state(Trigger.MAX_STORE_SIZE).crossed()).isFalse();
    assertThat(world.asked).isZero();
  }

  @Test
  void age_dropsWhatIsOlder_andNothingElse() throws Exception {
    watch("max_age=2h");
    world.ends.clear();
    world.ends.addAll(List.of(EPOCH + HOUR, EPOCH + 2 * HOUR, EPOCH + 3 * HOUR));
    monotonic = 3 * HOUR + HOUR / 2;
    seconds(11);
    assertThat(world.asked).isZero();
    world.drop();
    seconds(20);
    assertThat(world.asked).isZero();
    monotonic = 9 * HOUR;
    seconds(11);
    assertThat(world.asked).as("the present one stays").isEqualTo(1);
  }

  @Test
  void clock_setAheadByYears_dropsNothingUntilItHasStoodForADay() throws Exception {
    watch("max_age=2h");
    world.ends.clear();
    world.ends.addAll(List.of(EPOCH + HOUR, EPOCH + 2 * HOUR, EPOCH + 3 * HOUR));
    monotonic = HOUR;
    seconds(11);
    wallOffset += 5 * 365 * 24 * HOUR;
    seconds(100);
    assertThat(world.asked).isEqualTo(-1);
    monotonic += 30 * 60 * SECOND;
    seconds(11);
    assertThat(world.asked).isEqualTo(-1);
    wallOffset -= 5 * 365 * 24 * HOUR;
    seconds(11);
    assertThat(world.asked).as("somebody took it back").isEqualTo(-1);
    wallOffset += 5 * 365 * 24 * HOUR;
    seconds(11);
    monotonic += 24 * HOUR;
    seconds(11);
    assertThat(world.asked).isEqualTo(1);
  }

  /** A boot with a clock that began in the past, as without a battery, makes nothing older that was before it. */
  @Test
  void slice_ofAWrongPast_makesNoneOlder() throws Exception {
    watch("max_age=30d");
    world.ends.clear();
    world.ends.addAll(List.of(EPOCH + HOUR, EPOCH + 24 * HOUR, EPOCH - 200_000 * HOUR, EPOCH + 48 * HOUR));
    monotonic = 49 * HOUR;
    seconds(11);
    assertThat(world.asked).isEqualTo(-1);
  }

  @Test
  void clock_setBack_dropsNothing() throws Exception {
    watch("max_age=2h");
    world.ends.clear();
    world.ends.addAll(List.of(EPOCH + HOUR, EPOCH + 2 * HOUR));
    monotonic = 2 * HOUR;
    wallOffset -= 9 * HOUR;
    seconds(100);
    assertThat(world.asked).isEqualTo(-1);
  }

  /** What was kept while the clock was years ahead does not stay for years. */
  @Test
  void slice_ofAWrongFuture_isAsOldAsTheOneAfterIt() throws Exception {
    watch("max_age=2h");
    world.ends.clear();
    world.ends.addAll(List.of(EPOCH + 40_000 * HOUR, EPOCH + HOUR, EPOCH + 5 * HOUR));
    monotonic = 5 * HOUR;
    seconds(11);
    assertThat(world.asked).isEqualTo(1);
  }

  @Test
  void loss_isActedUponOnceUntilItIsOver() throws Exception {
    watch("loss_action=halt");
    seconds(3);
    for (int i = 1; i <= 5; i++) {
      world.stats = new SourceStats(0, 10 * i, i, 0, Map.of(), "");
      seconds(1);
    }
    assertThat(ran).containsExactly("loss");
    assertThat(state(Trigger.LOSS).detail()).isEqualTo("the source trace has lost 10 events, and 10 since it runs");
    assertThat(state(Trigger.LOSS).value()).isEqualTo(5);
    seconds(9);
    assertThat(state(Trigger.LOSS).crossed()).isTrue();
    seconds(2);
    assertThat(state(Trigger.LOSS).crossed()).isFalse();
    world.stats = new SourceStats(0, 1, 1, 0, Map.of(), "");
    seconds(1);
    assertThat(ran).as("a source that was opened again has lost, too").hasSize(2);
  }

  @Test
  void loss_beforeTheStart_isNoReasonToHalt() throws Exception {
    world.stats = new SourceStats(0, 10, 1, 0, Map.of(), "");
    watch("loss_action=halt");
    seconds(20);
    assertThat(ran).isEmpty();
    world.stats = new SourceStats(0, 11, 2, 0, Map.of(), "");
    seconds(1);
    assertThat(ran).containsExactly("loss");
  }

  @Test
  void loss_lastsUntilWhatWasReportedSinceIsApplied() throws Exception {
    watch("loss_action=log");
    world.stats = new SourceStats(0, 10, 1, 0, Map.of(), "");
    seconds(1);
    for (int i = 0; i < 60; i++) {
      monotonic += SECOND;
      world.watermark = 0;
      watch.look();
    }
    assertThat(state(Trigger.LOSS).crossed()).isTrue();
    seconds(1);
    assertThat(state(Trigger.LOSS).crossed()).isFalse();
  }

  /** What waits is shed at once, so that next to nothing does while the store hangs. */
  @Test
  void overflow_lastsUntilTheStoreTakesWhatComes_andHalfOfTheQueueIsEmpty() throws Exception {
    watch("overflow_action=halt");
    world.queue = new CollectorView.Status.Queue(MIB, 64 * MIB, 1, 300, true);
    seconds(3);
    assertThat(ran).containsExactly("overflow");
    assertThat(state(Trigger.OVERFLOW).detail()).contains("300 ended tasks");
    world.queue = new CollectorView.Status.Queue(40 * MIB, 64 * MIB, 1, 300, true);
    seconds(3);
    world.queue = new CollectorView.Status.Queue(2 * MIB, 64 * MIB, 2, 600, true);
    seconds(3);
    assertThat(state(Trigger.OVERFLOW).crossed()).isTrue();
    assertThat(ran).as("it was crossed all the while").hasSize(1);
    world.queue = new CollectorView.Status.Queue(40 * MIB, 64 * MIB, 2, 600, false);
    seconds(1);
    assertThat(state(Trigger.OVERFLOW).crossed()).isTrue();
    world.queue = new CollectorView.Status.Queue(10 * MIB, 64 * MIB, 2, 600, false);
    seconds(1);
    assertThat(state(Trigger.OVERFLOW).crossed()).isFalse();
  }

  /** What a reader meets is wrong as long as the service runs; that what happens can be kept again is seen all the same. */
  @Test
  void damage_keepsNoFullDiskFromBeingOver() throws Exception {
    watch("disk_full_action=log", "disk_error_action=halt");
    world.health = new StoreHealth(StoreHealth.State.FULL, "No space left on device");
    seconds(2);
    world.damage = new StoreHealth(StoreHealth.State.FAILING, "damaged");
    seconds(2);
    assertThat(state(Trigger.DISK_FULL).crossed()).isTrue();
    world.health = StoreHealth.FINE;
    seconds(2);
    assertThat(state(Trigger.DISK_FULL).crossed()).isFalse();
    assertThat(state(Trigger.DISK_ERROR).crossed()).isTrue();
    seconds(20);
    assertThat(ran).containsExactly("disk_error");
  }

  @Test
  void failingDisk_isAnErrorAndNotFull() throws Exception {
    watch("disk_error_action=halt", "disk_full_action=halt");
    world.health = new StoreHealth(StoreHealth.State.FAILING, "Input/output error");
    seconds(3);
    assertThat(ran).containsExactly("disk_error");
    world.health = StoreHealth.FINE;
    seconds(1);
    world.health = new StoreHealth(StoreHealth.State.FAILING, "Input/output error");
    seconds(3);
    assertThat(ran).containsExactly("disk_error", "disk_error");
  }

  @Test
  void action_thatFails_doesNotKeepTheNextFromBeingDone() throws Exception {
    watch();
    List<String> done = new ArrayList<>();
    Runner failing = (command, environment) -> {
      done.add(command.get(0));
      throw new IllegalStateException("as the test wants it");
    };
    Performer performer = new Performer(failing, systemLog, Freezer.of(List.of(), directory));
    performer.perform(Trigger.LOSS, List.of(Action.Plain.HALT, Action.Plain.LOG, Action.Plain.HALT), "something");
    assertThat(done).containsExactly("/sbin/init", "/sbin/init");
  }
}
