package io.taskhistory.api.http;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.taskhistory.api.policy.LimitState;
import io.taskhistory.api.policy.PolicyState;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.store.StoreHealth;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What {@code /metrics} tells of limits, of what waits to be kept, and of what was dropped. */
final class UpkeepMetrics {

  private final PrometheusRegistry registry;
  private final Bounds bounds;

  private UpkeepMetrics(PrometheusRegistry registry, Bounds bounds) {
    this.registry = registry;
    this.bounds = bounds;
  }

  static void register(PrometheusRegistry registry, Bounds bounds, CollectorView collector) {
    UpkeepMetrics metrics = new UpkeepMetrics(registry, bounds);
    metrics.limits();
    metrics.gauge("taskhistory_slices", "Stretches of time that history is kept of.",
        () -> bounds.upkeep().slices().size());
    metrics.gauge("taskhistory_kept_since_seconds", "The time, since 1970, from which history is kept.",
        () -> bounds.upkeep().slices().get(0).fromWall() / 1e9);
    metrics.counter("taskhistory_slices_dropped_total", "Those that were asked to be dropped.",
        () -> bounds.policy().get().map(PolicyState::dropped).orElse(0L));
    metrics.gauge("taskhistory_store_healthy", "1 while what happens can be kept.",
        () -> bounds.upkeep().health().state() == StoreHealth.State.FINE ? 1 : 0);
    metrics.gauge("taskhistory_cgroups_frozen", "Cgroups that the service has frozen.",
        () -> bounds.policy().get().map(state -> state.frozen().size()).orElse(0));
    metrics.gauge("taskhistory_queue_bytes", "What waits to be kept, in memory, about.",
        () -> collector.status().queue().bytes());
    metrics.gauge("taskhistory_queue_limit_bytes", "How much of that there may be.",
        () -> collector.status().queue().limit());
    metrics.counter("taskhistory_queue_overflows_total", "How often it had come to that.",
        () -> collector.status().queue().overflows());
    metrics.counter("taskhistory_queue_lost_total", "Ended tasks and execs that were given up for that.",
        () -> collector.status().queue().lost());
  }

  private void limits() {
    perLimit("taskhistory_limit", "A limit, in bytes or seconds.", LimitState::limit);
    perLimit("taskhistory_limit_value", "What is limited, in bytes, seconds or times.", LimitState::value);
    perLimit("taskhistory_limit_crossed", "1 while a limit is crossed.", limit -> limit.crossed() ? 1L : 0L);
    CounterWithCallback.builder().name("taskhistory_limit_crossings_total")
        .help("How often a limit came to be crossed.").labelNames("limit")
        .callback(c -> all().forEach(limit -> c.call(limit.times(), limit.name()))).register(registry);
  }

  private List<LimitState> all() {
    return bounds.policy().get().map(PolicyState::limits).orElse(List.of());
  }

  private void perLimit(String name, String help, Function<LimitState, @Nullable Long> value) {
    GaugeWithCallback.builder().name(name).help(help).labelNames("limit").callback(c -> all().forEach(limit -> {
      Long number = value.apply(limit);
      if (number != null) {
        c.call(number, limit.name());
      }
    })).register(registry);
  }

  private void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder().name(name).help(help).callback(c -> c.call(value.getAsDouble())).register(registry);
  }

  private void counter(String name, String help, DoubleSupplier value) {
    CounterWithCallback.builder().name(name).help(help).callback(c -> c.call(value.getAsDouble())).register(registry);
  }
}
