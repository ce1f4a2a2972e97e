package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.StoreException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Leaves, of the rows about boots that were saved, those from which something else can be told the time of. */
final class BootMending {

  private static final Boot ANY =
      new Boot(0, "00000000-0000-4000-8000-000000000000", 0, new ClockLedger(List.of(new ClockLedger.Row(0, 0, 0))));

  private final Database database;
  private final RowEdits edits;
  private final List<String> lost;

  BootMending(Database database, RowEdits edits, List<String> lost) {
    this.database = database;
    this.edits = edits;
    this.lost = lost;
  }

  /** Kept boots follow one another, and each has a clock and a period; whether the last one is among them. */
  boolean run() {
    Map<Character, TreeSet<Integer>> boots = new HashMap<>();
    int oldest = oldestPeriod();
    edits.walk(Family.META, (key, value) -> {
      if (!isSoundMeta(key, value) || key[0] == MetaRows.PERIOD && MetaRows.owner(key) < oldest) {
        edits.drop(Family.META, key);
      } else {
        boots.computeIfAbsent((char) key[0], any -> new TreeSet<>()).add(bootOf(key, value));
      }
    });
    TreeSet<Integer> kept = boots.getOrDefault(MetaRows.BOOT, new TreeSet<>());
    kept.retainAll(boots.getOrDefault(MetaRows.CLOCK, new TreeSet<>()));
    kept.retainAll(boots.getOrDefault(MetaRows.PERIOD, new TreeSet<>()));
    if (kept.isEmpty()) {
      throw new StoreException("the rows that say which boots there were are gone");
    }
    int last = kept.last();
    int first = last;
    while (kept.contains(first - 1)) {
      first--;
    }
    int from = first;
    Set<Integer> without = new TreeSet<>();
    edits.walk(Family.META, (key, value) -> {
      int boot = bootOf(key, value);
      if (boot < from || boot > last) {
        edits.drop(Family.META, key);
        without.add(boot);
      }
    });
    without.forEach(boot -> lost.add("boot " + boot + ": what says which it was, or when, is gone"));
    return without.stream().noneMatch(boot -> boot > last);
  }

  private static int bootOf(byte[] key, byte[] value) {
    return key[0] == MetaRows.PERIOD ? MetaRows.period(key, value).boot() : MetaRows.owner(key);
  }

  /** The number of the first period of which anything is there; what is older was given up. */
  private int oldestPeriod() {
    return database.using(() -> {
      int oldest = Integer.MAX_VALUE;
      for (Family family : List.of(Family.ENTRIES, Family.TASKS)) {
        try (Scan scan = database.scan(family)) {
          oldest = scan.first() ? Math.min(oldest, Keys.period(scan.key())) : oldest;
        }
      }
      return oldest == Integer.MAX_VALUE ? 0 : oldest;
    });
  }

  private static boolean isSoundMeta(byte[] key, byte[] value) {
    try {
      switch (key[0]) {
        case MetaRows.BOOT -> {
          MetaRows.BootRow row = MetaRows.boot(key, value);
          return new Boot(row.index(), row.id(), row.wallStart(), ANY.clock()).index() >= 0;
        }
        case MetaRows.CLOCK -> MetaRows.clock(key, value);
        case MetaRows.GAP -> MetaRows.gap(ANY, key, value);
        case MetaRows.PERIOD -> MetaRows.period(key, value);
        case MetaRows.POSITION -> MetaRows.position(value);
        case MetaRows.WATERMARK -> MetaRows.watermark(value);
        default -> {
          return false;
        }
      }
      return true;
    } catch (StoreException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return false;
    }
  }
}
