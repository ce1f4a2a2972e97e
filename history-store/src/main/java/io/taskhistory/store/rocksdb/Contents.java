package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Gap;
import io.taskhistory.store.Bell;
import io.taskhistory.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the family {@code meta} says, in memory: the boots and the periods. Of each boot that is kept at least one period
 * is, so their indexes follow one another.
 *
 * <p>What is given up is first taken out of readers' sight, and only then deleted. So whoever looked while it was being
 * deleted can tell by the {@link #first} period in sight, and look again.
 */
final class Contents {

  private volatile List<BootRows> boots;
  private volatile Periods kept;
  private volatile Periods inSight;
  private volatile boolean isClosed;
  private final Bell bell = new Bell();

  private Contents(List<BootRows> boots, Periods periods) {
    this.boots = List.copyOf(boots);
    this.kept = periods;
    this.inSight = periods;
  }

  static Contents load(Database database) {
    List<MetaRows.BootRow> boots = new ArrayList<>();
    Map<Integer, List<ClockLedger.Row>> clocks = new HashMap<>();
    Map<Integer, List<byte[][]>> gaps = new HashMap<>();
    Map<Integer, MetaRows.WatermarkRow> watermarks = new HashMap<>();
    Map<Integer, byte[]> positions = new HashMap<>();
    List<Period> periods = new ArrayList<>();
    try (Scan scan = database.scan(Family.META)) {
      for (boolean more = scan.first(); more; more = scan.next()) {
        byte[] key = scan.key();
        byte[] value = scan.value();
        switch (key[0]) {
          case MetaRows.BOOT -> boots.add(MetaRows.boot(key, value));
          case MetaRows.CLOCK -> clocks.computeIfAbsent(MetaRows.owner(key), boot -> new ArrayList<>())
              .add(MetaRows.clock(key, value));
          case MetaRows.GAP -> gaps.computeIfAbsent(MetaRows.owner(key), boot -> new ArrayList<>())
              .add(new byte[][] {key, value});
          case MetaRows.PERIOD -> periods.add(MetaRows.period(key, value));
          case MetaRows.POSITION -> positions.put(MetaRows.owner(key), MetaRows.position(value));
          case MetaRows.WATERMARK -> watermarks.put(MetaRows.owner(key), MetaRows.watermark(value));
          default -> throw new StoreException("Damaged data directory: a row of kind " + key[0]);
        }
      }
    }
    List<BootRows> rows = new ArrayList<>();
    for (MetaRows.BootRow row : boots) {
      Boot boot = new Boot(
          row.index(), row.id(), row.wallStart(), new ClockLedger(clocks.getOrDefault(row.index(), List.of())));
      List<Gap> ofBoot = new ArrayList<>();
      gaps.getOrDefault(row.index(), List.of()).forEach(gap -> ofBoot.add(MetaRows.gap(boot, gap[0], gap[1])));
      rows.add(new BootRows(boot, ofBoot, watermarks.getOrDefault(row.index(), MetaRows.WatermarkRow.NONE),
          positions.getOrDefault(row.index(), new byte[0])));
    }
    return new Contents(rows, new Periods(periods));
  }

  /** With another boot. Before anybody reads. */
  Contents with(BootRows boot, Period first) {
    List<BootRows> more = new ArrayList<>(boots);
    more.add(boot);
    return new Contents(more, kept.with(first));
  }

  List<BootRows> boots() {
    return boots;
  }

  /** The one with that index; null where it is no longer kept. */
  @Nullable BootRows boot(int index) {
    List<BootRows> now = boots;
    int at = index - now.get(0).boot.index();
    return at < 0 ? null : now.get(at);
  }

  @Nullable BootRows last() {
    List<BootRows> now = boots;
    return now.isEmpty() ? null : now.get(now.size() - 1);
  }

  BootRows present() {
    return Objects.requireNonNull(last());
  }

  Optional<BootRows> byId(String id) {
    return boots.stream().filter(rows -> rows.boot.id().equals(id)).findFirst();
  }

  Optional<BootRows> byKey(String key) {
    List<BootRows> now = boots;
    for (int i = now.size() - 1; i >= 0; i--) {
      if (now.get(i).boot.key().equals(key)) {
        return Optional.of(now.get(i));
      }
    }
    return Optional.empty();
  }

  /** For the writer: something was kept. */
  void ring() {
    bell.ring();
  }

  /** Whoever waits need not wait any longer. */
  void close() {
    isClosed = true;
    bell.ring();
  }

  /** Waits until something is, or the store is closed; see {@link Bell#await}. */
  boolean await(BooleanSupplier isThere, Duration longest) throws InterruptedException {
    return bell.await(() -> isClosed || isThere.getAsBoolean(), longest);
  }

  /** Those that readers look into. */
  Periods periods() {
    return inSight;
  }

  /** The number of the oldest that readers look into. */
  int first() {
    return inSight.first().number();
  }

  /** Those that are kept. */
  Periods kept() {
    return kept;
  }

  /** For the writer, before it deletes whatever is not among {@code then}. */
  void hideAllBut(Periods then) {
    inSight = then;
  }

  /** For the writer, once a commit has left these. */
  void periods(Periods then) {
    int first = then.first().boot();
    if (boots.get(0).boot.index() < first) {
      boots = boots.stream().filter(rows -> rows.boot.index() >= first).toList();
    }
    kept = then;
    inSight = then;
  }
}
