package io.taskhistory.api.enrich;

import io.taskhistory.collector.CollectorView;
import io.taskhistory.store.HistoryReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Adds histories to audit logs of this machine. A log passes in about a megabyte of memory however long it is, and what
 * is known is only read, so that a client that is slow holds up nobody.
 */
public final class AuditEnrichment {

  private final HistoryReader reader;
  private final CollectorView collector;
  private final long lag;
  private final EnrichmentCounts counts = new EnrichmentCounts();

  /**
   * @param lag how far the kernel's coarse clocks can be behind, by which it stamps audit events
   */
  public AuditEnrichment(HistoryReader reader, CollectorView collector, long lag) {
    this.reader = reader;
    this.collector = collector;
    this.lag = lag;
  }

  /** What has passed since the service started. */
  public EnrichmentCounts counts() {
    return counts;
  }

  /**
   * Lets a log pass, and adds to it.
   *
   * @param all whether events that are a single record get a history too
   * @param limit of a history in bytes, 0 for none
   * @return what it came to
   */
  public Tally enrich(InputStream log, OutputStream enriched, boolean all, int limit) throws IOException {
    Tally tally = new Tally();
    LogPassage passage = new LogPassage(log, enriched);
    EventBook book = new EventBook(passage, new Resolver(reader, collector, lag),
        new HistoryLine(new HistoryTexts(limit)), tally, all);
    Counting counting = new Counting(book, tally);
    try {
      passage.run(counting);
      book.settleAll();
      passage.finish();
      tally.endsWithinLine = passage.endsWithinLine();
    } finally {
      counting.count();
    }
    return tally;
  }

  /** Counts for all requests what has come up, whenever more comes in. */
  private final class Counting implements LogPassage.Watcher {

    private final EventBook book;
    private final Tally tally;
    private EnrichmentCounts.Totals counted = new Tally().totals();

    Counting(EventBook book, Tally tally) {
      this.book = book;
      this.tally = tally;
    }

    void count() {
      EnrichmentCounts.Totals now = tally.totals();
      counts.add(now, counted);
      counted = now;
    }

    @Override
    public void line(boolean isWhole) {
      book.line(isWhole);
    }

    @Override
    public void longLine() {
      book.longLine();
    }

    @Override
    public void heldUntil(long place) {
      book.heldUntil(place);
    }

    @Override
    public void pause(boolean isWithinLine) {
      book.pause(isWithinLine);
      count();
    }

    @Override
    public void more() {
      book.more();
    }
  }
}
