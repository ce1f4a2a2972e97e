package io.taskhistory.store.rocksdb;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;

/**
 * The families of keys; what RocksDB calls column families. New ones come last, and how many a store had is in its
 * {@link StateFile}: so one that is missing is told from one that an earlier format did not have.
 */
enum Family {
  META(new String(RocksDB.DEFAULT_COLUMN_FAMILY, StandardCharsets.US_ASCII)),
  LIVE("live"),
  TASKS("tasks"),
  ENTRIES("entries"),
  DETAILS("details"),
  CHILDREN("children"),
  LINEAGES("lineages"),
  POSTINGS("postings"),
  EVENTS("events");

  /** Those whose keys start with the number of a period. */
  static final List<Family> BY_PERIOD = List.of(TASKS, ENTRIES, DETAILS, CHILDREN, LINEAGES, POSTINGS, EVENTS);

  /** Those whose rows say what no other family does; what is in the rest a store can do without. */
  static final List<Family> ESSENTIAL = List.of(META, LIVE, TASKS, ENTRIES, DETAILS, CHILDREN);

  private final String label;

  Family(String label) {
    this.label = label;
  }

  boolean isByPeriod() {
    return this != META && this != LIVE;
  }

  /** The one with a label; null for any other. */
  static @Nullable Family of(String label) {
    for (Family family : values()) {
      if (family.label.equals(label)) {
        return family;
      }
    }
    return null;
  }

  byte[] label() {
    return label.getBytes(StandardCharsets.US_ASCII);
  }
}
