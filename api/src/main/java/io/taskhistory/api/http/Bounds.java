package io.taskhistory.api.http;

import io.taskhistory.api.policy.PolicyState;
import io.taskhistory.store.Upkeep;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What there is to tell of how a store is kept within bounds.
 *
 * @param policy empty where nobody sees to that, as nothing is added to the store
 */
public record Bounds(Upkeep upkeep, Supplier<Optional<PolicyState>> policy) {

  /** Where nobody sees to that. */
  public static Bounds of(Upkeep upkeep) {
    return new Bounds(upkeep, Optional::empty);
  }
}
