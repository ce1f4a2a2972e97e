package io.taskhistory.api.enrich;

import java.util.concurrent.atomic.LongAdder;

/** What all requests since the service started came to. Any thread may add, any may ask. */
public final class EnrichmentCounts {

  /**
   * Numbers of one moment.
   *
   * @param lines that passed
   * @param events that their records belong to; those of a program are one each
   * @param added records that say a history
   * @param ambiguous questions to which more than one process, or image of one, would have been an answer
   * @param unknown questions about a pid that nobody is known to have held then
   * @param unparsable lines that are no audit records
   */
  public record Totals(long lines, long events, long added, long ambiguous, long unknown, long unparsable) {

    /** As the last line of an answer has it. */
    public String json() {
      return "{\"lines\":" + lines + ",\"events\":" + events + ",\"added\":" + added + ",\"ambiguous\":" + ambiguous
          + ",\"unknown\":" + unknown + ",\"unparsable\":" + unparsable + "}";
    }
  }

  private final LongAdder lines = new LongAdder();
  private final LongAdder events = new LongAdder();
  private final LongAdder added = new LongAdder();
  private final LongAdder ambiguous = new LongAdder();
  private final LongAdder unknown = new LongAdder();
  private final LongAdder unparsable = new LongAdder();

  /** Adds what has come up to {@code now} since {@code before}, so that a request that never ends counts as it goes. */
  void add(Totals now, Totals before) {
    lines.add(now.lines - before.lines);
    events.add(now.events - before.events);
    added.add(now.added - before.added);
    ambiguous.add(now.ambiguous - before.ambiguous);
    unknown.add(now.unknown - before.unknown);
    unparsable.add(now.unparsable - before.unparsable);
  }

  public Totals totals() {
    return new Totals(lines.sum(), events.sum(), added.sum(), ambiguous.sum(), unknown.sum(), unparsable.sum());
  }
}
