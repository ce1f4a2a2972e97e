package io.taskhistory.store.rocksdb;

import io.taskhistory.history.LineagePattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the execs of a lineage where {@link LineageWriter} has kept them, a period after the other. To be closed
 * within the use of {@link Database} that it was begun in.
 *
 * <p>The postings that it sees are those of the beginning, and the lineages those of later: so each posting's is there.
 */
final class LineageSearch implements AutoCloseable {

  private final Database database;
  private final LineagePattern pattern;
  private final Scan postings;

  private LineageSearch(Database database, LineagePattern pattern) {
    this.database = database;
    this.pattern = pattern;
    this.postings = database.scan(Family.POSTINGS);
  }

  /** Null where no lineage is asked for. */
  static @Nullable LineageSearch of(Database database, @Nullable LineagePattern pattern) {
    return pattern == null ? null : new LineageSearch(database, pattern);
  }

  /** Those that may be meant; null where the period has to be searched through. */
  @Nullable ExecWalk walk(int period, byte[] start, long end) {
    int[] nodes;
    try (Scan lineages = database.scan(Family.LINEAGES)) {
      nodes = LineageNodes.fitting(lineages, period, pattern);
    }
    return nodes == null ? null : new PostingWalk(database, postings, period, nodes, start, end);
  }

  @Override
  public void close() {
    postings.close();
  }
}
