package io.taskhistory.store.rocksdb;

import io.taskhistory.history.LineagePattern;
import io.taskhistory.history.RawText;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A pattern as it is followed from the root down, through the names of one period: bit i of a state says that the first
 * i items may fit what ends here. A path stands for all names under which it was seen.
 */
final class LineageMatch {

  private static final int MOST_NAMES = 10_000;

  private final List<LineagePattern.Item> items;

  /** By item; null where it fits any name. */
  private final @Nullable Set<RawText>[] names;

  private final long anyNumber;

  @SuppressWarnings({"unchecked", "rawtypes"})
  LineageMatch(LineagePattern pattern, Scan lineages, int period) {
    items = pattern.items();
    names = new Set[items.size()];
    long any = 0;
    for (int i = 0; i < items.size(); i++) {
      LineagePattern.Item item = items.get(i);
      if (item instanceof LineagePattern.Any star) {
        any |= star.number() ? 1L << i : 0;
      } else if (item instanceof LineagePattern.Named named) {
        names[i] = Set.of(named.name());
      } else if (item instanceof LineagePattern.Path path) {
        names[i] = namesOf(lineages, period, path.path());
      }
    }
    anyNumber = any;
  }

  private static @Nullable Set<RawText> namesOf(Scan lineages, int period, RawText path) {
    byte[] more = LineageRows.morePaths(period);
    if (lineages.from(more) && Objects.deepEquals(lineages.key(), more)) {
      return null;
    }
    Set<RawText> names = new HashSet<>();
    byte[] prefix = LineageRows.paths(period, path);
    for (boolean is = lineages.from(prefix); is && LineageRows.isPathOf(lineages.key(), prefix); is = lineages.next()) {
      RawText name = LineageRows.pathName(lineages.key());
      if (name == null || names.size() == MOST_NAMES) {
        return null;
      }
      names.add(name);
    }
    return names;
  }

  /** Before the root: a pattern may begin anywhere. */
  long start() {
    return forward(1);
  }

  /** All that may be. */
  long any() {
    return (2L << items.size()) - 1;
  }

  /** After one more entry, with that name. */
  long step(long state, RawText name) {
    long then = 1;
    for (int i = 0; i < items.size(); i++) {
      Set<RawText> fitting = names[i];
      if ((state >>> i & 1) != 0 && (fitting == null || !name.isKnown() || fitting.contains(name))) {
        then |= 1L << ((anyNumber >>> i & 1) != 0 ? i : i + 1);
      }
    }
    return forward(then);
  }

  private long forward(long state) {
    long all = state;
    for (int i = 0; i < items.size(); i++) {
      all |= (all & anyNumber & 1L << i) << 1;
    }
    return all;
  }

  boolean isWhole(long state) {
    return (state >>> items.size() & 1) != 0;
  }
}
