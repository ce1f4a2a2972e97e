package io.taskhistory.store.rocksdb;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the next commit has to keep: each object once, whatever {@code equals} says, in the order in which they came. A
 * table with open addressing, since at a hundred thousand a second nodes would be most of the garbage.
 */
final class DirtySet<T> {

  private static final int SMALLEST = 1 << 10;

  private final List<T> items = new ArrayList<>();
  private @Nullable Object[] table = new @Nullable Object[SMALLEST];

  /** False where it was there. */
  boolean add(T item) {
    int at = slot(table, item);
    if (table[at] == item) {
      return false;
    }
    table[at] = item;
    items.add(item);
    if (items.size() * 2 > table.length) {
      @Nullable Object[] larger = new @Nullable Object[table.length * 2];
      for (T each : items) {
        larger[slot(larger, each)] = each;
      }
      table = larger;
    }
    return true;
  }

  void forEach(Consumer<? super T> action) {
    items.forEach(action);
  }

  int size() {
    return items.size();
  }

  void clear() {
    if (items.isEmpty()) {
      return;
    }
    items.clear();
    if (table.length > SMALLEST) {
      table = new @Nullable Object[SMALLEST];
    } else {
      Arrays.fill(table, null);
    }
  }

  private static int slot(@Nullable Object[] table, Object item) {
    int hash = System.identityHashCode(item);
    int at = (hash ^ hash >>> 15) & table.length - 1;
    while (table[at] != null && table[at] != item) {
      at = at + 1 & table.length - 1;
    }
    return at;
  }
}
