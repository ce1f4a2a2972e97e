package io.taskhistory.api.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.taskhistory.api.ask.CoverageGauge;
import io.taskhistory.api.ask.Inquiry;
import io.taskhistory.api.enrich.AuditEnrichment;
import io.taskhistory.api.openapi.Endpoint;
import io.taskhistory.api.openapi.Endpoints;
import io.taskhistory.api.stream.EventStreams;
import io.taskhistory.api.stream.StreamCounts;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.store.HistoryReader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Who answers each of the calls that {@link Endpoints} describes, and the files of the page. */
final class Routes implements AutoCloseable {

  private static final String API = "/api/v1";

  /** What has been asked for, for whoever counts. */
  static final String ENDPOINT = "taskhistory.endpoint";

  private final HistoryReader reader;
  private final CollectorView collector;
  private final PageFiles page = PageFiles.load();
  private final List<Endpoint> endpoints = Endpoints.all();
  private final Map<String, Lookup> lookups = new HashMap<>();
  private final Map<String, Resource> resources = new HashMap<>();
  private final EventStreams streams;
  private final RequestMetrics requests;

  Routes(HistoryReader reader, CollectorView collector, Bounds bounds, String version, WrongTokens wrong) {
    this.reader = reader;
    this.collector = collector;
    streams = new EventStreams(reader, collector);
    CoverageGauge coverage = new CoverageGauge(reader);
    TaskHandler tasks = new TaskHandler(reader, collector, bounds);
    AuditEnrichment enrichment = new AuditEnrichment(reader, collector, Clocks.coarseLag());
    StatusHandler status = new StatusHandler(reader, collector, bounds, coverage, enrichment.counts(), version);
    lookups.put("getTask", tasks::task);
    lookups.put("getHistory", tasks::history);
    lookups.forEach((id, lookup) ->
        resources.put(id, (ctx, params) -> Answers.send(ctx, outcome(ctx, params, lookup).orThrow())));
    resources.put("getChildren", tasks::children);
    Places wide = new Places(8, "searches and trees are under way already");
    resources.put("getTree", wide.of(new TreeHandler(reader, collector)::tree));
    resources.put("postLineages", new LineagesHandler(reader, collector, bounds)::lineages);
    resources.put("postAuditLog", new EnrichHandler(reader, collector, enrichment)::audit);
    resources.put("search", wide.of(new SearchHandler(reader, collector)::search));
    resources.put("getEvents", new EventsHandler(reader, collector, streams)::events);
    resources.put("getStatus", status::status);
    MetricsHandler metrics =
        new MetricsHandler(reader, collector, bounds, coverage, enrichment.counts(), wrong, version);
    requests = metrics.requests(streams.counts());
    resources.put("getMetrics", metrics::metrics);
    resources.put("getHealth", status::healthz);
    resources.put("getReadiness", status::readyz);
    resources.put("getOpenApi", new OpenApiHandler(version, endpoints)::document);
  }

  private static Outcome outcome(Context ctx, Params params, Lookup lookup) {
    Outcome before = Outcome.of(ctx);
    return before == null ? Outcome.of(lookup, params, Guard.viewer(ctx)) : before;
  }

  void define(RoutesConfig routes, Guard guard) {
    // Every answer carries it, refusals too; whoever waits replaces it by the one that holds for the answer.
    routes.before(API + "/*", ctx -> ctx.header(Answers.WATERMARK, Inquiry.watermark(reader, collector)));
    routes.before(guard::check);
    endpoints.forEach(endpoint -> define(routes, endpoint));
    page.paths().forEach(path -> get(routes, path, page::serve));
    Problems.handle(routes);
  }

  private void define(RoutesConfig routes, Endpoint endpoint) {
    Resource resource = resources.get(endpoint.id());
    if (resource == null) {
      throw new IllegalStateException("nothing answers " + endpoint.id());
    }
    Handler handler = ctx -> {
      ctx.attribute(ENDPOINT, endpoint.id());
      RequestHead head = new ServletHead(ctx);
      Negotiation.check(endpoint, head);
      resource.answer(ctx, Params.of(endpoint, head, ctx::pathParam));
    };
    switch (endpoint.method()) {
      case GET -> get(routes, endpoint.path(), handler);
      case POST -> {
        routes.post(endpoint.path(), handler);
        routes.options(endpoint.path(), ctx -> allow(ctx, "POST, OPTIONS"));
      }
    }
  }

  /** The page's files hold no data, and whoever watches over services has no token. */
  Guard.Audience audience() {
    Set<String> open = paths(Endpoint::isOpen);
    open.addAll(page.paths());
    return new Guard.Audience(Set.copyOf(open), Set.copyOf(paths(Endpoint::isForEverything)));
  }

  private Set<String> paths(Predicate<Endpoint> kind) {
    return endpoints.stream().filter(kind).map(Endpoint::path).collect(Collectors.toCollection(HashSet::new));
  }

  /** What can be answered without most of the server. */
  QuickLookups quick(Guard guard) {
    return new QuickLookups(guard, requests, endpoints.stream().filter(endpoint -> lookups.containsKey(endpoint.id()))
        .collect(Collectors.toMap(endpoint -> endpoint, endpoint -> lookups.get(endpoint.id()))));
  }

  RequestMetrics requests() {
    return requests;
  }

  StreamCounts streams() {
    return streams.counts();
  }

  /** Ends what would go on for ever. */
  @Override
  public void close() {
    streams.close();
  }

  /** HEAD is answered as GET, headers and all; the server leaves the body out. */
  private static void get(RoutesConfig routes, String path, Handler handler) {
    routes.get(path, handler);
    routes.head(path, handler);
    routes.options(path, ctx -> allow(ctx, "GET, HEAD, OPTIONS"));
  }

  /** Which methods there are; nothing for browsers' pages of other origins, which get no answer that they can read. */
  private static void allow(Context ctx, String methods) {
    ctx.header("Allow", methods).status(204);
  }
}
