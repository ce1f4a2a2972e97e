package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Gap;
import io.taskhistory.store.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the family {@code meta} says, in memory: the boots and the periods. */
final class Contents {

  private final List<BootRows> boots;
  private volatile Periods periods;

  private Contents(List<BootRows> boots, Periods periods) {
    this.boots = boots;
    this.periods = periods;
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
      MetaRows.WatermarkRow mark = watermarks.getOrDefault(row.index(), new MetaRows.WatermarkRow(-1, 0));
      rows.add(new BootRows(boot, ofBoot, mark.watermark(), mark.latest(),
          positions.getOrDefault(row.index(), new byte[0])));
    }
    return new Contents(rows, new Periods(periods));
  }

  /** With another boot. Before anybody reads. */
  Contents with(BootRows boot, Period first) {
    List<BootRows> more = new ArrayList<>(boots);
    more.add(boot);
    return new Contents(List.copyOf(more), periods.with(first));
  }

  List<BootRows> boots() {
    return boots;
  }

  @Nullable BootRows last() {
    return boots.isEmpty() ? null : boots.get(boots.size() - 1);
  }

  BootRows present() {
    return Objects.requireNonNull(last());
  }

  Optional<BootRows> byId(String id) {
    return boots.stream().filter(rows -> rows.boot.id().equals(id)).findFirst();
  }

  Optional<BootRows> byKey(String key) {
    for (int i = boots.size() - 1; i >= 0; i--) {
      if (boots.get(i).boot.key().equals(key)) {
        return Optional.of(boots.get(i));
      }
    }
    return Optional.empty();
  }

  Periods periods() {
    return periods;
  }

  /** For the writer. */
  void periods(Periods periods) {
    this.periods = periods;
  }
}
