package io.taskhistory.api.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.taskhistory.api.ask.CoverageGauge;
import io.taskhistory.api.ask.Inquiry;
import io.taskhistory.api.enrich.AuditEnrichment;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.collector.linux.Clocks;
import io.taskhistory.store.HistoryReader;
import java.util.Set;

/** All that can be asked for, in one place. */
final class Routes {

  private static final String API = "/api/v1";
  private static final Set<String> OPEN = Set.of("/healthz", "/readyz");
  private static final Set<String> FOR_EVERYTHING = Set.of("/metrics", API + "/status");

  private final HistoryReader reader;
  private final CollectorView collector;
  private final PageFiles page = PageFiles.load();
  private final TaskHandler tasks;
  private final TreeHandler tree;
  private final SearchHandler search;
  private final LineagesHandler lineages;
  private final EnrichHandler enrich;
  private final StatusHandler status;
  private final MetricsHandler metrics;

  Routes(HistoryReader reader, CollectorView collector, Bounds bounds, String version, WrongTokens wrong) {
    this.reader = reader;
    this.collector = collector;
    CoverageGauge coverage = new CoverageGauge(reader);
    tasks = new TaskHandler(reader, collector, bounds);
    tree = new TreeHandler(reader, collector);
    search = new SearchHandler(reader, collector);
    lineages = new LineagesHandler(reader, collector, bounds);
    AuditEnrichment enrichment = new AuditEnrichment(reader, collector, Clocks.tick());
    enrich = new EnrichHandler(reader, collector, enrichment);
    status = new StatusHandler(reader, collector, bounds, coverage, enrichment.counts(), version);
    metrics = new MetricsHandler(reader, collector, bounds, coverage, enrichment.counts(), wrong, version);
  }

  void define(RoutesConfig routes, Guard guard) {
    // Every answer carries it, refusals too; whoever waits replaces it by the one that holds for the answer.
    routes.before(API + "/*", ctx -> ctx.header(Answers.WATERMARK, Inquiry.watermark(reader, collector)));
    routes.before(guard::check);

    get(routes, API + "/tasks/{tid}", tasks::task);
    get(routes, API + "/tasks/{tid}/history", tasks::history);
    get(routes, API + "/tasks/{tid}/children", tasks::children);
    get(routes, API + "/tree", tree::tree);
    routes.post(API + "/lineages", lineages::lineages);
    routes.post(API + "/enrich/audit", enrich::audit);
    get(routes, API + "/search", search::search);
    get(routes, API + "/status", status::status);

    get(routes, "/metrics", metrics::metrics);
    get(routes, "/healthz", status::healthz);
    get(routes, "/readyz", status::readyz);
    page.paths().forEach(path -> get(routes, path, page::serve));

    Problems.handle(routes);
  }

  /** The page's files hold no data, and whoever watches over services has no token. */
  Guard.Audience audience() {
    return new Guard.Audience(path -> OPEN.contains(path) || page.paths().contains(path), FOR_EVERYTHING::contains);
  }

  /** HEAD is answered as GET, headers and all; the server leaves the body out. */
  private static void get(RoutesConfig routes, String path, Handler handler) {
    routes.get(path, handler);
    routes.head(path, handler);
  }
}
