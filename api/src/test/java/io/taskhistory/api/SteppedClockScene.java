package io.taskhistory.api;

import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Ending;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.memory.MemoryHistoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A host whose wall clock is set at random, by milliseconds or by hours, while processes come and go under a few pids.
 * Somebody looks at the clocks now and then, and at times for long not, but once at least between two steps. Each event
 * leaves a stamp of the clock as it was.
 */
public final class SteppedClockScene {

  /** What somebody wrote down: that {@code task} was at {@code entry} when the wall clock showed {@code wall}. */
  public record Stamp(Task task, Entry entry, long time, long wall) {}

  private static final long SECOND = 1_000_000_000L;
  private static final long HOUR = 3600 * SECOND;
  private static final int FIRST_PID = 1000;
  private static final int EVENTS = 400;

  public final List<Stamp> stamps = new ArrayList<>();
  public final Scene.FixedCollector collector = new Scene.FixedCollector();
  private final SplittableRandom random;
  private final MemoryHistoryStore store;
  private final HistoryWriter writer;
  private final @Nullable Task[] live = new @Nullable Task[4];
  private long now = SECOND;
  private long offset;
  private long lastLook;
  private boolean isNoticed = true;
  private int names;

  public SteppedClockScene(int seed) {
    random = new SplittableRandom(seed);
    offset = random.nextLong(400_000 * HOUR);
    store = MemoryHistoryStore.open(new BootFacts(Scene.BOOT, offset, new ClockLedger.Row(now, offset, 0)));
    writer = store.writer();
    while (stamps.size() < EVENTS) {
      pass();
      switch (random.nextInt(12)) {
        case 0 -> {
          if (isNoticed) {
            step();
          }
        }
        case 1, 2, 3, 4, 5 -> look();
        default -> event(random.nextInt(live.length));
      }
    }
    // Whoever is asked looks first.
    now += SECOND;
    look();
    writer.commit(now);
    collector.watermark = now;
  }

  public HistoryReader reader() {
    return store.reader();
  }

  private void pass() {
    now += random.nextInt(30) == 0 ? random.nextLong(1, 600 * SECOND) : random.nextLong(2_000_000, SECOND / 2);
  }

  private void step() {
    long by = switch (random.nextInt(6)) {
      case 0 -> HOUR;
      case 1 -> 9 * HOUR;
      case 2 -> random.nextLong(1_000_000, 10_000_000);
      case 3 -> random.nextLong(SECOND, 100 * SECOND);
      default -> random.nextLong(1_000_000, HOUR);
    };
    offset += random.nextBoolean() ? by : -by;
    isNoticed = false;
  }

  private void look() {
    ClockLedger ledger = writer.boot().clock();
    ClockLedger.Row row = new ClockLedger.Row(now, offset, 0).after(ledger.last(), lastLook);
    if (ledger.observe(row)) {
      writer.clock(row);
    }
    lastLook = now;
    isNoticed = true;
  }

  private void event(int slot) {
    Task task = live[slot];
    if (task == null) {
      task = Task.leader(writer.boot(), FIRST_PID + slot, now, entry(writer.root(), slot));
      live[slot] = task;
    } else if (random.nextInt(3) == 0) {
      task.end(new Ending(now, 0));
      live[slot] = null;
    } else if (random.nextBoolean()) {
      task.enter(entry(task.entry(), slot));
    }
    task.rename(task.entry().name());
    writer.save(task);
    if (task.isLive()) {
      stamps.add(new Stamp(task, task.entry(), now, now + offset));
    }
  }

  /** A name of its own, or one that all have. */
  private Entry entry(Entry parent, int slot) {
    String name = random.nextBoolean() ? "n" + names++ : "same";
    Entry entry = new Entry(parent, now, FIRST_PID + slot, RawText.of(name), Provenance.OBSERVED);
    writer.save(entry);
    return entry;
  }
}
