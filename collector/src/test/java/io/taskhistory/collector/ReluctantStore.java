package io.taskhistory.collector;

import io.taskhistory.history.Boot;
import io.taskhistory.history.ClockLedger;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Gap;
import io.taskhistory.history.Task;
import io.taskhistory.store.BootFacts;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.HistoryStore;
import io.taskhistory.store.HistoryWriter;
import io.taskhistory.store.LiveTasks;
import io.taskhistory.store.StoreException;
import io.taskhistory.store.Upkeep;
import io.taskhistory.store.memory.MemoryHistoryStore;
import java.util.concurrent.atomic.AtomicInteger;

/** The reference store, whose commits can be refused, and which says that so much waits until that is given up. */
final class ReluctantStore implements HistoryStore, HistoryWriter {

  private final HistoryStore kept = MemoryHistoryStore.open(
      new BootFacts("01234567-89ab-cdef-0123-456789abcdef", 1, new ClockLedger.Row(1, 0, 0)));
  private final HistoryWriter writer = kept.writer();
  final AtomicInteger commits = new AtomicInteger();
  volatile boolean refuses;
  volatile long waiting;
  private boolean refused;

  @Override
  public HistoryWriter writer() {
    return this;
  }

  @Override
  public Upkeep upkeep() {
    return kept.upkeep();
  }

  @Override
  public HistoryReader reader() {
    return kept.reader();
  }

  @Override
  public void close() {
    kept.close();
  }

  @Override
  public Boot boot() {
    return writer.boot();
  }

  @Override
  public LiveTasks live() {
    return writer.live();
  }

  @Override
  public long watermark() {
    return writer.watermark();
  }

  @Override
  public Entry root() {
    return writer.root();
  }

  @Override
  public void save(Task task) {
    writer.save(task);
  }

  @Override
  public void save(Entry entry) {
    writer.save(entry);
  }

  @Override
  public Gap gap(String source, long from, long to, long lost, Gap.Cause cause) {
    return writer.gap(source, from, to, lost, cause);
  }

  @Override
  public void clock(ClockLedger.Row row) {
    writer.clock(row);
  }

  @Override
  public void position(byte[] position) {
    writer.position(position);
  }

  @Override
  public byte[] position() {
    return writer.position();
  }

  @Override
  public boolean isDirty() {
    return writer.isDirty();
  }

  @Override
  public boolean isUnderWay() {
    return refused;
  }

  @Override
  public void begin(long watermark, Runnable done) {
    refused = refuses;
    if (!refused) {
      writer.commit(watermark);
      commits.incrementAndGet();
    }
    done.run();
  }

  @Override
  public boolean settle() {
    if (refused) {
      refused = false;
      throw new StoreException("no space");
    }
    return true;
  }

  @Override
  public long pending() {
    return waiting;
  }

  @Override
  public long shed(long until) {
    waiting = 0;
    return 7;
  }

  @Override
  public void commit(long watermark) {
    begin(watermark, () -> { });
    settle();
  }
}
