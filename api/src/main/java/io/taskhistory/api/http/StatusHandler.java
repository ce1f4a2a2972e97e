package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.ask.CoverageGauge;
import io.taskhistory.api.ask.Inquiry;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.enrich.EnrichmentCounts;
import io.taskhistory.api.view.StatusView;
import io.taskhistory.api.view.UpkeepView;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.store.HistoryReader;

/** {@code /status}, and the two short answers for whoever watches over services. */
final class StatusHandler {

  private final HistoryReader reader;
  private final CollectorView collector;
  private final Bounds bounds;
  private final CoverageGauge coverage;
  private final EnrichmentCounts enrichment;
  private final String version;

  StatusHandler(HistoryReader reader, CollectorView collector, Bounds bounds, CoverageGauge coverage,
      EnrichmentCounts enrichment, String version) {
    this.reader = reader;
    this.collector = collector;
    this.bounds = bounds;
    this.coverage = coverage;
    this.enrichment = enrichment;
    this.version = version;
  }

  void status(Context ctx, Params params) {
    String watermark = Inquiry.watermark(reader, collector);
    CollectorView.Status status = collector.status();
    Answers.json(ctx, watermark, StatusView.of(version, reader.boot(), watermark, status,
        coverage.coverage(), reader.gaps(reader.boot()), reader.stats(),
        UpkeepView.of(bounds.upkeep(), status.queue(), bounds.policy().get()), enrichment.totals()));
  }

  /** The process runs and answers. */
  void healthz(Context ctx, Params params) {
    Answers.text(ctx, "ok\n");
  }

  /** Tasks are being followed. */
  void readyz(Context ctx, Params params) {
    CollectorView.Status status = collector.status();
    if (status.sources().stream().noneMatch(
        source -> source.name().equals(status.spine()) && source.state().equals("running"))) {
      throw new Refusal(Refusal.Kind.NOT_READY, "no source is running; /api/v1/status and the log say why");
    }
    Answers.text(ctx, "ready\n");
  }
}
