package io.taskhistory.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.LineagePattern;
import io.taskhistory.history.Moment;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.memory.Kept;
import io.taskhistory.store.memory.MemoryHistoryStore;
import io.taskhistory.store.rocksdb.RocksDbHistoryStore;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random lives, followed into the real store and into the reference, have to read the same after each commit; and what is
 * kept as if nothing had been given up.
 */
@Tag("long")
final class RandomLivesTest {

  private static final int COMMITS = 90;
  private static final int TIDS = 42;

  @TempDir
  Path directory;

  /** The store that is tried, the reference, and a reference that gives nothing up. */
  private final List<World> worlds = new ArrayList<>();
  private final Kept kept = new Kept();
  private final Kept everything = new Kept();
  private final EventComparison events = new EventComparison();
  private int boot = 1;

  @ParameterizedTest
  @CsvSource({"1, 1000000000", "2, 50", "3, 200", "4, 20", "5, 1", "6, 100", "20231108, 70", "1340, 400"})
  void everyAnswer_afterCommitsAndReopenings_isTheReferences(long seed, long sliceLength) {
    live(seed, StoreSettings.sliced(Duration.ofNanos(sliceLength)), 0);
  }

  /** The fewer steps a slice has, the more of it is carried; the longer it is, the more goes at once. */
  @ParameterizedTest
  @CsvSource({"1, 1000000000", "2, 50", "4, 20", "5, 1", "7, 10", "1340, 400"})
  void everyAnswer_whileHistoryIsGivenUp_isTheReferencesAndLacksNoAncestor(long seed, long sliceLength) {
    live(seed, StoreSettings.sliced(Duration.ofNanos(sliceLength)), 6);
  }

  private void live(long seed, StoreSettings settings, int commitsAGivingUp) {
    Random random = new Random(seed);
    worlds.add(new World(seed, openReal(settings), 10));
    worlds.add(new World(seed, MemoryHistoryStore.open(kept, HistoryStoreContract.facts(boot), settings), 10));
    worlds.add(new World(seed, MemoryHistoryStore.open(everything, HistoryStoreContract.facts(boot)), 10));
    int slices = 0;
    try {
      for (int i = 0; i < COMMITS; i++) {
        for (int steps = random.nextInt(25); steps > 0; steps--) {
          worlds.forEach(World::step);
        }
        if (commitsAGivingUp > 0 && random.nextInt(commitsAGivingUp) == 0) {
          slices += giveUp(random);
        }
        boolean isLost = random.nextInt(20) == 0;
        if (!isLost) {
          worlds.forEach(World::commit);
          compare(random);
        }
        if (isLost || random.nextInt(8) == 0) {
          reopen(random, settings);
          compare(random);
        }
      }
      System.out.printf("seed %d: %d slices given up, %d of %d tasks kept%n", seed, slices,
          worlds.get(1).reader().stats().endedTasks(), worlds.get(2).reader().stats().endedTasks());
    } finally {
      worlds.forEach(world -> world.store().close());
    }
  }

  private RocksDbHistoryStore openReal(StoreSettings settings) {
    return RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(boot), settings);
  }

  /** Mostly some old ones, sometimes the present one too. */
  private int giveUp(Random random) {
    List<Upkeep.Slice> slices = worlds.get(0).store().upkeep().slices();
    int last = random.nextInt(4) == 0 ? slices.size() - 1 : random.nextInt((slices.size() + 1) / 2);
    for (World world : worlds.subList(0, 2)) {
      world.store().upkeep().giveUp(slices.get(last).number());
    }
    return last + 1;
  }

  private void reopen(Random random, StoreSettings settings) {
    boolean isNewBoot = random.nextInt(4) == 0;
    boot += isNewBoot ? 1 : 0;
    long time = isNewBoot ? 10 : worlds.get(0).time() + random.nextInt(50);
    worlds.forEach(world -> world.store().close());
    BootFacts facts = HistoryStoreContract.facts(boot);
    worlds.get(0).opened(openReal(settings), time);
    worlds.get(1).opened(MemoryHistoryStore.open(kept, facts, settings), time);
    worlds.get(2).opened(MemoryHistoryStore.open(everything, facts), time);
  }

  private void compare(Random random) {
    assertThat(worlds.get(0).store().upkeep().slices()).isEqualTo(worlds.get(1).store().upkeep().slices());
    compare(worlds.get(0), worlds.get(1), random);
    if (worlds.get(0).store().upkeep().slices().get(0).number() > 0 && random.nextInt(4) == 0) {
      compareWithAll(worlds.get(0).reader(), worlds.get(2).reader(), random);
    }
  }

  /** Whatever is kept is as it is where nothing was given up, and so has all its ancestors. */
  private static void compareWithAll(HistoryReader one, HistoryReader all, Random random) {
    Boot boot = one.boots().get(random.nextInt(one.boots().size()));
    List<String> execs = execs(one, everyExec(boot));
    assertThat(execs).doesNotHaveDuplicates();
    assertThat(execs(all, everyExec(boot))).containsAll(execs);
    for (int tid = 0; tid <= TIDS; tid++) {
      for (Task task : one.tasks(tid, new Moment(boot, 0), Long.MAX_VALUE - 1)) {
        assertThat(Picture.of(task)).isEqualTo(picture(all.task(task.id())));
        List<String> children = all.children(task.id(), null, Integer.MAX_VALUE).stream()
            .filter(child -> one.task(child.id()).isPresent()).map(Picture::of).toList();
        assertThat(children(one, task.id(), 1 + random.nextInt(4))).isEqualTo(children);
        if (!boot.equals(one.boot()) || task.ending().isPresent()) {
          assertThat(execs).containsAll(ancestors(boot, task));
        }
      }
    }
  }

  private static List<String> ancestors(Boot boot, Task task) {
    List<String> ancestors = new ArrayList<>();
    for (@Nullable Entry entry = task.entry(); entry != null && !entry.isRoot(); entry = entry.parent()) {
      ancestors.add(boot.index() + ": " + Picture.of(entry));
    }
    return ancestors;
  }

  private static ExecQuery everyExec(Boot boot) {
    return new ExecQuery(null, null, Details.UNKNOWN_NUMBER, new Moment(boot, 0), new Moment(boot, Long.MAX_VALUE),
        null, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  private void compare(World real, World reference, Random random) {
    HistoryReader one = real.reader();
    HistoryReader other = reference.reader();
    assertThat(one.watermark()).isEqualTo(other.watermark());
    assertThat(one.boots()).isEqualTo(other.boots());
    for (int i = 0; i < one.boots().size(); i++) {
      Boot boot = one.boots().get(i);
      assertThat(boot.clock().rows()).isEqualTo(other.boots().get(i).clock().rows());
      assertThat(one.gaps(boot)).isEqualTo(other.gaps(boot));
    }
    assertThat(live(one)).isEqualTo(live(other));
    for (int tid = 0; tid <= TIDS; tid++) {
      Optional<Task> last = one.task(tid);
      assertThat(picture(last)).isEqualTo(picture(other.task(tid)));
      if (last.isPresent()) {
        TaskId id = last.get().id();
        assertThat(picture(one.task(id))).isEqualTo(picture(other.task(id)));
        int most = 1 + random.nextInt(4);
        assertThat(children(one, id, most)).isEqualTo(children(other, id, most));
      }
      Boot boot = one.boots().get(random.nextInt(one.boots().size()));
      Moment at = new Moment(boot, random.nextLong(real.time() + 5));
      assertThat(picture(one.task(tid, at))).as("tid %d at %s", tid, at).isEqualTo(picture(other.task(tid, at)));
      long to = at.time() + random.nextInt(40);
      List<Task> held = one.tasks(tid, at, to);
      assertThat(held.stream().map(Picture::of)).as("tid %d from %s to %d", tid, at, to)
          .containsExactlyElementsOf(other.tasks(tid, at, to).stream().map(Picture::of).toList());
      assertThat(one.task(tid, at).isEmpty() || held.stream().anyMatch(task -> task.livedAt(at.time()))).isTrue();
    }
    compareLived(one, other, real.time(), random);
    if (random.nextInt(4) == 0) {
      events.compare(one, other, random);
    }
    ExecQuery query = query(one, real.time(), random);
    assertThat(execs(one, query)).as("%s", query).isEqualTo(execs(other, query));
    for (int i = 0; i < 5; i++) {
      compareLineages(one, other, query(one, real.time(), random).of(pattern(random)));
    }
  }

  private static void compareLived(HistoryReader one, HistoryReader other, long time, Random random) {
    for (int i = 0; i < 6; i++) {
      Boot boot = one.boots().get(random.nextInt(one.boots().size()));
      Moment from = new Moment(boot, random.nextLong(time + 5));
      long to = random.nextInt(3) > 0 ? from.time() : from.time() + random.nextInt(200);
      int most = random.nextInt(3) > 0 ? Integer.MAX_VALUE : 1 + random.nextInt(10);
      assertThat(one.livedWithin(from, to, most).stream().map(Picture::of)).as("%d lived from %s to %d", most, from, to)
          .containsExactlyElementsOf(other.livedWithin(from, to, most).stream().map(Picture::of).toList());
    }
  }

  /** Pages may end at other places, where more or less was looked at. */
  private static void compareLineages(HistoryReader one, HistoryReader other, ExecQuery query) {
    List<String> found = execs(one, query);
    List<String> expected = execs(other, query);
    found.removeIf(line -> line.startsWith("next "));
    expected.removeIf(line -> line.startsWith("next "));
    assertThat(found).as("%s", query).isEqualTo(expected);
  }

  private static LineagePattern pattern(Random random) {
    List<String> items = new ArrayList<>();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      items.add(switch (random.nextInt(8)) {
        case 0 -> "*";
        case 1 -> "**";
        case 2 -> "swapper/0";
        case 3 -> HistoryStoreContract.details(random.nextInt(4)).exe().toString();
        case 4 -> HistoryStoreContract.details(random.nextInt(4)).program().toString();
        default -> "cmd" + random.nextInt(6);
      });
    }
    try {
      return LineagePattern.parse(String.join("=>", items));
    } catch (ParseException e) {
      throw new AssertionError(e);
    }
  }

  private static String picture(Optional<Task> task) {
    return task.map(Picture::of).orElse("nobody");
  }

  private static List<String> live(HistoryReader reader) {
    List<String> tasks = new ArrayList<>();
    reader.live().forEach(task -> tasks.add(Picture.of(task)));
    return tasks;
  }

  private static List<String> children(HistoryReader reader, TaskId creator, int most) {
    List<String> all = new ArrayList<>();
    @Nullable Task last = null;
    List<Task> page;
    do {
      page = reader.children(creator, last, most);
      page.forEach(task -> all.add(Picture.of(task)));
      last = page.isEmpty() ? null : page.get(page.size() - 1);
    } while (page.size() == most);
    return all;
  }

  private static ExecQuery query(HistoryReader reader, long time, Random random) {
    List<Boot> boots = reader.boots();
    return new ExecQuery(
        random.nextInt(3) == 0 ? RawText.of("cmd" + random.nextInt(6))
            : random.nextInt(5) == 0 ? RawText.UNKNOWN : null,
        random.nextInt(4) == 0 ? HistoryStoreContract.details(random.nextInt(4)).exe() : null,
        random.nextInt(4) == 0 ? random.nextInt(4) : Details.UNKNOWN_NUMBER,
        random.nextBoolean() ? new Moment(boots.get(random.nextInt(boots.size())), random.nextLong(time + 5)) : null,
        random.nextBoolean() ? new Moment(boots.get(random.nextInt(boots.size())), random.nextLong(time + 5)) : null,
        null, 1 + random.nextInt(20), 1 + random.nextInt(50));
  }

  private static List<String> execs(HistoryReader reader, ExecQuery query) {
    List<String> all = new ArrayList<>();
    @Nullable ExecCursor after = null;
    do {
      ExecPage page = reader.execs(query.after(after));
      page.execs().forEach(exec -> all.add(exec.boot().index() + ": " + Picture.of(exec.entry())));
      page.next().ifPresent(next -> all.add("next " + next));
      after = page.next().orElse(null);
    } while (after != null);
    return all;
  }
}
