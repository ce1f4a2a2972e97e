package io.taskhistory.store.rocksdb;

import io.taskhistory.history.Boot;
import io.taskhistory.store.StoreHealth;
import io.taskhistory.store.Upkeep;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What is asked for from outside, and told to it. */
final class StoreUpkeep implements Upkeep {

  /** Nothing is to be given up. */
  static final int NOTHING = -1;

  private final Database database;
  private final Contents contents;
  private final AtomicInteger givenUp = new AtomicInteger(NOTHING);

  StoreUpkeep(Database database, Contents contents) {
    this.database = database;
    this.contents = contents;
  }

  @Override
  public List<Slice> slices() {
    Periods periods = contents.kept();
    List<Slice> slices = new ArrayList<>(periods.size());
    for (int i = 0; i < periods.size(); i++) {
      Period period = periods.get(i);
      BootRows rows = contents.boot(period.boot());
      if (rows == null) {
        continue; // given up a moment ago
      }
      Boot boot = rows.boot;
      long to = periods.isOf(period.boot(), i + 1) ? periods.get(i + 1).from() : rows.watermark();
      long from = period.from() == 0 ? boot.wallStart() : boot.wallAt(period.from());
      slices.add(new Slice(period.number(), period.boot(), from, Math.max(from, boot.wallAt(to))));
    }
    return slices;
  }

  @Override
  public void giveUp(int number) {
    // Whatever begins after this call is not meant.
    givenUp.accumulateAndGet(Math.min(number, contents.kept().current().number()), Math::max);
  }

  /** For the writer: up to which number. */
  int givenUp() {
    return givenUp.get();
  }

  @Override
  public long bytes() {
    return database.using(database::bytes);
  }

  @Override
  public StoreHealth health() {
    return database.health();
  }

  @Override
  public StoreHealth writing() {
    return database.writing();
  }
}
