package io.taskhistory.store.rocksdb;

import java.util.function.Consumer;

/** What has to hold between the rows by which execs are found by their lineage, and the entries that they name. */
final class LineageCheck {

  private final Database database;
  private int period = -1;
  private int node;
  private boolean isThere;

  LineageCheck(Database database) {
    this.database = database;
  }

  /** Of a period that is kept. */
  void lineage(byte[] key, byte[] value, Consumer<String> wrong) {
    if (!LineageRows.isNode(key)) {
      return;
    }
    LineageRows.name(key, value);
    int parent = LineageRows.parent(value);
    if (parent >= LineageRows.node(key) || parent != 0 && !hasNode(Keys.period(key), parent)) {
      wrong.accept("the lineage before it, " + parent + ", is missing");
    }
  }

  /** Of a period that is kept. They come by node. */
  void posting(byte[] key, Consumer<String> wrong) {
    int of = LineageRows.postingNode(key);
    if (Keys.period(key) != period || of != node || period < 0) {
      period = Keys.period(key);
      node = of;
      isThere = of == LineageRows.UNPLACED || hasNode(period, of);
    }
    if (!isThere) {
      wrong.accept("its lineage " + of + " is missing");
    }
    byte[] entry = Keys.entry(period, LineageRows.postingTime(key), LineageRows.postingPid(key));
    if (database.get(Family.ENTRIES, entry) == null) {
      wrong.accept("the entry that it names is missing");
    }
  }

  private boolean hasNode(int in, int number) {
    try (Scan scan = database.scan(Family.LINEAGES)) {
      return scan.from(LineageRows.nodes(in, number))
          && LineageRows.isNodeOf(scan.key(), in) && LineageRows.node(scan.key()) == number;
    }
  }
}
