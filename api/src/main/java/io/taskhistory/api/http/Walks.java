package io.taskhistory.api.http;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * The live trees that somebody is reading page by page. A cursor names one and a position in it. Those that nobody has
 * gone on with for longest are forgotten first; then it has to be begun anew, rather than leave anything out unsaid.
 */
final class Walks {

  /** How long one is remembered that nobody goes on with. */
  static final Duration PATIENCE = Duration.ofMinutes(5);

  /** How many processes all together may have, at 40 bytes each; the newest tree is remembered however large it is. */
  static final int MOST_NODES = 100_000;

  private static final int HEX = 16;

  /** Where in a tree a page begins. */
  record Place(Walk walk, int position) {}

  private record Kept(Walk walk, long used) {}

  private final LongSupplier clock;
  private final Map<String, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);
  private int nodes;

  /** @param clock nanoseconds that only go on */
  Walks(LongSupplier clock) {
    this.clock = clock;
  }

  /** Remembers a tree, and makes the cursor to go on with at {@code position}. */
  synchronized String begin(Walk walk, int position) {
    String name = Long.toHexString(ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE);
    kept.put(name, new Kept(walk, clock.getAsLong()));
    nodes += walk.size();
    forget(walk);
    return name + "." + position;
  }

  /** The cursor for another position in the tree that {@code cursor} names. */
  static String goOn(String cursor, int position) {
    return cursor.substring(0, HEX + 1) + position;
  }

  /** What a cursor names; empty where it is none of ours, or its tree is forgotten. */
  synchronized Optional<Place> find(String cursor) {
    if (!cursor.matches("[0-9a-f]{" + HEX + "}\\.[0-9]{1,9}")) {
      return Optional.empty();
    }
    Kept found = kept.computeIfPresent(cursor.substring(0, HEX), (name, known) -> new Kept(known.walk, clock.getAsLong()));
    if (found == null) {
      return Optional.empty();
    }
    forget(found.walk);
    int position = Integer.parseInt(cursor.substring(HEX + 1));
    return position < found.walk.size() ? Optional.of(new Place(found.walk, position)) : Optional.empty();
  }

  /** Forgets what is too old or too much, from the one that was used longest ago, but not {@code inUse}. */
  private void forget(Walk inUse) {
    Iterator<Kept> oldest = kept.values().iterator();
    while (oldest.hasNext()) {
      Kept next = oldest.next();
      if (next.walk == inUse || nodes <= MOST_NODES && clock.getAsLong() - next.used < PATIENCE.toNanos()) {
        return;
      }
      oldest.remove();
      nodes -= next.walk.size();
    }
  }
}
