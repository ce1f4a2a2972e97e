package io.taskhistory.store.rocksdb;

import io.taskhistory.history.RawText;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which node comes below which by which name. A table with open addressing: looking up leaves no garbage. */
final class LineageTable {

  /** No such node. */
  static final int NONE = -1;

  private static final int SMALLEST = 1 << 10;

  private int[] parents = new int[SMALLEST];
  private int[] nodes = new int[SMALLEST];
  private @Nullable RawText[] names = new @Nullable RawText[SMALLEST];
  private int size;

  int size() {
    return size;
  }

  /** {@link #NONE} where there is none. */
  int get(int parent, RawText name) {
    int at = slot(parent, name);
    return names[at] == null ? NONE : nodes[at];
  }

  /** Where there is one already, it stays. */
  void add(int parent, RawText name, int node) {
    int at = slot(parent, name);
    if (names[at] != null) {
      return;
    }
    set(at, parent, name, node);
    if (++size * 2 > names.length) {
      grow();
    }
  }

  void clear() {
    size = 0;
    if (names.length > SMALLEST) {
      parents = new int[SMALLEST];
      nodes = new int[SMALLEST];
      names = new @Nullable RawText[SMALLEST];
    } else {
      Arrays.fill(names, null);
    }
  }

  private void set(int at, int parent, RawText name, int node) {
    parents[at] = parent;
    names[at] = name;
    nodes[at] = node;
  }

  private void grow() {
    int[] oldParents = parents;
    int[] oldNodes = nodes;
    @Nullable RawText[] oldNames = names;
    parents = new int[oldNames.length * 2];
    nodes = new int[oldNames.length * 2];
    names = new @Nullable RawText[oldNames.length * 2];
    for (int i = 0; i < oldNames.length; i++) {
      RawText name = oldNames[i];
      if (name != null) {
        set(slot(oldParents[i], name), oldParents[i], name, oldNodes[i]);
      }
    }
  }

  private int slot(int parent, RawText name) {
    int hash = (parent * 31 + name.hashCode()) * 0x9e3779b9;
    int at = (hash ^ hash >>> 15) & names.length - 1;
    while (names[at] != null && !(parents[at] == parent && Objects.equals(name, names[at]))) {
      at = at + 1 & names.length - 1;
    }
    return at;
  }
}
