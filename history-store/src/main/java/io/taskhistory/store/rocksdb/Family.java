package io.taskhistory.store.rocksdb;

import java.nio.charset.StandardCharsets;
import org.rocksdb.RocksDB;

/** The families of keys; what RocksDB calls column families. */
enum Family {
  META(new String(RocksDB.DEFAULT_COLUMN_FAMILY, StandardCharsets.US_ASCII)),
  LIVE("live"),
  TASKS("tasks"),
  ENTRIES("entries"),
  DETAILS("details"),
  CHILDREN("children");

  private final String label;

  Family(String label) {
    this.label = label;
  }

  byte[] label() {
    return label.getBytes(StandardCharsets.US_ASCII);
  }
}
