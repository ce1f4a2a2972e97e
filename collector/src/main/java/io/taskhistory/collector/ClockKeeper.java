package io.taskhistory.collector;

import io.taskhistory.history.ClockLedger;
import io.taskhistory.store.HistoryWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Keeps the ledger of the clocks up to date, whoever has reason to look at them: the collector before each commit, who
 * is told of a step, and whoever is asked about a wall-clock time, which may be one that the clock shows since a moment
 * ago. The store gets what is new with the next commit; a step that it did not come to is found at the next start.
 */
final class ClockKeeper {

  private final ClockLedger ledger;
  private final Supplier<ClockLedger.Row> clocks;
  private final List<ClockLedger.Row> unkept = new ArrayList<>();
  private long lastLook;

  ClockKeeper(HistoryWriter writer, Supplier<ClockLedger.Row> clocks) {
    this.ledger = writer.boot().clock();
    this.clocks = clocks;
    // The store's own look, when it was opened, has left a row only if something was new.
    this.lastLook = writer.watermark();
    look();
  }

  /** Compares the clocks; the monotonic time of that. */
  synchronized long look() {
    ClockLedger.Row reading = clocks.get();
    ClockLedger.Row row = reading.after(ledger.last(), lastLook);
    if (ledger.observe(row)) {
      unkept.add(row);
    }
    lastLook = Math.max(lastLook, reading.from());
    return reading.from();
  }

  /** Looks, and gives the writer all that it does not have yet. */
  synchronized void keep(HistoryWriter writer) {
    look();
    unkept.forEach(writer::clock);
    unkept.clear();
  }
}
