package io.taskhistory.api.view;

import io.taskhistory.api.ask.Coverage;
import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.api.enrich.EnrichmentCounts;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.Boot;
import io.taskhistory.history.Gap;
import io.taskhistory.store.StoreStats;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How following goes.
 *
 * @param spine the source that creates tasks and entries
 * @param gaps the latest of this boot, at most {@link #MOST_GAPS}
 * @param gapCount how many there are
 * @param upkeep how the store is kept within bounds
 * @param selfCheck what came of comparing all that with /proc
 * @param enrichment what audit logs came to
 */
public record StatusView(
    String version, String boot, String bootStart, String now, String watermark, String spine,
    List<SourceView> sources, Coverage coverage, List<GapView> gaps, int gapCount, StoreStats store,
    DetailsView details, UpkeepView upkeep, SelfCheckView selfCheck, EnrichmentCounts.Totals enrichment) {

  public static final int MOST_GAPS = 100;

  /**
   * One source: its state, up to when it was drained, and what it counted.
   *
   * @param role {@code spine}, {@code beside} it to fill in what it lacks, or {@code none} where it cannot be used
   * @param problem why it cannot
   * @param counters what this source alone counts, by the kernel's names for it; null for none
   * @param advice what an administrator should know or do about it; null for nothing
   */
  public record SourceView(
      String name, String role, String state, @Nullable String watermark, long events, long lost, long losses,
      long buffer, @Nullable String problem, @Nullable Map<String, Long> counters, @Nullable String advice) {}

  /** How often details were read from /proc, and how often there was no time for it. */
  public record DetailsView(long read, long skipped) {}

  public static StatusView of(
      String version, Boot boot, String watermark, CollectorView.Status status, Coverage coverage, List<Gap> gaps,
      StoreStats store, UpkeepView upkeep, EnrichmentCounts.Totals enrichment) {
    Instant now = Instant.now();
    return new StatusView(
        version, boot.id(), Rfc3339.write(boot.wallStart()),
        Rfc3339.write(now.getEpochSecond() * 1_000_000_000L + now.getNano()), watermark, status.spine(),
        status.sources().stream().map(source -> view(boot, source)).toList(), coverage,
        gaps.subList(Math.max(0, gaps.size() - MOST_GAPS), gaps.size()).stream().map(GapView::of).toList(),
        gaps.size(), store, new DetailsView(status.detailsRead(), status.detailsSkipped()), upkeep,
        SelfCheckView.of(boot, status.selfCheck()), enrichment);
  }

  private static SourceView view(Boot boot, CollectorView.Status.Source source) {
    return new SourceView(source.name(), source.role().name().toLowerCase(Locale.ROOT), source.state(),
        source.watermark() < 0 ? null : Rfc3339.write(boot.wallAt(source.watermark())),
        source.stats().events(), source.stats().lost(), source.stats().losses(), source.stats().buffer(),
        source.problem(), source.stats().more().isEmpty() ? null : source.stats().more(),
        source.stats().advice().isEmpty() ? null : source.stats().advice());
  }
}
