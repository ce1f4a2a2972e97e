package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.ask.Inquiry;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.enrich.AuditEnrichment;
import io.taskhistory.api.enrich.Tally;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.HistoryStyle;
import io.taskhistory.store.HistoryReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;

/**
 * {@code /enrich/audit}: an audit log in the request, and the same with histories in the answer, while it comes in.
 * Whoever sends much reads at the same time, or both sides wait for ever on full buffers.
 */
final class EnrichHandler {

  /** Each log holds a thread of the server for as long as its client likes. */
  private static final int AT_ONCE = 8;

  private static final String SUMMARY = "#taskhistory ";

  private final HistoryReader reader;
  private final CollectorView collector;
  private final AuditEnrichment enrichment;
  private final Semaphore places = new Semaphore(AT_ONCE);

  EnrichHandler(HistoryReader reader, CollectorView collector, AuditEnrichment enrichment) {
    this.reader = reader;
    this.collector = collector;
    this.enrichment = enrichment;
  }

  void audit(Context ctx, Params params) throws IOException {
    boolean all = params.flag("all");
    boolean summary = params.flag("summary");
    int limit = params.limit(HistoryStyle.KERNEL);
    if (!places.tryAcquire()) {
      throw new Refusal(Refusal.Kind.BUSY, AT_ONCE + " logs are being enriched already; send this one later");
    }
    try {
      // Logs have no encoding.
      ctx.header(Answers.WATERMARK, Inquiry.watermark(reader, collector)).contentType("text/plain");
      OutputStream out = ctx.res().getOutputStream();
      Tally tally = enrichment.enrich(ctx.req().getInputStream(), out, all, limit);
      if (summary) {
        // It is a line of its own also after a line without an end.
        String line = (tally.endsWithinLine() ? "\n" : "") + SUMMARY + tally.totals().json() + "\n";
        out.write(line.getBytes(StandardCharsets.US_ASCII));
        out.flush();
      }
    } finally {
      places.release();
    }
  }
}
