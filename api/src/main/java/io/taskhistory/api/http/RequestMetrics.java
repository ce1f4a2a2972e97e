package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.taskhistory.api.stream.StreamCounts;
import java.util.function.LongSupplier;

/** Counts requests, and streams of events. */
final class RequestMetrics {

  /** Files of the page, and what is nowhere: anybody can ask for as many paths as he likes. */
  private static final String OTHER = "other";

  private final Counter requests;
  private final Histogram seconds;

  RequestMetrics(PrometheusRegistry registry, StreamCounts streams) {
    requests = Counter.builder().name("taskhistory_http_requests_total")
        .help("Requests that were answered, by the call's operationId.").labelNames("call", "status").register(registry);
    seconds = Histogram.builder().name("taskhistory_http_request_seconds")
        .help("How long answers took, streamed ones left out.").labelNames("call").classicOnly()
        .classicUpperBounds(0.0005, 0.001, 0.002, 0.005, 0.02, 0.1, 0.5, 2, 10).register(registry);
    GaugeWithCallback.builder().name("taskhistory_streams").help("Streams of events that are open.")
        .callback(c -> c.call(streams.now())).register(registry);
    counter(registry, "opened", "Streams of events that were opened.", streams::opened);
    counter(registry, "refused", "Streams that were not, as there were too many.", streams::refused);
    counter(registry, "cut_off", "Streams that were ended as their reader took nothing.", streams::cutOff);
    counter(registry, "dropped", "Streams whose place was no longer kept.", streams::dropouts);
    counter(registry, "bytes", "Bytes of events that were passed on.", streams::bytes);
  }

  private static void counter(PrometheusRegistry registry, String name, String help, LongSupplier value) {
    CounterWithCallback.builder().name("taskhistory_streams_" + name + "_total").help(help)
        .callback(c -> c.call(value.getAsLong())).register(registry);
  }

  /** A request has been answered. */
  void answered(Context ctx, float millis) {
    String call = ctx.attribute(Routes.ENDPOINT);
    Outcome before = Outcome.of(ctx);
    answered(call == null ? OTHER : call, ctx.statusCode(), millis / 1e3 + (before == null ? 0 : before.nanos() / 1e9));
  }

  void answered(String call, int status, double took) {
    requests.labelValues(call, status == 200 ? "200" : Integer.toString(status)).inc();
    if (!isStreamed(call)) {
      seconds.labelValues(call).observe(took);
    }
  }

  private static boolean isStreamed(String call) {
    return call.equals("postLineages") || call.equals("postAuditLog") || call.equals("getEvents");
  }
}
