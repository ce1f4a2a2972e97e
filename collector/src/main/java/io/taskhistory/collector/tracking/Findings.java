package io.taskhistory.collector.tracking;

import io.taskhistory.collector.tracking.CheckStats.Agreement;
import io.taskhistory.collector.tracking.Look.Fault;
import io.taskhistory.collector.tracking.Look.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts what {@link SelfCheck} finds. One thread counts, any thread asks. */
final class Findings {

  /** How many faults at most are remembered of which no repair is known. */
  private static final int MOST_HOPELESS = 1024;

  /** What two sources said of one and the same. */
  private static final class Pair {
    long agreed;
    long contradicted;
  }

  private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
  private final Map<String, Pair> pairs = new TreeMap<>();
  private final Map<Fault, Boolean> hopeless = new LinkedHashMap<>() {

    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Fault, Boolean> eldest) {
      return size() > MOST_HOPELESS;
    }
  };
  private long repaired;
  private long lastTime = -1;
  private String last = "";

  Findings() {
    for (Kind kind : Kind.values()) {
      if (kind.isFinding()) {
        counts.put(kind, 0L);
      }
    }
  }

  /** Something was found, and the last of it is this. */
  synchronized void found(Look look) {
    counts.merge(look.kind(), 1L, Long::sum);
    lastTime = look.at();
    last = look.toString();
  }

  synchronized void repaired() {
    repaired++;
  }

  /** It is as it was after everything was done: to do that again would help as little. */
  synchronized void isHopeless(Look look) {
    hopeless.put(look.fault(), true);
  }

  synchronized boolean isKnown(Look look) {
    return !hopeless.isEmpty() && hopeless.containsKey(look.fault());
  }

  /** A source beside the spine is there to be compared. */
  synchronized void expect(String source) {
    pair(source);
  }

  synchronized void agreed(String source) {
    pair(source).agreed++;
  }

  synchronized void contradicted(String source) {
    pair(source).contradicted++;
  }

  private Pair pair(String source) {
    return pairs.computeIfAbsent(source, name -> new Pair());
  }

  synchronized CheckStats stats(long rounds, long compared) {
    Map<String, Long> byKind = new LinkedHashMap<>();
    counts.forEach((kind, count) -> byKind.put(kind.toString(), count));
    List<Agreement> agreements = new ArrayList<>();
    pairs.forEach((source, pair) -> agreements.add(new Agreement(source, pair.agreed, pair.contradicted)));
    return new CheckStats(rounds, compared, byKind, repaired, lastTime, last, agreements);
  }
}
