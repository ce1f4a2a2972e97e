package io.taskhistory.api.policy;

import io.taskhistory.collector.masking.MaskRules;
import io.taskhistory.store.Flush;
import io.taskhistory.store.StoreSettings;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What was configured.
 *
 * @param maxStoreSize in bytes; 0 for no limit
 * @param maxAge zero for no limit
 * @param queueSize how much may wait to be kept, in bytes
 * @param reserve in bytes; see {@link StoreSettings#reserve}
 * @param suspendCgroups which cgroups stand still where the action is suspend, by their paths below the root of cgroups
 * @param mask what is secret in arguments, and kept nowhere
 * @param origin where it was read, for a person
 */
public record Policy(
    Flush flush, int freq, long maxStoreSize, Duration maxAge, Space spaceLeft, Space adminSpaceLeft,
    Map<Trigger, List<Action>> actions, long queueSize, long reserve, List<String> suspendCgroups, MaskRules mask, String origin) {

  /** Where nothing is configured. */
  public static final Policy DEFAULT = new Draft().policy("the defaults");

  /** A slice ends with so much of what a limit allows, which for the size is before it is compressed. */
  private static final int SLICES = 8;

  /** A slice for a disk that runs full without a limit of its own to the store. */
  private static final long SLICE_BYTES = 256L << 20;

  private static final long LEAST_SLICE_BYTES = 1L << 20;
  private static final Duration LEAST_SLICE = Duration.ofSeconds(10);

  public Policy {
    EnumMap<Trigger, List<Action>> copy = new EnumMap<>(Trigger.class);
    for (Trigger trigger : Trigger.values()) {
      copy.put(trigger, List.copyOf(actions.getOrDefault(trigger, trigger.defaultActions())));
    }
    actions = Collections.unmodifiableMap(copy);
    suspendCgroups = List.copyOf(suspendCgroups);
  }

  List<Action> actions(Trigger trigger) {
    return actions.getOrDefault(trigger, List.of());
  }

  /** Those that may ever be suspended. */
  List<String> cgroupsToSuspend() {
    return actions.values().stream().anyMatch(list -> list.contains(Action.Plain.SUSPEND)) ? suspendCgroups : List.of();
  }

  /** How the store is to keep things, so that there are slices to drop before a limit is reached. */
  public StoreSettings storeSettings() {
    Duration length = StoreSettings.DEFAULT.slice();
    if (!maxAge.isZero() && maxAge.dividedBy(SLICES).compareTo(length) < 0) {
      length = max(maxAge.dividedBy(SLICES), LEAST_SLICE);
    }
    long bytes = maxStoreSize == 0
        ? SLICE_BYTES
        : Math.max(LEAST_SLICE_BYTES, Math.min(SLICE_BYTES, maxStoreSize / SLICES));
    return StoreSettings.DEFAULT.with(flush, freq).with(length, bytes).withReserve(reserve);
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }
}
