package io.taskhistory.api.http;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.collector.tracking.CheckStats;
import io.taskhistory.collector.tracking.CheckStats.Agreement;
import java.util.function.ToLongFunction;

/** The counters of the comparison with /proc, and of the sources with each other. */
final class SelfCheckMetrics {

  private final PrometheusRegistry registry;
  private final CollectorView collector;

  private SelfCheckMetrics(PrometheusRegistry registry, CollectorView collector) {
    this.registry = registry;
    this.collector = collector;
  }

  static void register(PrometheusRegistry registry, CollectorView collector) {
    SelfCheckMetrics metrics = new SelfCheckMetrics(registry, collector);
    metrics.counter("rounds", "How often all tasks have been compared with /proc.", CheckStats::rounds);
    metrics.counter("compared", "How many comparisons of one task that were.", CheckStats::compared);
    metrics.counter("repaired", "How many differences are put right.", CheckStats::repaired);
    CounterWithCallback.builder().name("taskhistory_self_check_findings_total")
        .help("Differences from /proc that stood: what the spine has missed without saying so.").labelNames("kind")
        .callback(c -> collector.status().selfCheck().findings().forEach((kind, count) -> c.call(count, kind)))
        .register(registry);
    metrics.perSource("agreed", "What another source told as the spine did.", Agreement::agreed);
    metrics.perSource("contradicted", "What another source told that the spine had missed.", Agreement::contradicted);
  }

  private void counter(String name, String help, ToLongFunction<CheckStats> value) {
    CounterWithCallback.builder().name("taskhistory_self_check_" + name + "_total").help(help)
        .callback(c -> c.call(value.applyAsLong(collector.status().selfCheck()))).register(registry);
  }

  private void perSource(String name, String help, ToLongFunction<Agreement> value) {
    CounterWithCallback.builder().name("taskhistory_self_check_" + name + "_total").help(help).labelNames("source")
        .callback(c -> collector.status().selfCheck().agreements().forEach(
            one -> c.call(value.applyAsLong(one), one.source())))
        .register(registry);
  }
}
