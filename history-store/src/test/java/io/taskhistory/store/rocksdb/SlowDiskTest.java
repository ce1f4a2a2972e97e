package io.taskhistory.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.history.Details;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Moment;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.EventLogContract;
import io.taskhistory.store.ExecPage;
import io.taskhistory.store.ExecQuery;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStoreContract;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.Picture;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.StoreSettings;
import io.taskhistory.store.World;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is saved and asked while a commit hangs or is refused. */
@Tag("long")
final class SlowDiskTest {

  private static final int ROUNDS = 150;
  private static final StoreSettings SETTINGS = StoreSettings.sliced(Duration.ofNanos(100));

  @TempDir
  Path directory;

  private final CountDownLatch disk = new CountDownLatch(1);

  /** Begins nothing before the disk answers. */
  private final StoreThread hanging = new StoreThread() {
    @Override
    Future<Boolean> start(Runnable work, Runnable done) {
      return super.start(() -> {
        try {
          disk.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        work.run();
      }, done);
    }
  };

  private RocksDbHistoryStore open(StoreThread thread) {
    return RocksDbHistoryStore.open(directory, HistoryStoreContract.facts(1), SETTINGS, thread);
  }

  private static Task leader(HistoryWriter writer, int tid, long start, Entry entry) {
    Task task = Task.leader(writer.boot(), tid, start, entry);
    task.rename(entry.name());
    writer.save(task);
    return task;
  }

  private static Entry exec(HistoryWriter writer, Task task, long time, String name) {
    Entry entry = new Entry(task.entry(), time, task.tid(), RawText.of(name), Provenance.OBSERVED);
    task.enter(entry);
    writer.save(entry);
    writer.save(task);
    return entry;
  }

  private static void end(HistoryWriter writer, Task task, long time) {
    task.end(new Ending(time, 0));
    writer.save(task);
  }

  private static String names(Task task) {
    StringBuilder names = new StringBuilder();
    for (Entry e = task.entry(); e != null; e = e.parent()) {
      names.insert(0, "=>" + e.name());
    }
    return names.substring(2);
  }

  @Test
  void begin_whileTheDiskHangs_lacksNothingThatIsAskedForAndNothingLater() {
    try (RocksDbHistoryStore store = open(hanging)) {
      HistoryWriter writer = store.writer();
      HistoryReader reader = store.reader();
      Task shell = leader(writer, 10, 10, writer.root());
      exec(writer, shell, 11, "bash");
      Task gone = leader(writer, 11, 12, shell.entry());
      end(writer, gone, 13);
      writer.begin(20, () -> { });
      assertThat(writer.settle()).isFalse();
      assertThat(writer.isUnderWay()).isTrue();
      assertThatThrownBy(() -> writer.begin(21, () -> { })).isInstanceOf(IllegalStateException.class);

      exec(writer, shell, 25, "vim");
      end(writer, shell, 30);
      assertThat(reader.task(11, new Moment(reader.boot(), 12))).containsSame(gone);
      assertThat(reader.task(10, new Moment(reader.boot(), 29))).containsSame(shell);
      assertThat(reader.watermark()).isEqualTo(-1);

      disk.countDown();
      writer.commit(40);
      assertThat(writer.pending()).isZero();
      assertThat(reader.watermark()).isEqualTo(40);
    }
    try (RocksDbHistoryStore store = open(new StoreThread())) {
      assertThat(store.reader().live().size()).as("tasks kept as live").isZero();
      assertThat(names(store.reader().task(10).orElseThrow())).isEqualTo("swapper/0=>bash=>vim");
      assertThat(store.reader().task(11).orElseThrow().ending()).contains(new Ending(13, 0));
    }
  }

  @Test
  void shed_whileTheDiskHangs_givesUpWhatEndedAndNoAncestorOfTheLiving() {
    try (RocksDbHistoryStore store = open(hanging)) {
      HistoryWriter writer = store.writer();
      Task daemon = leader(writer, 2, 2, writer.root());
      exec(writer, daemon, 3, "daemon");
      writer.begin(5, () -> { }); // daemon is kept as live by that
      Task shell = leader(writer, 10, 10, daemon.entry());
      exec(writer, shell, 11, "bash");
      exec(writer, shell, 12, "vim");
      Task living = leader(writer, 11, 13, shell.entry());
      end(writer, shell, 14);
      Task brief = leader(writer, 12, 15, daemon.entry());
      Entry ls = exec(writer, brief, 16, "ls");
      end(writer, brief, 17);
      Task parent = leader(writer, 13, 18, daemon.entry());
      Entry make = exec(writer, parent, 19, "make");
      end(writer, parent, 20);
      end(writer, daemon, 21);
      long before = writer.pending();

      assertThat(writer.shed(30)).as("shell, brief with ls, parent with make").isEqualTo(5);
      assertThat(writer.pending()).isLessThan(before);
      assertThat(writer.shed(31)).as("once more").isZero();
      assertThat(store.reader().task(12)).isEmpty();
      assertThat(store.reader().task(11)).containsSame(living);

      writer.save(brief); // its exit was reported late
      writer.save(ls);
      leader(writer, 14, 19, make); // told only after its creator's end
      disk.countDown();
      writer.commit(40);
      assertThat(store.reader().gaps(store.reader().boot())).singleElement().satisfies(gap -> {
        assertThat(gap.source()).isEqualTo(HistoryWriter.STORE);
        assertThat(gap.lost()).isEqualTo(5);
        assertThat(gap.cause()).isEqualTo(Gap.Cause.OVERFLOW);
        assertThat(gap.to()).isEqualTo(30);
      });
    }
    try (RocksDbHistoryStore store = open(new StoreThread())) {
      HistoryReader reader = store.reader();
      assertThat(names(reader.task(11).orElseThrow())).isEqualTo("swapper/0=>daemon=>bash=>vim");
      assertThat(names(reader.task(14).orElseThrow())).isEqualTo("swapper/0=>daemon=>make");
      assertThat(reader.task(2).orElseThrow().ending()).contains(new Ending(21, 0));
      assertThat(reader.task(12)).isEmpty();
      assertThat(reader.live().size()).isEqualTo(2);
    }
  }

  /** A commit that is refused may have been written or not; what comes of later ones is the same. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 1340})
  void commits_ofWhichMostAreRefused_keepTheSameAsThoseThatAreNot(long seed) {
    Random whims = new Random(~seed);
    Path other = directory.resolve("other");
    Random random = new Random(seed);
    RocksDbHistoryStore tried = open(whimsical(whims));
    RocksDbHistoryStore sound =
        RocksDbHistoryStore.open(other, HistoryStoreContract.facts(1), SETTINGS, new StoreThread());
    World one = new World(seed, tried, 10);
    World reference = new World(seed, sound, 10);
    int refused = 0;
    for (int i = 0; i < ROUNDS; i++) {
      for (int steps = random.nextInt(25); steps > 0; steps--) {
        one.step();
        reference.step();
        if (steps == 7 && !tried.writer().isUnderWay()) {
          tried.writer().begin(0, () -> { });
        }
      }
      reference.commit();
      refused += commit(one, tried.writer(), sound.reader().watermark());
      if (random.nextInt(20) == 0) {
        tried.close();
        sound.close();
        tried = open(whimsical(whims));
        sound = RocksDbHistoryStore.open(other, HistoryStoreContract.facts(1), SETTINGS, new StoreThread());
        long now = one.time();
        one.opened(tried, now);
        reference.opened(sound, now);
      }
      List<String> more = picture(tried.reader());
      List<String> missing = picture(sound.reader());
      List<String> all = List.copyOf(more);
      more.removeAll(missing);
      missing.removeAll(all);
      assertThat(more).as("in round %d there is, where there should be %s", i, missing).isEmpty();
      assertThat(missing).as("missing in round %d", i).isEmpty();
    }
    System.out.printf("%d commits were refused, of %d that came through nothing is missing%n", refused,
        ROUNDS);
    assertThat(refused).isPositive();
    tried.close();
    sound.close();
  }

  /** Fails before it writes, or after, or not. */
  private static StoreThread whimsical(Random whims) {
    return new StoreThread() {
      @Override
      Future<Boolean> start(Runnable work, Runnable done) {
        int whim = whims.nextInt(3);
        return super.start(() -> {
          if (whim != 0) {
            work.run();
          }
          if (whim != 1) {
            throw new StoreException("refused");
          }
        }, done);
      }
    };
  }

  private static int commit(World world, HistoryWriter writer, long watermark) {
    int refused = 0;
    world.skipCommit();
    while (refused < 100) {
      try {
        writer.commit(watermark);
        return refused;
      } catch (StoreException e) {
        assertThat(writer.isUnderWay()).isFalse();
        refused++;
      }
    }
    throw new AssertionError("all commits are refused");
  }

  private static List<String> picture(HistoryReader reader) {
    List<String> picture = new ArrayList<>();
    Moment start = new Moment(reader.boot(), 0);
    for (int tid = 0; tid <= 40; tid++) {
      reader.tasks(tid, start, Long.MAX_VALUE - 1).forEach(task -> {
        // A comm that is the entry's name when it is kept follows that later on, so it depends on when it was kept.
        picture.add(Picture.of(task).replaceFirst(" comm \\S* creator", " creator"));
        reader.children(task.id(), null, 100).forEach(child -> picture.add("  " + child.id()));
      });
    }
    ExecPage execs =
        reader.execs(new ExecQuery(null, null, Details.UNKNOWN_NUMBER, null, null, null, 1 << 20, 1 << 20));
    execs.execs().forEach(exec -> picture.add(exec.entry().toString()));
    List<String> events = EventLogContract.all(reader, null, 100);
    assertThat(events).doesNotHaveDuplicates();
    picture.addAll(events);
    for (long time = 1; time < reader.watermark() + 50; time += 1 + reader.watermark() / 20) {
      String at = "at " + time + " ";
      reader.livedWithin(new Moment(reader.boot(), time), time, 100).forEach(task -> picture.add(at + task.id()));
    }
    reader.gaps(reader.boot()).forEach(gap -> picture.add(gap.toString()));
    picture.add("until " + reader.watermark() + ", live " + reader.live().size());
    return picture;
  }
}
