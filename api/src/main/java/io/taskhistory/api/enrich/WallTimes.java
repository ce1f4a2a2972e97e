package io.taskhistory.api.enrich;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.HistoryReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * When the wall clock showed a time: of which boot, and when in it. It can have shown the same time more than once, as
 * it is set back now and then, and runs hours ahead or behind at some boots until somebody sets it. Nothing in an audit
 * record says which of those times is meant, so all are told.
 */
final class WallTimes {

  /** Stamps come in order, more or less: what can be meant is sought once for those of the same 17 seconds. */
  private static final int NEARBY_BITS = 34;

  /** An interval of one boot's monotonic time. */
  record Interval(Boot boot, long from, long to) {}

  /** What holds for the wall clock from one monotonic time of a boot to another. */
  private record Offset(Boot boot, long from, long to, long offset) {}

  private final HistoryReader reader;
  private List<Offset> offsets = List.of();
  private List<Offset> nearby = List.of();
  private int rows;
  private long block = Long.MIN_VALUE;

  WallTimes(HistoryReader reader) {
    this.reader = reader;
    refresh();
  }

  /** Takes in how the clock has been set meanwhile. */
  void refresh() {
    int now = reader.boot().clock().rows().size();
    if (now == rows) {
      return;
    }
    rows = now;
    List<Offset> all = new ArrayList<>();
    for (Boot boot : reader.boots()) {
      List<ClockLedger.Row> ledger = boot.clock().rows();
      long end = boot.equals(reader.boot()) ? Long.MAX_VALUE : reader.watermark(boot);
      for (int i = 0; i < ledger.size(); i++) {
        long from = i == 0 ? 0 : Math.max(0, ledger.get(i).since());
        long to = i + 1 < ledger.size() ? ledger.get(i + 1).from() : end;
        all.add(new Offset(boot, from, to, ledger.get(i).wallOffset()));
      }
    }
    Collections.reverse(all);
    offsets = all;
    block = Long.MIN_VALUE;
  }

  /** Adds every interval in which the wall clock went from {@code from} to {@code to}, the latest first. */
  void find(long from, long to, List<Interval> into) {
    if (from >> NEARBY_BITS != block) {
      block = from >> NEARBY_BITS;
      long start = block << NEARBY_BITS;
      nearby = offsets.stream().filter(o -> isIn(o, start, start + (2L << NEARBY_BITS))).toList();
    }
    for (int i = 0; i < nearby.size(); i++) {
      Offset o = nearby.get(i);
      if (isIn(o, from, to)) {
        into.add(new Interval(o.boot, from - o.offset, to - o.offset));
      }
    }
  }

  private static boolean isIn(Offset o, long from, long to) {
    return to - o.offset >= o.from && from - o.offset <= o.to;
  }
}
