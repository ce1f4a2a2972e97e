package io.taskhistory.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.history.Boot;
import io.taskhistory.history.Details;
import io.taskhistory.history.Moment;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.history.TaskId;
import io.taskhistory.store.memory.Kept;
import io.taskhistory.store.memory.MemoryHistoryStore;
import io.taskhistory.store.rocksdb.RocksDbHistoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random lives, followed into the real store and into the reference, have to read the same after each commit. */
final class RandomLivesTest {

  private static final int COMMITS = 120;
  private static final int TIDS = 42;

  @TempDir
  Path directory;

  private final Kept kept = new Kept();

  @ParameterizedTest
  @CsvSource({"1, 1000000000", "2, 50", "3, 200", "4, 20", "5, 1", "6, 100", "20231108, 70", "1340, 400"})
  void everyAnswer_afterCommitsAndReopenings_isTheReferences(long seed, long periodLength) {
    Random random = new Random(seed);
    StoreSettings sliced = StoreSettings.sliced(Duration.ofNanos(periodLength));
    int boot = 1;
    World real = new World(seed, RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(boot), sliced), 10);
    World reference = new World(seed, MemoryHistoryStore.open(kept, HistoryStoreContract.facts(boot)), 10);
    try {
      for (int i = 0; i < COMMITS; i++) {
        for (int steps = random.nextInt(25); steps > 0; steps--) {
          real.step();
          reference.step();
        }
        boolean isLost = random.nextInt(20) == 0;
        if (!isLost) {
          real.commit();
          reference.commit();
          compare(real, reference, random);
        }
        if (isLost || random.nextInt(8) == 0) {
          boolean isNewBoot = random.nextInt(4) == 0;
          boot += isNewBoot ? 1 : 0;
          long time = isNewBoot ? 10 : real.time() + random.nextInt(50);
          real.store().close();
          reference.store().close();
          BootFacts facts = HistoryStoreContract.facts(boot);
          real.opened(RocksDbHistoryStore.open(directory, facts, sliced), time);
          reference.opened(MemoryHistoryStore.open(kept, facts), time);
          compare(real, reference, random);
        }
      }
    } finally {
      real.store().close();
      reference.store().close();
    }
  }

  private static void compare(World real, World reference, Random random) {
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
    ExecQuery query = query(one, real.time(), random);
    assertThat(execs(one, query)).as("%s", query).isEqualTo(execs(other, query));
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
      ExecPage page = reader.execs(new ExecQuery(
          query.comm(), query.exe(), query.uid(), query.from(), query.to(), after, query.most(), query.scanLimit()));
      page.execs().forEach(exec -> all.add(exec.boot().index() + ": " + Picture.of(exec.entry())));
      all.add("next " + page.next());
      after = page.next().orElse(null);
    } while (after != null);
    return all;
  }
}
