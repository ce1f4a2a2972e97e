package io.taskhistory.store.rocksdb;

import io.taskhistory.history.LineagePattern;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One walk over the lineages of a period, from parents to children as their numbers go, with a pattern. */
final class LineageNodes {

  /** More rows are not gone through, nor the execs of more nodes merged: it would be no faster than without. */
  private static final int MOST_ROWS = 1 << 17;

  private static final int MOST_FITTING = 1 << 12;

  private final LineageMatch match;
  private int[] nodes = new int[256];
  private long[] states = new long[256];
  private int count;

  private LineageNodes(LineageMatch match) {
    this.match = match;
  }

  /**
   * The nodes of a period at which there may be execs that are meant.
   *
   * @return null where the period has to be searched through
   */
  static int @Nullable [] fitting(Scan lineages, int period, LineagePattern pattern) {
    byte[] marker = LineageRows.marker(period);
    if (!lineages.from(marker) || !Arrays.equals(lineages.key(), marker)) {
      return null;
    }
    LineageNodes all = new LineageNodes(new LineageMatch(pattern, lineages, period));
    return all.walk(lineages, period) ? all.fitting() : null;
  }

  private boolean walk(Scan lineages, int period) {
    int rows = 0;
    for (boolean is = lineages.from(LineageRows.nodes(period, 0)); is; is = lineages.next()) {
      byte[] key = lineages.key();
      if (!LineageRows.isNodeOf(key, period)) {
        return true;
      }
      if (++rows > MOST_ROWS) {
        return false;
      }
      byte[] value = lineages.value();
      add(LineageRows.node(key), match.step(stateOf(LineageRows.parent(value)), LineageRows.name(key, value)));
    }
    return true;
  }

  private long stateOf(int parent) {
    if (parent == 0) {
      return match.start();
    }
    int at = Arrays.binarySearch(nodes, 0, count, parent);
    return at < 0 ? match.any() : states[at];
  }

  /** A node has a row for each of its names. */
  private void add(int node, long state) {
    if (count > 0 && nodes[count - 1] == node) {
      states[count - 1] |= state;
      return;
    }
    if (count == nodes.length) {
      nodes = Arrays.copyOf(nodes, count * 2);
      states = Arrays.copyOf(states, count * 2);
    }
    nodes[count] = node;
    states[count++] = state;
  }

  private int @Nullable [] fitting() {
    int[] fitting = new int[count + 1];
    int size = 0;
    fitting[size++] = LineageRows.UNPLACED;
    for (int i = 0; i < count; i++) {
      if (match.isWhole(states[i])) {
        fitting[size++] = nodes[i];
      }
    }
    return size > MOST_FITTING ? null : Arrays.copyOf(fitting, size);
  }
}
