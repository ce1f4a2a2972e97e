package io.taskhistory.store.rocksdb;

import java.util.function.Consumer;

/** What has to hold for the rows of the event log. */
final class EventCheck {

  private final Contents contents;
  private final RowCheck rows;

  EventCheck(Contents contents, RowCheck rows) {
    this.contents = contents;
    this.rows = rows;
  }

  /** Tells what is wrong. A row that cannot be decoded throws what its decoder throws. */
  void row(byte[] key, byte[] value, Period period, Consumer<String> wrong) {
    switch (EventKeys.kind(key)) {
      case EventKeys.EVENTS -> events(key, value, period, wrong);
      case EventKeys.LATE, EventKeys.LIVES -> {
        BirthRow births = new BirthRow(value);
        while (births.hasNext()) {
          births.next();
        }
      }
      default -> wrong.accept("a row of the log of kind " + key[Integer.BYTES]);
    }
  }

  private void events(byte[] key, byte[] value, Period period, Consumer<String> wrong) {
    BootRows boot = contents.boot(period.boot());
    if (boot == null || EventKeys.number(key) >= boot.events()) {
      wrong.accept("no commit tells of it");
      return;
    }
    boolean isComplete = rows.isComplete();
    EventRow row = new EventRow(value);
    while (row.hasNext()) {
      row.next();
      boolean isThere = switch (row.kind) {
        case EventRow.GAP -> row.tid >= 1 && row.tid <= boot.gaps().size();
        case EventRow.EXEC, EventRow.LATE_EXEC -> rows.hasEntry(period.number(), row.time, row.tid);
        default -> !isComplete || rows.hasTask(period.boot(), row.tid, row.start);
      };
      if (!isThere) {
        wrong.accept("what happened at " + row.time + " to " + row.tid + " is missing");
      }
    }
  }
}
