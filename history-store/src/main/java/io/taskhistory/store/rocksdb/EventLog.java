package io.taskhistory.store.rocksdb;

/** Where the event log of a boot goes on. */
final class EventLog {

  /** Beyond all numbers that a log can have had which a repair has left out. */
  static final long REPAIRED = 1L << 32;

  private static final long TO_MICROS = 1000;

  private EventLog() {}

  /**
   * The number of the first row of a boot that is new to the store: the microseconds that it has run. No log gets on
   * that fast, so a place in the log of a store that was deleted is before it, and is not taken for one in this.
   */
  static long first(long time) {
    return Math.max(0, time) / TO_MICROS;
  }

  /** The number of the next row. It is kept with the watermark; what is in the log counts also where that was lost. */
  static long next(Database database, Periods periods, BootRows boot) {
    long next = boot.events();
    int index = boot.boot.index();
    try (Scan scan = database.scan(Family.EVENTS)) {
      for (int i = periods.firstOf(index + 1) - 1; periods.isOf(index, i); i--) {
        int period = periods.get(i).number();
        if (scan.backFrom(EventKeys.row(period, EventKeys.EVENTS, Long.MAX_VALUE))
            && EventKeys.isOf(scan.key(), period, EventKeys.EVENTS)) {
          next = Math.max(next, EventKeys.number(scan.key()) + 1);
        }
        if (scan.backFrom(EventKeys.lives(period, Long.MAX_VALUE, Integer.MAX_VALUE))
            && EventKeys.isOf(scan.key(), period, EventKeys.LIVES)) {
          return Math.max(next, new BirthRow(scan.value()).row());
        }
      }
    }
    return next;
  }
}
