package io.taskhistory.collector;

import io.taskhistory.collector.CollectorView.Status;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.EventSource;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.source.TaskEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sources that are open: one spine, and perhaps one beside it. Knows who takes over when the spine fails. */
final class Sources implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

  private final Map<String, String> failures = new ConcurrentHashMap<>();
  private volatile EventSource spine;
  private volatile @Nullable EventSource beside;
  private @Nullable Supplier<EventSource> substitute;
  private long besideSince = -1;

  Sources(SourcePlan plan) {
    this.spine = plan.spine();
    this.beside = plan.beside();
    this.substitute = plan.substitute();
  }

  EventSource spine() {
    return spine;
  }

  /**
   * Opens the spine, or its substitute where it refuses, and what is beside it.
   *
   * @return since when nothing is missing; see {@link EventSource#open}
   * @throws SourceException where no spine can be had
   */
  long open(Checkpoint kept) {
    long whole;
    try {
      whole = spine.open(kept);
    } catch (SourceException e) {
      whole = replace(e);
    }
    EventSource more = beside;
    if (more != null) {
      try {
        besideSince = more.open(Checkpoint.NONE);
      } catch (SourceException e) {
        LOG.warn("{} cannot be used beside {}: {}", more.name(), spine.name(), e.getMessage());
        failures.put(more.name(), String.valueOf(e.getMessage()));
        beside = null;
      }
    }
    return whole;
  }

  /** Since when there is one beside the spine; -1 where there is none. */
  long besideSince() {
    return beside == null ? -1 : besideSince;
  }

  boolean besideTellsEveryExit() {
    EventSource more = beside;
    return more != null && more.tellsEveryExit();
  }

  /**
   * The substitute becomes the spine.
   *
   * @return since when it misses nothing
   * @throws SourceException the failure, where there is no substitute
   */
  long replace(SourceException failure) {
    Supplier<EventSource> next = substitute;
    EventSource failed = spine;
    if (next == null) {
      throw failure;
    }
    substitute = null;
    failures.put(failed.name(), String.valueOf(failure.getMessage()));
    closeBeside();
    EventSource made = next.get();
    LOG.warn("{} cannot be followed, {} takes over: {}", failed.name(), made.name(), failure.getMessage());
    long whole = made.open(Checkpoint.NONE);
    spine = made;
    failed.close();
    return whole;
  }

  /** Passes on what those beside the spine have; they are drained after it, and nobody waits for them. */
  long drainBeside(TaskEvents events, int most) {
    EventSource more = beside;
    if (more == null) {
      return -1;
    }
    try {
      return more.drain(events, most);
    } catch (SourceException e) {
      LOG.warn("{} cannot be used any longer: {}", more.name(), e.getMessage());
      failures.put(more.name(), String.valueOf(e.getMessage()));
      closeBeside();
      return -1;
    }
  }

  /** What can be asked about them; any thread may. */
  List<Status.Source> status(String state, long watermark) {
    List<Status.Source> all = new ArrayList<>();
    all.add(new Status.Source(spine.name(), Status.Role.SPINE, state, watermark, spine.stats(), null));
    EventSource more = beside;
    if (more != null) {
      all.add(new Status.Source(more.name(), Status.Role.BESIDE, state, watermark, more.stats(), null));
    }
    failures.forEach((name, problem) -> all.add(Status.Source.failed(name, problem)));
    return all;
  }

  private void closeBeside() {
    EventSource more = beside;
    beside = null;
    if (more != null) {
      more.close();
    }
  }

  @Override
  public void close() {
    closeBeside();
    spine.close();
  }
}
