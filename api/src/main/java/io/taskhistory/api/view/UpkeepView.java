package io.taskhistory.api.view;

import io.taskhistory.api.ask.Rfc3339;
import io.taskhistory.api.policy.LimitState;
import io.taskhistory.api.policy.PolicyState;
import io.taskhistory.collector.CollectorView.Status.Queue;
import io.taskhistory.store.StoreHealth;
import io.taskhistory.store.Upkeep;
import io.taskhistory.store.Upkeep.Slice;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the store is kept within bounds.
 *
 * @param config where the limits were read; null where nothing is limited, as nothing is added
 * @param keptSince the time from which history is kept
 * @param slices how many stretches of time that is made of; the oldest is dropped first
 * @param dropped how many were asked to be dropped since the service started
 * @param health whether what happens can be kept
 * @param queue what waits for that
 * @param frozen the cgroups that the service has frozen
 */
public record UpkeepView(
    @Nullable String config, String keptSince, int slices, long dropped, HealthView health, Queue queue,
    List<LimitView> limits, List<String> frozen) {

  /**
   * Whether what happens can be kept.
   *
   * @param state {@code fine}, {@code full} or {@code failing}
   * @param problem null where there is none
   */
  public record HealthView(String state, @Nullable String problem) {

    static HealthView of(StoreHealth health) {
      return new HealthView(health.state().name().toLowerCase(Locale.ROOT),
          health.problem().isEmpty() ? null : health.problem());
    }
  }

  /**
   * One limit.
   *
   * @param unit of limit and value: {@code bytes}, {@code seconds} or {@code times}
   * @param crossings how often it came to be crossed
   * @param last when it last did; null for never
   * @param detail what was seen then
   */
  public record LimitView(
      String name, String action, String unit, @Nullable Long limit, @Nullable Long value, boolean crossed,
      long crossings, @Nullable String last, @Nullable String detail) {

    static LimitView of(LimitState state) {
      Instant last = state.last();
      return new LimitView(state.name(), state.actions(), state.unit(), state.limit(), state.value(), state.crossed(),
          state.times(), last == null ? null : Rfc3339.write(last.getEpochSecond() * 1_000_000_000L + last.getNano()),
          state.detail());
    }
  }

  public static UpkeepView of(Upkeep upkeep, Queue queue, Optional<PolicyState> policy) {
    List<Slice> slices = upkeep.slices();
    return new UpkeepView(policy.map(PolicyState::origin).orElse(null), Rfc3339.write(slices.get(0).fromWall()),
        slices.size(), policy.map(PolicyState::dropped).orElse(0L), HealthView.of(upkeep.health()), queue,
        policy.map(state -> state.limits().stream().map(LimitView::of).toList()).orElse(List.of()),
        policy.map(PolicyState::frozen).orElse(List.of()));
  }
}
