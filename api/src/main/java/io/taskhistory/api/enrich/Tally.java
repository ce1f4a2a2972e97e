package io.taskhistory.api.enrich;

/** What one request came to. */
public final class Tally {

  long lines;
  long events;
  long added;
  long ambiguous;
  long unknown;
  long unparsable;
  boolean endsWithinLine;

  /** Whether the log's last line had no end. */
  public boolean endsWithinLine() {
    return endsWithinLine;
  }

  /** The same numbers, which no longer change. */
  public EnrichmentCounts.Totals totals() {
    return new EnrichmentCounts.Totals(lines, events, added, ambiguous, unknown, unparsable);
  }

  void count(Resolver.Outcome outcome) {
    switch (outcome) {
      case FOUND -> added++;
      case AMBIGUOUS -> ambiguous++;
      case UNKNOWN -> unknown++;
    }
  }
}
