package io.taskhistory.collector;

import io.taskhistory.collector.CollectorView.Status;
import io.taskhistory.collector.source.Checkpoint;
import io.taskhistory.collector.source.EventSource;
import io.taskhistory.collector.source.SourceException;
import io.taskhistory.collector.source.TaskEvents;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sources that are open: one spine, and perhaps some beside it. Knows who takes over when the spine fails. Any
 * thread may call {@link #spine} and {@link #status}, the rest is for the collector's.
 */
final class Sources implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Sources.class);

  private volatile Cast cast;
  private final Deque<Supplier<EventSource>> substitutes;
  private final Map<EventSource, Long> since = new IdentityHashMap<>();

  /**
   * Who does what; replaced as a whole, so that nobody sees a source in two roles, or none as the spine.
   *
   * @param failures why a source of that name cannot be used
   */
  private record Cast(EventSource spine, List<EventSource> beside, Map<String, String> failures) {

    Cast without(EventSource one) {
      return new Cast(spine, beside.stream().filter(source -> source != one).toList(), failures);
    }

    Cast with(String name, SourceException failure) {
      Map<String, String> more = new LinkedHashMap<>(failures);
      more.put(name, String.valueOf(failure.getMessage()));
      return new Cast(spine, beside, more);
    }

    /** One that could not be used beside another can be the spine all the same. */
    Cast ledBy(EventSource next) {
      Map<String, String> others = new LinkedHashMap<>(failures);
      others.remove(next.name());
      return new Cast(
          next, beside.stream().filter(source -> !source.name().equals(next.name())).toList(), others);
    }
  }

  Sources(SourcePlan plan) {
    this.cast = new Cast(plan.spine(), plan.beside(), Map.of());
    this.substitutes = new ArrayDeque<>(plan.substitutes());
  }

  EventSource spine() {
    return cast.spine;
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
      whole = cast.spine.open(kept);
    } catch (SourceException e) {
      whole = replace(e);
    }
    openBeside();
    return whole;
  }

  private void openBeside() {
    for (EventSource beside : cast.beside) {
      try {
        since.put(beside, beside.open(Checkpoint.NONE));
      } catch (SourceException e) {
        dropBeside(beside, e);
      }
    }
  }

  /** Those beside the spine that are open. */
  List<EventSource> beside() {
    return cast.beside;
  }

  /** Since when {@code beside} is open. */
  long since(EventSource beside) {
    return since.getOrDefault(beside, -1L);
  }

  /**
   * The next substitute that can becomes the spine. Who asks meanwhile sees the one that has failed, and may call it.
   *
   * @return since when it misses nothing
   * @throws SourceException where there is no substitute, or all refuse too
   */
  long replace(SourceException failure) {
    if (substitutes.isEmpty()) {
      throw failure;
    }
    StringBuilder refusals = new StringBuilder(
        cast.spine.name() + " cannot be followed: " + failure.getMessage());
    SourceException last = failure;
    while (!substitutes.isEmpty()) {
      EventSource made = substitutes.remove().get();
      try {
        long whole = made.open(Checkpoint.NONE);
        lead(made, failure);
        return whole;
      } catch (SourceException e) {
        closeQuietly(made);
        cast = cast.with(made.name(), e);
        refusals.append("; nor can ").append(made.name()).append(": ").append(e.getMessage());
        last = e;
      }
    }
    throw new SourceException(refusals.toString(), last);
  }

  private void lead(EventSource made, SourceException failure) {
    Cast before = cast;
    String failed = before.spine.name();
    LOG.warn("{} cannot be followed, {} takes over: {}", failed, made.name(), failure.getMessage());
    Cast after = before.with(failed, failure).ledBy(made);
    cast = after;
    before.beside.stream().filter(beside -> !after.beside.contains(beside)).forEach(Sources::closeQuietly);
    closeQuietly(before.spine);
  }

  /** Passes on what one beside the spine has, after that; nobody waits for it. -1 where it has failed. */
  long drain(EventSource beside, TaskEvents events, int most) {
    try {
      return beside.drain(events, most);
    } catch (SourceException e) {
      dropBeside(beside, e);
      return -1;
    }
  }

  private void dropBeside(EventSource beside, SourceException e) {
    LOG.warn("{} cannot be used beside {}: {}", beside.name(), cast.spine.name(), e.getMessage());
    cast = cast.without(beside).with(beside.name(), e);
    closeQuietly(beside);
  }

  /** What can be asked about them, the spine first; any thread may. */
  List<Status.Source> status(String state, long watermark) {
    Cast now = cast;
    List<Status.Source> all = new ArrayList<>();
    all.add(source(now.spine, Status.Role.SPINE, state, watermark));
    now.beside.forEach(beside -> all.add(source(beside, Status.Role.BESIDE, state, watermark)));
    now.failures.forEach((name, problem) -> all.add(Status.Source.failed(name, problem)));
    return all;
  }

  private static Status.Source source(EventSource source, Status.Role role, String state, long watermark) {
    return new Status.Source(source.name(), role, state, watermark, source.stats(), null);
  }

  /** What comes of one that has failed is of no interest any more. */
  private static void closeQuietly(EventSource source) {
    try {
      source.close();
    } catch (SourceException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  @Override
  public void close() {
    cast.beside.forEach(Sources::closeQuietly);
    closeQuietly(cast.spine);
  }
}
