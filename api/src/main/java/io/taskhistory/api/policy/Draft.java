package io.taskhistory.api.policy;

import io.taskhistory.store.Flush;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A policy that is being read, with the defaults where nothing has been read. */
final class Draft {

  private static final int MIB = 1 << 20;

  Flush flush = Flush.NONE;
  int freq = 1000;
  long maxStoreSize;
  Duration maxAge = Duration.ZERO;
  Space spaceLeft = new Space(75, false);
  Space adminSpaceLeft = new Space(50, false);
  final Map<Trigger, List<Action>> actions = new EnumMap<>(Trigger.class);
  long queueSize = 64L * MIB;
  long reserve = 32L * MIB;
  List<String> suspendCgroups = List.of();

  Policy policy(String origin) {
    return new Policy(flush, freq, maxStoreSize, maxAge, spaceLeft, adminSpaceLeft, actions, queueSize, reserve,
        suspendCgroups, origin);
  }
}
