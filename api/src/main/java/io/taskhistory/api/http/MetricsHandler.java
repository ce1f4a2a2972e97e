package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.taskhistory.api.ask.CoverageGauge;
import io.taskhistory.api.enrich.EnrichmentCounts;
import io.taskhistory.api.stream.StreamCounts;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.collector.source.SourceStats;
import io.taskhistory.store.HistoryReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.DoubleSupplier;
import java.util.function.ToLongFunction;

/** {@code /metrics}: what {@code /status} counts, for Prometheus. Everything is read when asked for. */
final class MetricsHandler {

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final CollectorView collector;

  MetricsHandler(HistoryReader reader, CollectorView collector, Bounds bounds, CoverageGauge coverage,
      EnrichmentCounts enrichment, WrongTokens wrong, String version) {
    this.collector = collector;
    Info.builder().name("taskhistory_build_info").help("The version that runs.").labelNames("version")
        .register(registry).setLabelValues(version);
    perSource("taskhistory_source_events_total", "Events that a source passed on.", SourceStats::events);
    perSource("taskhistory_source_lost_total", "Events that a source is known to have lost, at least.",
        SourceStats::lost);
    perSource("taskhistory_source_losses_total", "How often a source lost events.", SourceStats::losses);
    GaugeWithCallback.builder().name("taskhistory_source_up").help("1 while the source runs.").labelNames("source")
        .callback(c -> collector.status().sources().forEach(
            source -> c.call(source.state().equals("running") ? 1 : 0, source.name())))
        .register(registry);
    counter("taskhistory_details_read_total", "How often a process's details were read from /proc.",
        () -> collector.status().detailsRead());
    counter("taskhistory_details_skipped_total", "How often there was no time to read them.",
        () -> collector.status().detailsSkipped());
    counter("taskhistory_enrichment_lines_total", "Lines of audit logs that passed.",
        () -> enrichment.totals().lines());
    counter("taskhistory_enrichment_events_total", "Audit events that they were of.",
        () -> enrichment.totals().events());
    counter("taskhistory_enrichment_added_total", "Histories that were added to them.",
        () -> enrichment.totals().added());
    counter("taskhistory_enrichment_ambiguous_total", "Histories left out, as several would have fitted.",
        () -> enrichment.totals().ambiguous());
    counter("taskhistory_enrichment_unknown_total", "Histories left out, as nobody is known to have held the pid.",
        () -> enrichment.totals().unknown());
    counter("taskhistory_enrichment_unparsable_total", "Lines that are no audit records.",
        () -> enrichment.totals().unparsable());
    gauge("taskhistory_watermark_seconds", "The time, since 1970, up to which everything can be queried.",
        () -> reader.boot().wallAt(collector.watermark()) / 1e9);
    gauge("taskhistory_live_tasks", "Tasks that live, threads included.", () -> reader.live().size());
    gauge("taskhistory_live_processes", "Processes that live.", () -> coverage.coverage().live());
    gauge("taskhistory_complete_processes", "Those of them whose history is complete.",
        () -> coverage.coverage().complete());
    gauge("taskhistory_gaps", "Intervals of this boot in which a source lost events.",
        () -> reader.gaps(reader.boot()).size());
    gauge("taskhistory_store_ended_tasks", "Ended tasks in the store, about.", () -> reader.stats().endedTasks());
    gauge("taskhistory_store_entries", "Execs in the store, about.", () -> reader.stats().entries());
    gauge("taskhistory_store_bytes", "What the store takes on disk.", () -> reader.stats().bytes());
    counter("taskhistory_wrong_tokens_total", "How often somebody showed a token that is none.", wrong::count);
    UpkeepMetrics.register(registry, bounds, collector);
    SelfCheckMetrics.register(registry, collector);
    gauge("taskhistory_heap_used_bytes", "The part of the Java heap that is in use.",
        () -> Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
  }

  /** Also counts what is answered from now on. */
  RequestMetrics requests(StreamCounts streams) {
    return new RequestMetrics(registry, streams);
  }

  void metrics(Context ctx, Params params) throws IOException {
    ExpositionFormatWriter writer = formats.findWriter(ctx.header("Accept"));
    ByteArrayOutputStream out = new ByteArrayOutputStream(8192);
    writer.write(out, registry.scrape());
    ctx.contentType(writer.getContentType()).result(out.toByteArray());
  }

  private void perSource(String name, String help, ToLongFunction<SourceStats> value) {
    CounterWithCallback.builder().name(name).help(help).labelNames("source")
        .callback(c -> collector.status().sources().forEach(
            source -> c.call(value.applyAsLong(source.stats()), source.name())))
        .register(registry);
  }

  private void counter(String name, String help, DoubleSupplier value) {
    CounterWithCallback.builder().name(name).help(help).callback(c -> c.call(value.getAsDouble())).register(registry);
  }

  private void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder().name(name).help(help).callback(c -> c.call(value.getAsDouble())).register(registry);
  }
}
