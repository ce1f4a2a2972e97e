package io.taskhistory.store.rocksdb;

/** Changes to the rows of a store that nobody else uses, many of them in one batch. */
final class RowEdits {

  /** Takes a row. */
  interface Row {
    void row(byte[] key, byte[] value);
  }

  private final Database database;
  private final Batch batch;

  RowEdits(Database database) {
    this.database = database;
    this.batch = new Batch(database.familyIds());
  }

  /** One row after the other; what is changed meanwhile is not seen, and is written in the end. */
  void walk(Family family, Row row) {
    database.using(() -> {
      try (Scan scan = database.scan(family)) {
        for (boolean more = scan.first(); more; more = scan.next()) {
          row.row(scan.key(), scan.value());
        }
      }
      return family;
    });
    flush();
  }

  void put(Family family, byte[] key, byte[] value) {
    batch.key.clear().bytes(key, 0, key.length);
    batch.value.clear().bytes(value, 0, value.length);
    batch.put(family);
  }

  void drop(Family family, byte[] key) {
    batch.key.clear().bytes(key, 0, key.length);
    batch.delete(family);
  }

  /** What is to be written next. */
  Batch batch() {
    return batch;
  }

  void flush() {
    if (!batch.isEmpty()) {
      database.write(batch);
      batch.clear();
    }
  }
}
