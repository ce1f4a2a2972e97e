package io.taskhistory.store.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads through the tables of a store that has too many to do so before it is opened, once, at leisure. Meanwhile a
 * read that meets damage is refused by itself: each block has a checksum too.
 */
final class TableCheck implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TableCheck.class);

  /** How long it rests after each file, for as long as reading it took. */
  private static final long MOST_REST = TimeUnit.SECONDS.toNanos(5);

  private static final long PATIENCE = TimeUnit.SECONDS.toMillis(1);

  private final Inspection inspection;
  private final Health health;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  TableCheck(Inspection inspection, Health health) {
    this.inspection = inspection;
    this.health = health;
    this.thread = new Thread(this::run, "check");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    Manifest said = inspection.manifest();
    for (Manifest.Table table : said == null ? List.<Manifest.Table>of() : said.tables().values()) {
      long began = System.nanoTime();
      check(table);
      long rest = Math.min(MOST_REST, System.nanoTime() - began);
      try {
        if (stop.await(rest, TimeUnit.NANOSECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void check(Manifest.Table table) {
    Path file = inspection.file(table);
    try {
      if (!Inspection.isSound(file, table) && Files.exists(file)) {
        LOG.error(health.found(new Inspection.Damage(file, "its checksum does not fit")));
      }
    } catch (IOException e) {
      if (Files.exists(file)) { // else a compaction has taken its place
        LOG.error(health.found(new Inspection.Damage(file, "it cannot be read: " + e.getMessage())));
      }
    }
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(PATIENCE); // it reads only, so one whose disk hangs may be left behind
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
