package io.taskhistory.api.policy;

import io.taskhistory.api.policy.Action.Plain;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One limit and what is done about it: once when it comes to be crossed, and again only after it was respected by some
 * margin, as auditd does; only rotating goes on until then, or whoever is suspended might wait for ever.
 */
final class Limit {

  private static final Logger LOG = LoggerFactory.getLogger(Limit.class);
  private static final int MOST_DETAIL = 512;

  private final Trigger trigger;
  private final List<Action> actions;
  private final Performer performer;
  private final BooleanSupplier rotation;
  private volatile LimitState state;

  /** @param rotation drops something; false where it was not the time, or there was nothing that may be dropped */
  Limit(Trigger trigger, String unit, List<Action> actions, Performer performer, BooleanSupplier rotation) {
    this.trigger = trigger;
    this.actions = actions;
    this.performer = performer;
    this.rotation = rotation;
    state = new LimitState(trigger.label(), actions.stream().map(Object::toString).collect(Collectors.joining(",")),
        unit, null, null, false, 0, null, null);
  }

  /** Any thread may ask. */
  LimitState state() {
    return state;
  }

  boolean isCrossed() {
    return state.crossed();
  }

  /** What was looked at, for whoever asks. */
  Limit seen(@Nullable Long limit, @Nullable Long value) {
    if (!Objects.equals(limit, state.limit()) || !Objects.equals(value, state.value())) {
      state = state.seen(limit, value);
    }
    return this;
  }

  /**
   * What that came to.
   *
   * @param exceeded whether it is beyond the limit
   * @param respected whether it is well on the other side
   * @param words what was seen; asked for where something is done about it, which is seldom
   */
  void judge(boolean exceeded, boolean respected, Supplier<String> words) {
    if (exceeded && !state.crossed()) {
      String detail = words.get();
      String bounded = detail.length() > MOST_DETAIL ? detail.substring(0, MOST_DETAIL) : detail;
      state = state.crossedAt(Instant.now(), bounded);
      performer.perform(trigger, actions, bounded);
    } else if (!exceeded && respected && state.crossed()) {
      state = state.respected();
      performer.takeBack(trigger, actions);
    }
    if (state.crossed() && actions.contains(Plain.ROTATE) && rotation.getAsBoolean()) {
      LOG.info("{}: the oldest history is dropped", trigger.label());
    }
  }
}
