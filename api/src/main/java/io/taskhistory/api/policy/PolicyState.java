package io.taskhistory.api.policy;

import java.util.List;

/**
 * What is watched, and what was done.
 *
 * @param origin where the configuration was read
 * @param frozen the cgroups that we have frozen
 * @param dropped how many slices of history were asked to be dropped since the start
 */
public record PolicyState(String origin, List<LimitState> limits, List<String> frozen, long dropped) {

  public PolicyState {
    limits = List.copyOf(limits);
    frozen = List.copyOf(frozen);
  }
}
