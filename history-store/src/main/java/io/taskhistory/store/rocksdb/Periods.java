package io.taskhistory.store.rocksdb;

import java.util.Arrays;
import java.util.List;

/** All periods in order. Immutable: a new period makes a new one of these. */
final class Periods {

  private final Period[] periods;

  Periods(List<Period> periods) {
    this.periods = periods.toArray(Period[]::new);
  }

  Periods with(Period next) {
    Period[] more = Arrays.copyOf(periods, periods.length + 1);
    more[periods.length] = next;
    return new Periods(List.of(more));
  }

  /** Without those up to that number. The current one stays in any case. */
  Periods after(int number) {
    int from = 0;
    while (from < periods.length - 1 && periods[from].number() <= number) {
      from++;
    }
    return from == 0 ? this : new Periods(List.of(periods).subList(from, periods.length));
  }

  int size() {
    return periods.length;
  }

  Period get(int index) {
    return periods[index];
  }

  /** The oldest that is kept. */
  Period first() {
    return periods[0];
  }

  /** The one that is being written. */
  Period current() {
    return periods[periods.length - 1];
  }

  /** The index of the one that a time belongs to, or of the boot's first where the time's own is no longer kept; -1
   * where nothing of the boot is. */
  int indexOf(int boot, long time) {
    int first = firstOf(boot);
    if (!isOf(boot, first)) {
      return -1;
    }
    int low = first;
    int high = firstOf(boot + 1) - 1;
    while (low < high) {
      int middle = low + high + 1 >>> 1;
      if (periods[middle].from() <= time) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** The index of the boot's first, or of where it would stand. */
  int firstOf(int boot) {
    int low = 0;
    int high = periods.length;
    while (low < high) {
      int middle = low + high >>> 1;
      if (periods[middle].boot() < boot) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Whether {@code index} is one of that boot's. */
  boolean isOf(int boot, int index) {
    return index >= 0 && index < periods.length && periods[index].boot() == boot;
  }
}
