package io.taskhistory.api.policy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one limit stands.
 *
 * @param name as {@link Trigger#label}
 * @param actions what is done when it is crossed, as it is configured
 * @param unit of the two that follow: {@code bytes}, {@code seconds} or {@code times}
 * @param limit null where there is none
 * @param value what was seen last; null where nothing was looked for
 * @param crossed whether it is crossed, or was and has not been respected for long enough since
 * @param times how often it came to be crossed
 * @param last when it last did; null for never
 * @param detail what was seen then; null for never
 */
public record LimitState(
    String name, String actions, String unit, @Nullable Long limit, @Nullable Long value, boolean crossed, long times,
    @Nullable Instant last, @Nullable String detail) {

  LimitState seen(@Nullable Long newLimit, @Nullable Long newValue) {
    return new LimitState(name, actions, unit, newLimit, newValue, crossed, times, last, detail);
  }

  LimitState crossedAt(Instant now, String what) {
    return new LimitState(name, actions, unit, limit, value, true, times + 1, now, what);
  }

  LimitState respected() {
    return new LimitState(name, actions, unit, limit, value, false, times, last, detail);
  }
}
